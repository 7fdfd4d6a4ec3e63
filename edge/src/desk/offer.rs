//! Offers: who is asked, and how it ends.

use super::room::{Place, RoomRow};
use super::state::{Desk, Waiting};
use super::turn::Turn;
use crate::link::ToCall;
use counterpart_shared::api::{DeskMessage, GoneReason};
use counterpart_shared::id::{CallId, RoomId};

impl Turn<'_> {
    /// Each in line, the next one first, rings at the agent who can serve him and has been free for the
    /// longest time.
    pub(super) fn match_up(&mut self) {
        self.release_unserved();
        let anyone = |desk: &Desk| desk.rooms.iter().any(|(_, row)| row.is_free());
        if self.desk.line.is_empty() || !anyone(self.desk) {
            return;
        }
        let numbers: Vec<u64> = self
            .desk
            .queue()
            .iter()
            .map(|(number, _)| *number)
            .collect();
        for number in numbers {
            let waiting = self.desk.line.get(&number).expect("it was just listed");
            if let Some(room) = self.room_for(waiting) {
                let waiting = self.desk.line.remove(&number).expect("it is there");
                self.offer(room, number, waiting);
            }
        }
    }

    /// Whose room has closed waits for whoever is free.
    fn release_unserved(&mut self) {
        let open = |room: &RoomId| self.desk.rooms.get(room).is_some_and(RoomRow::is_open);
        let line = self.desk.line.iter();
        let lost = |waiting: &Waiting| waiting.wanted.as_ref().is_some_and(|room| !open(room));
        let numbers: Vec<u64> = line
            .filter(|(_, waiting)| lost(waiting))
            .map(|(&number, _)| number)
            .collect();
        for number in numbers {
            let waiting = self.desk.line.get_mut(&number).expect("it was just listed");
            waiting.wanted = None;
        }
    }

    /// Who declined last is asked again only when nobody else is free.
    fn room_for(&self, waiting: &Waiting) -> Option<RoomId> {
        let fits = |room: &RoomId, row: &RoomRow| row.is_free() && waiting.suits(room, row);
        let free = self.desk.rooms.iter().filter(|(room, row)| fits(room, row));
        let again = |room: &RoomId| waiting.refused_by.as_ref() == Some(room);
        free.min_by_key(|(room, row)| (again(room), row.since))
            .map(|(room, _)| room.clone())
    }

    fn offer(&mut self, room: RoomId, number: u64, waiting: Waiting) {
        self.tally().offered += 1;
        let call = waiting.call.clone();
        let customer = waiting.customer.clone();
        let until = self.now + self.desk.offer_ms();
        let place = Place::Offered {
            number,
            waiting,
            until,
        };
        self.put(&room, place);
        let message = DeskMessage::Offer {
            call: call.clone(),
            customer,
            expires_at: until,
        };
        self.send(&room, message);
        let agent = self
            .desk
            .rooms
            .get(&room)
            .expect("a free room was found")
            .agent
            .clone();
        self.tell_call(&call, ToCall::Offered { room, agent });
    }

    pub(super) fn accept(&mut self, room: &RoomId, call: &CallId) -> Result<(), String> {
        let waited = self.now.saturating_sub(self.rings_with(room, call)?.since);
        self.tally().answered(waited);
        let call = call.clone();
        self.put(room, Place::Talking { call: call.clone() });
        let agent = self.desk.rooms.get(room).expect("it rings").agent.clone();
        let room = room.clone();
        self.tell_call(&call, ToCall::Accepted { room, agent });
        Ok(())
    }

    pub(super) fn reject(&mut self, room: &RoomId, call: &CallId) -> Result<(), String> {
        self.rings_with(room, call)?;
        self.offer_failed(room, GoneReason::Rejected, Place::Idle);
        Ok(())
    }

    fn rings_with(&self, room: &RoomId, call: &CallId) -> Result<&Waiting, String> {
        match self.desk.rooms.get(room).map(|row| &row.place) {
            Some(Place::Offered { waiting, .. }) if waiting.call == *call => Ok(waiting),
            _ => Err(format!("call '{call}' does not ring in room '{room}'")),
        }
    }

    /// The caller returns to his place in line, and the room does `then`.
    pub(super) fn offer_failed(&mut self, room: &RoomId, reason: GoneReason, then: Place) {
        let Some(row) = self.desk.rooms.get(room) else {
            return;
        };
        let Place::Offered {
            number, waiting, ..
        } = row.place.clone()
        else {
            return;
        };
        let call = waiting.call.clone();
        if reason == GoneReason::Missed {
            self.tally().missed += 1;
        }
        let waiting = Waiting {
            wanted: None,
            refused_by: Some(room.clone()),
            told: 0,
            told_wait_s: None,
            ..waiting
        };
        self.desk.line.insert(number, waiting);
        let message = DeskMessage::OfferGone {
            call: call.clone(),
            reason,
        };
        self.send(room, message);
        self.put(room, then);
        let room = room.clone();
        self.tell_call(&call, ToCall::Declined { room });
    }
}
