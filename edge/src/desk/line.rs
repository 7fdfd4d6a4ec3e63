//! The waiting line: in and out.

use super::room::Place;
use super::state::Waiting;
use super::turn::Turn;
use crate::link::{HandedOn, Needs, ToCall};
use counterpart_shared::api::{CloseReason, DeskMessage, GoneReason};
use counterpart_shared::id::{CallId, RoomId, UserId};

impl Turn<'_> {
    pub(super) fn enter(
        &mut self,
        call: CallId,
        customer: UserId,
        needs: Needs,
        handed_on: Option<HandedOn>,
    ) {
        let known = self.desk.number_of(&call).is_some() || self.desk.room_of(&call).is_some();
        if known {
            return;
        }
        let may = self.desk.may_enter(self.now);
        // Who is handed on was let in once, and an agent decided that he is in the right place here.
        if let (Err(no), None) = (may, &handed_on) {
            return self.tell_call(&call, ToCall::Refused { reason: no.into() });
        }
        let number = self.desk.next_number();
        let waiting = Waiting {
            call,
            customer,
            since: self.desk.arrival(self.now),
            needs,
            arrived: handed_on.as_ref().map(|how| how.arrived),
            wanted: handed_on.as_ref().and_then(|how| how.to.clone()),
            refused_by: handed_on.and_then(|how| how.from),
            told: 0,
            told_wait_s: None,
        };
        self.desk.line.insert(number, waiting);
    }

    /// The call is over: wherever it is, it is there no more.
    pub(super) fn leave(&mut self, call: &CallId) {
        if let Some(number) = self.desk.number_of(call) {
            self.desk.line.remove(&number);
            self.tally().abandoned += 1;
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
        let talked =
            matches!(row.place, Place::Talking { .. }).then(|| self.now.saturating_sub(row.since));
        let asked = std::mem::take(&mut row.closing);
        let absent = row.is_deserted(grace, self.now);
        if rang {
            self.tally().abandoned += 1;
            let call = call.clone();
            let reason = GoneReason::Abandoned;
            self.send(room, DeskMessage::OfferGone { call, reason });
        }
        let then = match (asked, absent) {
            (true, _) => Place::closed(CloseReason::Asked),
            (false, true) => Place::closed(CloseReason::Absent),
            (false, false) => self.after(talked, call),
        };
        self.put(room, then);
    }

    /// What a room does after a call: nothing, or its notes when there was a talk.
    fn after(&mut self, talked: Option<u64>, call: &CallId) -> Place {
        if let Some(talk) = talked {
            self.desk.pace.get_mut().add(talk);
            self.tally().talked(talk);
        }
        let wrap_up = u64::from(self.desk.settings().wrap_up_s) * 1000;
        if talked.is_none() || wrap_up == 0 {
            return Place::Idle;
        }
        Place::Wrapping {
            call: call.clone(),
            until: self.now + wrap_up,
        }
    }
}
