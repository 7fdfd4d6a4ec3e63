//! Every wait, offer and call ends.

use super::{accepted, ended, logs};
use crate::seen::Seen;
use counterpart_shared::api::{Board, Entry, EntryBody, RoomState};
use counterpart_shared::id::CallId;

/// Each call's log ends it, once, with nothing open; and the desk holds nobody any more.
pub(super) fn all_end(seen: &Seen, last: &Board) -> Vec<String> {
    let mut faults = Vec::new();
    let logs = logs(seen);
    for asked in &seen.asked {
        match logs.get(&asked.call) {
            Some(entries) => faults.extend(unfinished(&asked.call, entries)),
            None => faults.push(format!("{} has no log", asked.call)),
        }
    }
    for waiting in &last.counter.line {
        faults.push(format!("{} waits for ever", waiting.call));
    }
    for row in last
        .counter
        .rooms
        .iter()
        .filter(|row| row.room.state == RoomState::Busy)
    {
        faults.push(format!("{:?} is busy for ever", row.room));
    }
    faults
}

/// An agent is refused by a call only if it ended before it heard of him.
pub(super) fn none_is_refused(seen: &Seen) -> Vec<String> {
    let logs = logs(seen);
    let knew = |call: &&CallId| {
        logs.get(call)
            .is_none_or(|log| log.iter().any(|entry| accepted(entry).is_some()))
    };
    let faults = seen.refused.iter().filter(knew);
    faults
        .map(|call| format!("{call} refused its agent"))
        .collect()
}

fn unfinished(call: &CallId, entries: &[Entry]) -> Option<String> {
    let ends = entries.iter().filter_map(ended).count();
    if ends != 1 {
        return Some(format!("{call} ended {ends} times"));
    }
    let mut rings = false;
    for entry in entries {
        let offered = matches!(entry.body, EntryBody::Offer { .. });
        if offered && rings {
            return Some(format!("{call} rang twice at once at {}", entry.at));
        }
        let over = matches!(
            entry.body,
            EntryBody::Declined { .. } | EntryBody::Accept { .. } | EntryBody::End { .. }
        );
        rings = (rings || offered) && !over;
    }
    rings.then(|| format!("{call} rings for ever"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::made_up::{
        accept, asked, board, declined, end, in_line, log, offer, room, seen,
    };

    fn found(entries: Vec<Entry>) -> usize {
        let mut seen = seen(vec![log("a", entries)]);
        seen.asked = vec![asked("a", &[], 0)];
        all_end(&seen, &board(9, vec![], vec![])).len()
    }

    #[test]
    fn what_does_not_end_is_found() {
        let good = vec![
            offer(1, 1),
            declined(2, 2),
            offer(3, 3),
            accept(4, 4, "r"),
            end(5, 5),
        ];
        assert_eq!(found(good), 0);
        assert_eq!(found(vec![offer(1, 1), end(2, 2)]), 0);
        assert_eq!(found(vec![offer(1, 1), accept(2, 2, "r")]), 1);
        assert_eq!(found(vec![end(1, 1), end(2, 2)]), 1);
        assert_eq!(found(vec![offer(1, 1), offer(2, 2), end(3, 3)]), 1);
        assert_eq!(found(vec![end(1, 1), offer(2, 2)]), 1);
    }

    #[test]
    fn a_refused_agent_is_found() {
        let refused = |entries| {
            let mut seen = seen(vec![log("a", entries)]);
            seen.refused = vec!["a".parse().expect("an id")];
            none_is_refused(&seen).len()
        };
        assert_eq!(refused(vec![offer(1, 1), end(2, 2)]), 0);
        assert_eq!(refused(vec![offer(1, 1), accept(2, 2, "r"), end(3, 3)]), 1);
    }

    #[test]
    fn what_the_desk_still_holds_is_found() {
        let none = seen(vec![]);
        let busy = board(9, vec![room("r", "BUSY", Some(("talking", "a")))], vec![]);
        assert_eq!(all_end(&none, &busy).len(), 1);
        let waits = board(9, vec![], vec![in_line("a", 1)]);
        assert_eq!(all_end(&none, &waits).len(), 1);
        let mut lost = seen(vec![]);
        lost.asked = vec![asked("a", &[], 0)];
        assert_eq!(all_end(&lost, &board(9, vec![], vec![])).len(), 1);
    }
}
