//! Where one stands in line, and how long that may take.

use super::state::{Desk, Waiting};
use super::turn::Turn;
use crate::link::ToCall;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How often, in milliseconds, callers are told of a new place at most. In a busy desk every call that ends
/// moves the whole line, and a letter to everyone each time would be more work than the calls.
pub(super) const TELL_EVERY: u64 = 1_000;

/// How many talks the mean looks back on, roughly.
const MEMORY: u64 = 8;

/// How fast this desk works.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Pace {
    /// The mean length of the talks of late, in milliseconds; nothing before the first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) talk: Option<u64>,
}

impl Pace {
    /// One more talk, of so many milliseconds.
    pub(super) fn add(&mut self, talk: u64) {
        let mean = |mean: u64| (mean * (MEMORY - 1) + talk) / MEMORY;
        self.talk = Some(self.talk.map_or(talk, mean));
    }
}

/// A caller's number, his place, and his wait in seconds.
type Standing = (u64, u32, Option<u64>);

impl Desk {
    fn standings(&self) -> Vec<Standing> {
        let mut serving = BTreeMap::new();
        let mut standings = Vec::new();
        for ((number, waiting), place) in self.queue().into_iter().zip(1u32..) {
            let alike = (&waiting.wanted, &waiting.needs.skills);
            let agents = *serving
                .entry(alike)
                .or_insert_with(|| self.serving(waiting));
            standings.push((number, place, self.wait_s(place, agents)));
        }
        standings
    }

    /// How many agents at work can serve him.
    fn serving(&self, waiting: &Waiting) -> u64 {
        let rooms = self.rooms.iter();
        let serving = rooms.filter(|(room, row)| row.is_open() && waiting.suits(room, row));
        serving.count() as u64
    }

    /// In coarse steps: a number that changes at every talk tells a waiting person nothing.
    fn wait_s(&self, place: u32, agents: u64) -> Option<u64> {
        let wrap_up = u64::from(self.settings().wrap_up_s) * 1000;
        let each = self.pace.get().talk? + wrap_up;
        let wait = (u64::from(place) * each / 1000).checked_div(agents)?;
        let step = if wait < 120 { 10 } else { 60 };
        Some(wait.max(1).div_ceil(step) * step)
    }
}

impl Turn<'_> {
    /// Tells those whose place or wait has changed: who has just come at once, the others together.
    pub(super) fn tell_positions(&mut self) {
        let all = self.now >= self.desk.told_at + TELL_EVERY;
        self.desk.untold = false;
        for (number, position, wait_s) in self.desk.standings() {
            let waiting = self.desk.line.get(&number).expect("it was just listed");
            let (told, new) = (waiting.told, waiting.told == 0);
            if told == position && waiting.told_wait_s == wait_s {
                continue;
            }
            if new || all {
                self.tell_position(number, position, wait_s);
            }
            self.desk.untold |= !(new || all);
            if !new && all {
                self.desk.told_at = self.now;
            }
        }
    }

    fn tell_position(&mut self, number: u64, position: u32, wait_s: Option<u64>) {
        let waiting = self.desk.line.get_mut(&number).expect("it was just listed");
        waiting.told = position;
        waiting.told_wait_s = wait_s;
        let call = waiting.call.clone();
        self.tell_call(&call, ToCall::Position { position, wait_s });
    }
}
