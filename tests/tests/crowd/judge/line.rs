//! The line: nobody waits in vain, nobody is overtaken.

use super::{ended, logs};
use crate::seen::{Look, Seen};
use counterpart_shared::api::{EntryBody, RoomPhase, RoomState};
use counterpart_shared::id::{CallId, Skill};
use std::collections::{BTreeMap, BTreeSet};

/// An `IDLE` room whose agent is there, and a waiting caller whom he could serve, are never on one board: a desk decides
/// in one turn.
pub(super) fn nobody_waits_beside_a_free_agent(looks: &[Look]) -> Vec<String> {
    let mut faults = Vec::new();
    for Look { board, .. } in looks {
        let free = |row: &&_| is_free(row);
        for row in board.counter.rooms.iter().filter(free) {
            let served = board
                .counter
                .line
                .iter()
                .find(|one| one.skills.is_subset(&row.skills));
            if let Some(waiting) = served {
                let (room, call, at) = (&row.room.room, &waiting.call, board.at);
                faults.push(format!("{room} is free and {call} waits at {at}"));
            }
        }
    }
    faults
}

fn is_free(row: &counterpart_shared::api::BoardRoom) -> bool {
    row.room.state == RoomState::Idle && row.present
}

/// A call's way through the line, by the desk's own clock.
#[derive(Debug)]
struct Way<'a> {
    call: &'a CallId,
    skills: &'a BTreeSet<Skill>,
    priority: u8,
    /// When it came in line.
    since: u64,
    /// When it rang first, as far as was seen.
    rang: Option<u64>,
    /// Whether each of its offers was seen.
    known: bool,
    /// When its own log ends it: no later than it left the desk.
    end: u64,
}

impl Way<'_> {
    /// Whoever can serve `other` can serve this one, and this one is to be served first.
    fn is_before(&self, other: &Way) -> bool {
        let suits = self.skills.is_subset(other.skills);
        let rank = |way: &Way| std::cmp::Reverse(way.priority);
        suits && (rank(self), self.since) < (rank(other), other.since)
    }

    /// Whether it was certainly in line at this time, never having rung.
    fn waits_at(&self, at: u64) -> bool {
        self.known && self.since < at && at < self.rang.unwrap_or(self.end)
    }
}

fn ways(seen: &Seen) -> Vec<Way<'_>> {
    let mut since: BTreeMap<&CallId, u64> = BTreeMap::new();
    for waiting in seen.looks.iter().flat_map(|look| &look.board.counter.line) {
        since.insert(&waiting.call, waiting.since);
    }
    let mut rang: BTreeMap<&CallId, BTreeSet<u64>> = BTreeMap::new();
    let on_boards = seen.looks.iter().flat_map(|look| &look.board.counter.rooms);
    for room in seen.rooms.iter().chain(on_boards.map(|row| &row.room)) {
        if let (Some(RoomPhase::Offered), Some(call)) = (room.phase, &room.call) {
            rang.entry(call).or_default().insert(room.since);
        }
    }
    let logs = logs(seen);
    let way = |asked: &'_ crate::seen::Asked| {
        let call = seen.asked.iter().find(|one| one.call == asked.call)?;
        let entries = logs.get(&call.call)?;
        let offers = entries
            .iter()
            .filter(|entry| matches!(entry.body, EntryBody::Offer { .. }));
        let seen_offers = rang.get(&call.call);
        Some(Way {
            call: &call.call,
            skills: &call.skills,
            priority: call.priority,
            since: *since.get(&call.call)?,
            rang: seen_offers.and_then(|offers| offers.first().copied()),
            known: seen_offers.map_or(0, BTreeSet::len) >= offers.count(),
            end: entries.iter().find_map(ended).unwrap_or(u64::MAX),
        })
    };
    seen.asked.iter().filter_map(way).collect()
}

/// Nobody rings while somebody waits who came before him, with no lower priority, and could be served by the same agent.
pub(super) fn nobody_is_overtaken(seen: &Seen) -> Vec<String> {
    let ways = ways(seen);
    let mut faults = Vec::new();
    for late in &ways {
        let Some(rang) = late.rang else { continue };
        let overtaken = |early: &&Way| early.is_before(late) && early.waits_at(rang);
        if let Some(early) = ways.iter().find(overtaken) {
            faults.push(format!(
                "{} rang before {}: {late:?}, {early:?}",
                late.call, early.call
            ));
        }
    }
    faults
}

