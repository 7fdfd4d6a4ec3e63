//! Small worlds to judge.

use crate::seen::{Asked, Log, Look, Seen, Side};
use counterpart_shared::api::{Board, BoardRoom, BoardWaiting, EndReason, Entry, EntryBody, Room};
use counterpart_shared::id::{Party, Skill};
use serde_json::json;
use std::collections::BTreeSet;

pub(super) fn seen(logs: Vec<Log>) -> Seen {
    Seen {
        logs,
        ..Seen::default()
    }
}

pub(super) fn log(call: &str, entries: Vec<Entry>) -> Log {
    Log {
        call: call.parse().expect("an id"),
        party: Party::Caller,
        entries,
    }
}

pub(super) fn side(call: &str, party: Party, said: &[&str], acknowledged: &[(&str, u64)]) -> Side {
    let id = |id: &str| id.parse().expect("an id");
    Side {
        call: call.parse().expect("an id"),
        party,
        entries: Vec::new(),
        said: said.iter().map(|one| id(one)).collect(),
        acknowledged: acknowledged
            .iter()
            .map(|(one, seq)| (id(one), *seq))
            .collect(),
    }
}

pub(super) fn asked(call: &str, needs: &[&str], priority: u8) -> Asked {
    Asked {
        call: call.parse().expect("an id"),
        token: String::new(),
        skills: skills(needs),
        priority,
    }
}

fn skills(names: &[&str]) -> BTreeSet<Skill> {
    let skill = |name: &&str| name.parse().expect("an id");
    names.iter().map(skill).collect()
}

fn entry(seq: u64, at: u64, body: EntryBody) -> Entry {
    Entry { seq, at, body }
}

pub(super) fn offer(seq: u64, at: u64) -> Entry {
    let (room, agent) = ("r".parse().expect("an id"), "bob".parse().expect("an id"));
    entry(seq, at, EntryBody::Offer { room, agent })
}

pub(super) fn declined(seq: u64, at: u64) -> Entry {
    let room = "r".parse().expect("an id");
    entry(seq, at, EntryBody::Declined { room })
}

pub(super) fn accept(seq: u64, at: u64, room: &str) -> Entry {
    let room = Some(room.parse().expect("an id"));
    let callee = "bob".parse().expect("an id");
    entry(seq, at, EntryBody::Accept { callee, room })
}

pub(super) fn end(seq: u64, at: u64) -> Entry {
    let reason = EndReason::HangUp;
    entry(seq, at, EntryBody::End { by: None, reason })
}

pub(super) fn text(seq: u64, from: Party, id: &str) -> Entry {
    let body = EntryBody::Text {
        from,
        id: id.parse().expect("an id"),
        text: id.to_owned(),
    };
    entry(seq, seq, body)
}

pub(super) fn look(asked: u64, board: Board) -> Look {
    Look { asked, board }
}

pub(super) fn board(at: u64, rooms: Vec<BoardRoom>, line: Vec<BoardWaiting>) -> Board {
    let board =
        json!({"desk": "front", "at": at, "rooms": rooms, "line": line, "nodes": [], "calls": []});
    serde_json::from_value(board).expect("a board")
}

pub(super) fn room(name: &str, state: &str, busy: Option<(&str, &str)>) -> BoardRoom {
    let mut room = json!({"room": name, "agent": "bob", "state": state, "since": 1});
    if let Some((phase, call)) = busy {
        room["phase"] = json!(phase);
        room["call"] = json!(call);
    }
    let room: Room = serde_json::from_value(room).expect("a room");
    BoardRoom {
        room,
        present: true,
        skills: BTreeSet::new(),
    }
}

pub(super) fn skilled(mut room: BoardRoom, names: &[&str]) -> BoardRoom {
    room.skills = skills(names);
    room
}

pub(super) fn in_line(call: &str, since: u64) -> BoardWaiting {
    let waiting = json!({"call": call, "customer": "alice", "since": since});
    serde_json::from_value(waiting).expect("someone in line")
}

pub(super) fn wants(mut waiting: BoardWaiting, names: &[&str]) -> BoardWaiting {
    waiting.skills = skills(names);
    waiting
}
