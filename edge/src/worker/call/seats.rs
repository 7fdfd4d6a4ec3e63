//! Sends the log to the sockets of a call, each as its seat wants it.

use super::super::core::Core;
use super::super::{now, socket};
use crate::call::{Call, Delivery, Seat};
use crate::table::to_json;
use counterpart_shared::api::{CallMessage, Entry};
use counterpart_shared::id::Party;
use worker::{Result, WebSocket};

pub(super) fn tag(party: Party) -> &'static str {
    match party {
        Party::Caller => "caller",
        Party::Callee => "callee",
    }
}

pub(super) fn read(socket: &WebSocket) -> Option<Seat> {
    let json: String = socket.deserialize_attachment().ok()??;
    serde_json::from_str(&json).ok()
}

pub(super) fn write(socket: &WebSocket, seat: &Seat) -> Result<()> {
    socket.serialize_attachment(to_json(seat))
}

/// Who has a socket, caller first.
pub(super) fn present(core: &Core) -> [bool; 2] {
    Party::BOTH.map(|party| !socket::tagged(&core.state, tag(party)).is_empty())
}

/// New entries, or none: then only what was held back for long enough goes out.
pub(super) fn broadcast(core: &Core, call: &Call, entries: &[Entry]) -> Result<()> {
    for party in Party::BOTH {
        for socket in socket::tagged(&core.state, tag(party)) {
            let visible = call.sees_log(party);
            with_seat(core, &socket, entries, |seat| seat.entries(visible, now()))?;
        }
    }
    Ok(())
}

/// A message for all sockets of a party, after the entries that it follows from.
pub(super) fn send(core: &Core, call: &Call, party: Party, message: &CallMessage) -> Result<()> {
    let visible = call.sees_log(party);
    for socket in socket::tagged(&core.state, tag(party)) {
        with_seat(core, &socket, &[], |seat| seat.follows(visible, call.seq))?;
        socket::send(&socket, message);
    }
    Ok(())
}

/// Lets `ask` decide what a socket gets, and gives it.
pub(super) fn with_seat(
    core: &Core,
    socket: &WebSocket,
    entries: &[Entry],
    ask: impl FnOnce(&mut Seat) -> Delivery,
) -> Result<()> {
    let Some(mut seat) = read(socket) else {
        return Ok(());
    };
    let before = seat.clone();
    let delivery = ask(&mut seat);
    if seat != before {
        write(socket, &seat)?;
    }
    match delivery {
        Delivery::Nothing => {}
        Delivery::Live => entries.iter().for_each(|entry| give(socket, entry.clone())),
        Delivery::After(seq) => core
            .store
            .entries(seq)?
            .into_iter()
            .for_each(|entry| give(socket, entry)),
    }
    Ok(())
}

fn give(socket: &WebSocket, entry: Entry) {
    socket::send(socket, &CallMessage::Entry(entry));
}

/// When the first held socket must get its entries.
pub(super) fn due(core: &Core, call: &Call) -> Option<u64> {
    let of = |party| {
        let sockets = socket::tagged(&core.state, tag(party)).into_iter();
        sockets.filter_map(move |socket| read(&socket)?.due(call.sees_log(party)))
    };
    Party::BOTH.into_iter().flat_map(of).min()
}