/// How many first offers are known by the desk's own clock, and the longest wait for one, in milliseconds.
pub(super) fn waits(seen: &Seen) -> (usize, u64) {
    let ways = ways(seen);
    let waits = ways.iter().filter(|way| way.known);
    let waits: Vec<u64> = waits
        .filter_map(|way| way.rang?.checked_sub(way.since))
        .collect();
    (waits.len(), waits.iter().copied().max().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::made_up::{
        asked, board, end, in_line, log, look, offer, room, seen, skilled, wants,
    };

    #[test]
    fn a_free_agent_beside_a_waiting_caller_is_found() {
        let idle = |skills: &[&str]| skilled(room("r", "IDLE", None), skills);
        let at = |row, waiting| vec![look(1, board(2, vec![row], vec![waiting]))];
        let found = |looks: Vec<Look>| nobody_waits_beside_a_free_agent(&looks).len();
        assert_eq!(found(at(idle(&[]), in_line("a", 1))), 1);
        assert_eq!(
            found(at(idle(&["x", "y"]), wants(in_line("a", 1), &["x"]))),
            1
        );
        assert_eq!(found(at(idle(&["y"]), wants(in_line("a", 1), &["x"]))), 0);
        let mut absent = idle(&[]);
        absent.present = false;
        assert_eq!(found(at(absent, in_line("a", 1))), 0);
        let busy = room("r", "BUSY", Some(("talking", "b")));
        assert_eq!(found(at(busy, in_line("a", 1))), 0);
    }

    /// `a` and `b` came in line at 10 and 20, and rang at these times; `a` ended at 100.
    fn two(a_rang: Option<u64>, b_rang: u64) -> Seen {
        let mut a = vec![];
        a.extend(a_rang.map(|at| offer(1, at)));
        a.push(end(2, 100));
        let mut seen = seen(vec![
            log("a", a),
            log("b", vec![offer(1, b_rang), end(2, 200)]),
        ]);
        seen.asked = vec![asked("a", &[], 0), asked("b", &[], 0)];
        let line = vec![in_line("a", 10), in_line("b", 20)];
        seen.looks = vec![look(21, board(22, vec![], line))];
        let rings = |name, call, at| {
            let mut room = room(name, "BUSY", Some(("offered", call))).room;
            room.since = at;
            room
        };
        seen.rooms.extend(a_rang.map(|at| rings("r", "a", at)));
        seen.rooms.push(rings("s", "b", b_rang));
        seen
    }

    #[test]
    fn whoever_is_overtaken_is_found() {
        let found = |seen: &Seen| nobody_is_overtaken(seen).len();
        assert_eq!(found(&two(Some(30), 31)), 0);
        assert_eq!(found(&two(Some(30), 30)), 0);
        assert_eq!(found(&two(Some(31), 30)), 1);
        assert_eq!(found(&two(None, 99)), 1, "a waited until 100");
        assert_eq!(found(&two(None, 101)), 0, "a was gone");
        assert_eq!(waits(&two(Some(31), 90)), (2, 70));
    }

    #[test]
    fn priority_and_skills_may_overtake() {
        let found = |seen: &Seen| nobody_is_overtaken(seen).len();
        let mut higher = two(Some(31), 30);
        higher.asked[1].priority = 1;
        assert_eq!(found(&higher), 0);
        let mut other = two(Some(31), 30);
        other.asked[0] = asked("a", &["x"], 0);
        assert_eq!(found(&other), 0, "no agent for a was free");
        other.asked[1] = asked("b", &["x"], 0);
        assert_eq!(found(&other), 1);
        let mut lower = two(Some(30), 31);
        lower.asked[1].priority = 1;
        assert_eq!(
            found(&lower),
            1,
            "b came before a rang, and counts for more"
        );
    }

    #[test]
    fn what_was_not_seen_accuses_nobody() {
        let mut seen = two(Some(31), 30);
        seen.rooms.remove(0);
        assert!(nobody_is_overtaken(&seen).is_empty());
    }
}
