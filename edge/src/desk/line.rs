//! The waiting line: in, out, and where one stands.

use super::room::Place;
use super::state::Waiting;
use super::turn::Turn;
use crate::link::ToCall;
use counterpart_shared::api::{CloseReason, DeskMessage, GoneReason};
use counterpart_shared::id::{CallId, RoomId, UserId};

impl Turn<'_> {
    pub(super) fn enter(&mut self, call: CallId, customer: UserId) {
        let known = self.desk.number_of(&call).is_some() || self.desk.room_of(&call).is_some();
        if known {
            return;
        }
        if let Err(no) = self.desk.may_enter(self.now) {
            return self.tell_call(&call, ToCall::Refused { reason: no.into() });
        }
        let number = self.desk.next_number();
        let waiting = Waiting {
            call,
            customer,
            since: self.now,
            refused_by: None,
            told: 0,
        };
        self.desk.line.insert(number, waiting);
    }

    /// The call is over: wherever it is, it is there no more.
    pub(super) fn leave(&mut self, call: &CallId) {
        if let Some(number) = self.desk.number_of(call) {
            self.desk.line.remove(&number);
        }
        if let Some(room) = self.desk.room_of(call) {
            self.vacate(&room, call);
        }
    }

    fn vacate(&mut self, room: &RoomId, call: &CallId) {
        let grace = self.desk.presence_ms();
        let row = self
            .desk
            .rooms
            .get_mut(room)
            .expect("the call was found in this room");
        let rang = matches!(row.place, Place::Offered { .. });
        let asked = std::mem::take(&mut row.closing);
        let absent = row.is_deserted(grace, self.now);
        if rang {
            let call = call.clone();
            let reason = GoneReason::Abandoned;
            self.send(room, DeskMessage::OfferGone { call, reason });
        }
        let then = match (asked, absent) {
            (true, _) => Place::closed(CloseReason::Asked),
            (false, true) => Place::closed(CloseReason::Absent),
            (false, false) => Place::Idle,
        };
        self.put(room, then);
    }

    /// Tells those whose place has changed.
    pub(super) fn tell_positions(&mut self) {
        let line = self.desk.line.iter().zip(1u32..);
        let moved: Vec<(u64, u32)> = line
            .filter(|((_, waiting), place)| waiting.told != *place)
            .map(|((&number, _), place)| (number, place))
            .collect();
        for (number, position) in moved {
            let waiting = self.desk.line.get_mut(&number).expect("it was just listed");
            waiting.told = position;
            let call = waiting.call.clone();
            self.tell_call(&call, ToCall::Position { position });
        }
    }
}
