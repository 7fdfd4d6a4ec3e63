//! What must hold, judged from what was seen from outside. Each function says what it found, in words; nothing is good.

mod calls;
mod line;
mod rooms;
mod texts;

#[cfg(test)]
mod made_up;

use super::seen::Seen;
use counterpart_shared::api::{Board, Entry, EntryBody};
use counterpart_shared::id::{CallId, Party, RoomId};
use std::collections::BTreeMap;
use std::time::Duration;

/// All that does not hold.
pub(super) fn faults(seen: &Seen, last: &Board) -> Vec<String> {
    let lives = lives(seen);
    [
        rooms::one_call_each(&lives),
        rooms::one_room_each(seen, &seen.looks),
        rooms::talking_is_busy(&lives, &seen.looks),
        line::nobody_waits_beside_a_free_agent(&seen.looks),
        line::nobody_is_overtaken(seen),
        calls::all_end(seen, last),
        calls::none_is_refused(seen),
        texts::kept(seen),
    ]
    .concat()
}

/// One paragraph on what happened.
pub(super) fn summary(seen: &Seen, kills: usize, took: Duration) -> String {
    let texts: usize = seen.sides.iter().map(|side| side.acknowledged.len()).sum();
    let talks = lives(seen).len();
    let (offered, longest) = line::waits(seen);
    format!(
        "crowd: {} calls, {talks} talks, {offered} first offers known to the millisecond, {texts} texts acknowledged, \
         {} agents came too late, {} connections, {} cut, {kills} kills, {} looks at the board, longest wait {:.1} s, {:.0} s in all",
        seen.asked.len(),
        seen.refused.len(),
        seen.connections,
        seen.cuts,
        seen.looks.len(),
        longest as f64 / 1000.0,
        took.as_secs_f64(),
    )
}

/// When a call was in a room, by its own log: later than the desk's beginning, earlier than the desk's end.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Life {
    call: CallId,
    room: RoomId,
    from: u64,
    to: u64,
}

fn lives(seen: &Seen) -> Vec<Life> {
    let life = |(call, entries): (&CallId, &[Entry])| {
        let mut talks = entries.iter().filter_map(accepted);
        let (from, room) = talks.next()?;
        let to = entries.iter().find_map(ended).unwrap_or(u64::MAX);
        Some(Life {
            call: call.clone(),
            room: room.clone(),
            from,
            to,
        })
    };
    logs(seen).into_iter().filter_map(life).collect()
}

/// Each call's log, as its caller reads it.
fn logs(seen: &Seen) -> BTreeMap<&CallId, &[Entry]> {
    let callers = seen.logs.iter().filter(|log| log.party == Party::Caller);
    callers
        .map(|log| (&log.call, log.entries.as_slice()))
        .collect()
}

fn accepted(entry: &Entry) -> Option<(u64, &RoomId)> {
    match &entry.body {
        EntryBody::Accept { room, .. } => Some((entry.at, room.as_ref()?)),
        _ => None,
    }
}

fn ended(entry: &Entry) -> Option<u64> {
    matches!(entry.body, EntryBody::End { .. }).then_some(entry.at)
}
