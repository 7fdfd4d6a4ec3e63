//! Which agents are there, and what follows when they are not.

use super::room::{Place, RoomRow};
use super::turn::Turn;
use counterpart_shared::api::{CloseReason, DeskMessage, GoneReason};
use counterpart_shared::id::{RoomId, UserId};
use std::collections::BTreeSet;

impl Turn<'_> {
    /// An agent who comes back while it rings hears of the offer again.
    pub(super) fn connected(&mut self, room: RoomId, agent: UserId) {
        let now = self.now;
        if self.desk.rooms.get(&room).is_none() {
            self.desk
                .rooms
                .insert(room.clone(), RoomRow::new(agent, now));
        }
        let row = self.desk.rooms.get_mut(&room).expect("it was just made");
        row.gone_since = None;
        let view = row.view(room);
        let offer = pending_offer(row);
        self.reply(DeskMessage::Room(view));
        if let Some(offer) = offer {
            self.reply(offer);
        }
    }

    pub(super) fn closed(&mut self, room: &RoomId, others: bool) {
        let now = self.now;
        if let Some(row) = self.desk.rooms.get_mut(room).filter(|_| !others) {
            row.gone_since.get_or_insert(now);
        }
    }

    /// The sockets that are there are the truth: after a crash of the edge nobody has said goodbye.
    pub(super) fn alarm(&mut self, present: &BTreeSet<RoomId>) {
        for room in
            self.rooms_where(|room, row| row.gone_since.is_none() && !present.contains(room))
        {
            self.closed(&room, false);
        }
        let (now, grace) = (self.now, self.desk.presence_ms());
        for room in self.rooms_where(|_, row| row.due(grace).is_some_and(|at| at <= now)) {
            self.give_up(&room);
        }
    }

    /// He did not answer, or is not there: whichever it is, he is away and not idle. Only a wrap-up ends
    /// as it should.
    fn give_up(&mut self, room: &RoomId) {
        let row = self.desk.rooms.get(room).expect("it was just listed");
        let absent = row.is_deserted(self.desk.presence_ms(), self.now);
        let reason = if absent {
            CloseReason::Absent
        } else {
            CloseReason::Missed
        };
        let then = Place::closed(reason);
        match row.place {
            Place::Offered { .. } => self.offer_failed(room, GoneReason::Missed, then),
            Place::Wrapping { .. } if !absent => self.put(room, Place::Idle),
            _ => self.put(room, then),
        }
    }

    fn rooms_where(&self, wanted: impl Fn(&RoomId, &RoomRow) -> bool) -> Vec<RoomId> {
        let rooms = self.desk.rooms.iter();
        rooms
            .filter(|(room, row)| wanted(room, row))
            .map(|(room, _)| room.clone())
            .collect()
    }
}

fn pending_offer(row: &RoomRow) -> Option<DeskMessage> {
    let Place::Offered { waiting, until, .. } = &row.place else {
        return None;
    };
    Some(DeskMessage::Offer {
        call: waiting.call.clone(),
        customer: waiting.customer.clone(),
        expires_at: *until,
    })
}
