//! How large the crowd is, and what each of it will do.

use super::chance::Chance;
use counterpart_shared::id::Skill;
use std::collections::BTreeSet;

/// Rooms with an agent each.
pub(super) const ROOMS: u64 = 50;

/// Customers with a call each.
pub(super) const CALLERS: u64 = 500;

/// How often workerd is killed.
pub(super) const KILLS: usize = 10;

/// Of a hundred connections, how many are to be cut: some end before, so that a fifth of all is.
pub(super) const CUT: u64 = 26;

/// How many texts each party sends.
pub(super) const TEXTS: usize = 4;

/// What some callers ask for and every second agent knows.
const SKILL: &str = "loans";

/// What becomes of a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// He talks, and one of the two hangs up.
    Talks,
    /// He hangs up as soon as he hears that he has to wait.
    GivesUp,
    /// His phone dies while he waits.
    DiesWaiting,
    /// His phone dies in the middle of the talk.
    DiesTalking,
}

/// One caller.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub(super) name: String,
    pub(super) fate: Fate,
    pub(super) skills: BTreeSet<Skill>,
    pub(super) priority: u8,
    pub(super) chance: Chance,
}

/// The caller of this number. Only the first half may die: who dies is missed late, and the story need not wait for it.
pub(super) fn caller(seed: u64, number: u64) -> Caller {
    let mut chance = Chance::of(seed, number);
    let early = number < CALLERS / 2;
    let fate = match chance.below(100) {
        0..5 => Fate::GivesUp,
        5..8 if early => Fate::DiesWaiting,
        8..11 if early => Fate::DiesTalking,
        _ => Fate::Talks,
    };
    Caller {
        name: format!("customer-{number}"),
        fate,
        skills: skills(chance.percent(25)),
        priority: if chance.percent(10) { 5 } else { 0 },
        chance,
    }
}

/// What an agent does with an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Accept,
    Reject,
    /// He has gone for coffee.
    Nothing,
}

/// One agent.
#[derive(Debug, Clone)]
pub(super) struct Agent {
    pub(super) name: String,
    pub(super) room: String,
    pub(super) skills: BTreeSet<Skill>,
    pub(super) chance: Chance,
}

/// The agent of this number.
pub(super) fn agent(seed: u64, number: u64) -> Agent {
    Agent {
        name: format!("agent-{number}"),
        room: format!("room-{number}"),
        skills: skills(number.is_multiple_of(2)),
        chance: Chance::of(seed, CALLERS + number),
    }
}

/// What the agent does this time.
pub(super) fn answer(chance: &mut Chance) -> Answer {
    match chance.below(100) {
        0..8 => Answer::Reject,
        8..11 => Answer::Nothing,
        _ => Answer::Accept,
    }
}

fn skills(some: bool) -> BTreeSet<Skill> {
    let skill = SKILL.parse().expect("an id");
    some.then_some(skill).into_iter().collect()
}
