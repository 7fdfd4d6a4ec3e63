//! What must hold.

use super::node::{CallNode, DeskNode};
use super::world::World;
use crate::desk::Output;
use crate::link::{CreatedBy, Letter, ToCall};
use counterpart_shared::api::{
    BoardRoom, BoardWaiting, CallPhase, DeskBoard, EntryBody, RoomPhase, RoomState,
};
use counterpart_shared::id::{CallId, DeskId, RoomId};
use std::collections::{BTreeMap, BTreeSet};

/// Whether a room can serve someone in line.
fn serves(room: &BoardRoom, waiting: &BoardWaiting) -> bool {
    match &waiting.room {
        Some(wanted) => *wanted == room.room.room,
        None => waiting.skills.is_subset(&room.skills),
    }
}

fn with(board: &DeskBoard, phase: RoomPhase) -> BTreeSet<&CallId> {
    let rooms = board.rooms.iter();
    let rooms = rooms.filter(|one| one.room.phase == Some(phase));
    rooms.filter_map(|one| one.room.call.as_ref()).collect()
}

impl World {
    /// Whoever an offer went to, nobody before him could have had it.
    pub(super) fn look(&self, desk: &DeskId, outputs: &[Output]) {
        for output in outputs {
            if let Output::Letter(Letter::Call(call, ToCall::Offered { room, .. })) = output {
                self.not_overtaking(desk, call, room);
            }
        }
    }

    fn not_overtaking(&self, desk: &DeskId, call: &CallId, room: &RoomId) {
        let board = self.desks[desk].machine.board(self.now);
        let place = |call: &CallId| self.arrived.get(call);
        let priority = self.calls[call].priority();
        let shown = board.rooms.iter().find(|one| one.room.room == *room);
        let room = shown.expect("it rings");
        for waiting in &board.line {
            let before = place(&waiting.call) < place(call) && waiting.priority == priority;
            let before = before || waiting.priority > priority;
            assert!(
                !(before && serves(room, waiting)),
                "{call} overtook {} at {room:?}",
                waiting.call
            );
        }
    }

    /// What holds at every moment, however much is still under way.
    pub(super) fn check(&self) {
        for desk in self.desks.values() {
            self.check_desk(desk);
        }
        for call in self.calls.values() {
            call.check_log();
        }
    }

    fn check_desk(&self, desk: &DeskNode) {
        let board = desk.machine.board(self.now);
        let in_rooms = with(&board, RoomPhase::Offered);
        let in_rooms: Vec<&CallId> = in_rooms
            .into_iter()
            .chain(with(&board, RoomPhase::Talking))
            .collect();
        let busy = |one: &&BoardRoom| {
            let live = one.room.phase != Some(RoomPhase::Wrapping);
            live && one.room.state == RoomState::Busy
        };
        assert_eq!(
            in_rooms.len(),
            board.rooms.iter().filter(busy).count(),
            "a busy room has a call of its own"
        );
        let in_line = board.line.iter().map(|one| &one.call);
        let mut places: Vec<&CallId> = in_rooms.into_iter().chain(in_line).collect();
        let count = places.len();
        places.sort();
        places.dedup();
        assert_eq!(places.len(), count, "a call is in at most one place");
        let free = |one: &&BoardRoom| one.room.state == RoomState::Idle && one.present;
        for room in board.rooms.iter().filter(free) {
            let waiting = board.line.iter().find(|waiting| serves(room, waiting));
            assert!(waiting.is_none(), "{room:?} is free and {waiting:?} waits");
        }
    }

    pub(super) fn check_settled(&self) {
        self.check();
        for (id, call) in &self.calls {
            for desk in self.desks.keys() {
                self.of_one_mind(id, call, desk);
            }
        }
    }

    /// A call and a desk say the same of each other.
    fn of_one_mind(&self, id: &CallId, call: &CallNode, desk: &DeskId) {
        let board = self.desks[desk].machine.board(self.now);
        let here = call.machine.desk() == Some(desk);
        let phase = call.machine.phase;
        let in_line = board.line.iter().any(|one| one.call == *id);
        let waits = in_line || with(&board, RoomPhase::Offered).contains(id);
        let talks = with(&board, RoomPhase::Talking).contains(id);
        assert_eq!(
            waits,
            here && phase == CallPhase::Requested,
            "{id} {phase:?}"
        );
        assert_eq!(talks, here && phase == CallPhase::Talking, "{id} {phase:?}");
        let shown = |one: &&BoardRoom| talks && one.room.call.as_ref() == Some(id);
        if let Some(shown) = board.rooms.iter().find(shown) {
            assert_eq!(call.machine.room.as_ref(), Some(&shown.room.room));
            assert_eq!(call.machine.callee.as_ref(), Some(&shown.room.agent));
        }
    }

    /// Everybody goes away: every wait, offer and call ends, and no room stays busy.
    pub(super) fn end(&mut self) {
        for desk in self.desks.keys().cloned().collect::<Vec<_>>() {
            self.restart_desk(desk, true);
        }
        for call in self.calls.values_mut() {
            call.restart(true, self.now);
        }
        for _ in 0..60 {
            self.pass(60_000);
            self.settle();
        }
        for desk in self.desks.values() {
            let board = desk.machine.board(self.now);
            assert!(board.line.is_empty(), "{:?}", board.line);
            let closed = |one: &BoardRoom| one.room.state == RoomState::Close;
            assert!(board.rooms.iter().all(closed), "{:?}", board.rooms);
        }
        for call in self.calls.values() {
            assert_eq!(call.machine.phase, CallPhase::Ended);
            let is_end = |body: &EntryBody| matches!(body, EntryBody::End { .. });
            let ends = call.log.iter().filter(|entry| is_end(&entry.body));
            assert_eq!(ends.count(), 1, "a call ends once");
            assert_eq!(call.armed, None, "and is left in peace");
        }
    }
}

impl CallNode {
    fn priority(&self) -> u8 {
        match &self.machine.to {
            CreatedBy::Desk { needs, .. } => needs.priority,
            CreatedBy::Direct { .. } => 0,
        }
    }

    /// What was acknowledged is there, once, where it was said to be.
    fn check_log(&self) {
        let mut texts = BTreeMap::new();
        for entry in &self.log {
            if let EntryBody::Text { from, id, .. } = &entry.body {
                let twice = texts.insert((*from, id.clone()), entry.seq);
                assert!(twice.is_none(), "{id} is there twice");
            }
        }
        for (key, seq) in &self.acknowledged {
            assert!(
                *seq >= 1 && *seq <= self.log.len() as u64,
                "{key:?} is lost"
            );
            if let Some(at) = texts.get(key) {
                assert_eq!(at, seq);
            }
        }
        for key in texts.keys() {
            assert!(self.acknowledged.contains_key(key), "stored and not said");
        }
    }
}
