//! Rooms and calls belong together, one to one.

use super::{Life, accepted, logs};
use crate::seen::{Look, Seen};
use counterpart_shared::api::{RoomPhase, RoomState};
use counterpart_shared::id::{CallId, RoomId};
use std::collections::{BTreeMap, BTreeSet};

/// A room is in at most one live call. (That the board has one field for it proves nothing, so the calls are asked.)
pub(super) fn one_call_each(lives: &[Life]) -> Vec<String> {
    let mut rooms: BTreeMap<&RoomId, Vec<&Life>> = BTreeMap::new();
    for life in lives {
        rooms.entry(&life.room).or_default().push(life);
    }
    let mut faults = Vec::new();
    for (room, mut lives) in rooms {
        lives.sort_by_key(|life| life.from);
        for pair in lives.windows(2) {
            if pair[1].from < pair[0].to {
                let (one, other) = (&pair[0].call, &pair[1].call);
                faults.push(format!(
                    "{room} is in {one} and {other} at {}",
                    pair[1].from
                ));
            }
        }
    }
    faults
}

/// A call is in at most one room, and not in line as well.
pub(super) fn one_room_each(seen: &Seen, looks: &[Look]) -> Vec<String> {
    let mut faults = Vec::new();
    for (call, entries) in logs(seen) {
        let rooms = entries.iter().filter_map(accepted).count();
        if rooms > 1 {
            faults.push(format!("{call} was accepted {rooms} times"));
        }
    }
    for look in looks {
        let mut places = BTreeSet::new();
        let wraps = |phase| phase == Some(RoomPhase::Wrapping);
        let rooms = look
            .board
            .counter
            .rooms
            .iter()
            .filter(|row| !wraps(row.room.phase));
        let rooms = rooms.filter_map(|row| row.room.call.as_ref());
        let line = look.board.counter.line.iter().map(|waiting| &waiting.call);
        for call in rooms.chain(line) {
            if !places.insert(call) {
                faults.push(format!("{call} is at two places at {}", look.board.at));
            }
        }
    }
    faults
}

/// While both parties of a call agree that they talk, its room is `BUSY` with it.
pub(super) fn talking_is_busy(lives: &[Life], looks: &[Look]) -> Vec<String> {
    let mut faults = Vec::new();
    for look in looks {
        let busy: BTreeMap<&RoomId, &CallId> = look
            .board
            .counter
            .rooms
            .iter()
            .filter(|row| row.room.state == RoomState::Busy)
            .filter(|row| row.room.phase == Some(RoomPhase::Talking))
            .filter_map(|row| Some((&row.room.room, row.room.call.as_ref()?)))
            .collect();
        let meanwhile = |life: &&Life| life.from < look.asked && look.board.at < life.to;
        for life in lives.iter().filter(meanwhile) {
            if busy.get(&life.room) != Some(&&life.call) {
                let (call, room, at) = (&life.call, &life.room, look.board.at);
                faults.push(format!(
                    "{call} talks, but {room} is not busy with it at {at}"
                ));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::lives;
    use crate::judge::made_up::{accept, board, end, in_line, log, look, room, seen};

    #[test]
    fn two_calls_in_one_room_are_found() {
        let good = [
            log("a", vec![accept(1, 10, "r"), end(2, 20)]),
            log("b", vec![accept(1, 20, "r"), end(2, 30)]),
            log("c", vec![accept(1, 15, "s"), end(2, 30)]),
        ];
        assert!(one_call_each(&lives(&seen(good.to_vec()))).is_empty());
        let mut bad = good.to_vec();
        bad[1] = log("b", vec![accept(1, 19, "r"), end(2, 30)]);
        assert_eq!(one_call_each(&lives(&seen(bad.clone()))).len(), 1);
        // One that never ends.
        bad[0] = log("a", vec![accept(1, 10, "r")]);
        bad[1] = log("b", vec![accept(1, 99, "r"), end(2, 100)]);
        assert_eq!(one_call_each(&lives(&seen(bad))).len(), 1);
    }

    #[test]
    fn a_call_at_two_places_is_found() {
        let twice = seen(vec![log("a", vec![accept(1, 1, "r"), accept(2, 2, "s")])]);
        assert_eq!(one_room_each(&twice, &[]).len(), 1);
        let talks = |name, call| room(name, "BUSY", Some(("talking", call)));
        let good = board(
            9,
            vec![talks("r", "a"), talks("s", "b")],
            vec![in_line("c", 1)],
        );
        assert!(one_room_each(&seen(vec![]), &[look(8, good)]).is_empty());
        for bad in [
            board(9, vec![talks("r", "a"), talks("s", "a")], vec![]),
            board(9, vec![talks("r", "a")], vec![in_line("a", 1)]),
        ] {
            assert_eq!(one_room_each(&seen(vec![]), &[look(8, bad)]).len(), 1);
        }
    }

    #[test]
    fn a_talk_whose_room_is_free_is_found() {
        let lives = lives(&seen(vec![log("a", vec![accept(1, 10, "r"), end(2, 30)])]));
        let talks = room("r", "BUSY", Some(("talking", "a")));
        let free = room("r", "IDLE", None);
        let at = |asked, at, room| vec![look(asked, board(at, vec![room], vec![]))];
        assert!(talking_is_busy(&lives, &at(11, 20, talks)).is_empty());
        assert_eq!(talking_is_busy(&lives, &at(11, 20, free.clone())).len(), 1);
        let other = room("r", "BUSY", Some(("talking", "b")));
        assert_eq!(talking_is_busy(&lives, &at(11, 20, other)).len(), 1);
        let rings = room("r", "BUSY", Some(("offered", "a")));
        assert_eq!(talking_is_busy(&lives, &at(11, 20, rings)).len(), 1);
        // Looks that may be from before or after it say nothing.
        assert!(talking_is_busy(&lives, &at(10, 20, free.clone())).is_empty());
        assert!(talking_is_busy(&lives, &at(11, 30, free)).is_empty());
    }
}
