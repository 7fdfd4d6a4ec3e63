//! Sends the log to the sockets of a call, each as its seat wants it.

use super::super::core::Core;
use super::super::{now, socket};
use crate::call::{Call, Delivery, Seat, Who};
use crate::table::to_json;
use counterpart_shared::api::{CallMessage, Entry};
use counterpart_shared::id::{Party, UserId};
use std::collections::BTreeSet;
use worker::{Result, WebSocket};

/// Under which tag somebody's sockets are found.
pub(super) fn tag(who: &Who) -> String {
    match who {
        Who::Party(Party::Caller) => "caller".to_owned(),
        Who::Party(Party::Callee) => "callee".to_owned(),
        Who::Watcher(user) => format!("watcher.{user}"),
    }
}

pub(super) fn read(socket: &WebSocket) -> Option<Seat> {
    let json: String = socket.deserialize_attachment().ok()??;
    serde_json::from_str(&json).ok()
}

pub(super) fn write(socket: &WebSocket, seat: &Seat) -> Result<()> {
    socket.serialize_attachment(to_json(seat))
}

/// The open sockets of somebody.
pub(super) fn of(core: &Core, who: &Who) -> Vec<WebSocket> {
    socket::tagged(&core.state, &tag(who))
}

/// Who has a socket, caller first; and the supervisors who have one.
pub(super) fn present(core: &Core) -> ([bool; 2], BTreeSet<UserId>) {
    let parties = Party::BOTH.map(|party| !of(core, &party.into()).is_empty());
    let watchers = all(core).filter_map(|(_, seat)| match seat.who {
        Who::Watcher(user) => Some(user),
        Who::Party(_) => None,
    });
    (parties, watchers.collect())
}

fn all(core: &Core) -> impl Iterator<Item = (WebSocket, Seat)> {
    let sockets = core.state.get_websockets().into_iter();
    let open = sockets.filter(socket::is_open);
    open.filter_map(|socket| read(&socket).map(|seat| (socket, seat)))
}

/// New entries, where no socket is held.
pub(super) fn tell_all(core: &Core, entries: &[Entry]) {
    let texts: Vec<String> = entries.iter().cloned().map(text).collect();
    for socket in core
        .state
        .get_websockets()
        .iter()
        .filter(|s| socket::is_open(s))
    {
        for text in &texts {
            socket::send_text(socket, text);
        }
    }
}

fn text(entry: Entry) -> String {
    to_json(&CallMessage::Entry(entry))
}

/// New entries, or none: then only what was held back for long enough goes out.
pub(super) fn broadcast(core: &Core, call: &Call, entries: &[Entry]) -> Result<()> {
    for (socket, seat) in all(core) {
        let visible = call.sees_log(&seat.who);
        give(core, &socket, seat, entries, |seat| {
            seat.entries(visible, now())
        })?;
    }
    Ok(())
}

/// A message for all sockets of somebody, after the entries that it follows from.
pub(super) fn send(core: &Core, call: &Call, who: &Who, message: &CallMessage) -> Result<()> {
    let visible = call.sees_log(who);
    for socket in of(core, who) {
        with_seat(core, &socket, |seat| seat.follows(visible, call.seq))?;
        socket::send(&socket, message);
    }
    Ok(())
}

/// Lets `ask` decide what a socket gets of what is stored, and gives it.
pub(super) fn with_seat(
    core: &Core,
    socket: &WebSocket,
    ask: impl FnOnce(&mut Seat) -> Delivery,
) -> Result<()> {
    match read(socket) {
        Some(seat) => give(core, socket, seat, &[], ask),
        None => Ok(()),
    }
}

fn give(
    core: &Core,
    socket: &WebSocket,
    mut seat: Seat,
    entries: &[Entry],
    ask: impl FnOnce(&mut Seat) -> Delivery,
) -> Result<()> {
    let before = seat.clone();
    let delivery = ask(&mut seat);
    if seat != before {
        write(socket, &seat)?;
    }
    let one = |entry: Entry| socket::send_text(socket, &text(entry));
    match delivery {
        Delivery::Nothing => {}
        Delivery::Live => entries.iter().cloned().for_each(one),
        Delivery::After(seq) => core.store.entries(seq)?.into_iter().for_each(one),
    }
    Ok(())
}

/// Whether any socket is held, and when the first of them must get its entries.
pub(super) fn held(core: &Core, call: &Call) -> (bool, Option<u64>) {
    let held: Vec<Seat> = all(core)
        .map(|(_, seat)| seat)
        .filter(Seat::is_held)
        .collect();
    let due = held
        .iter()
        .filter_map(|seat| seat.due(call.sees_log(&seat.who)));
    (!held.is_empty(), due.min())
}
