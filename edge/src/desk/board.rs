//! The desk as a dashboard shows it.

use super::state::Desk;
use counterpart_shared::api::{BoardRoom, BoardWaiting, DeskBoard};

impl Desk {
    /// Rooms by name, the line, next first, and the day so far.
    pub fn board(&self, now: u64) -> DeskBoard {
        let rooms = self.rooms.iter().map(|(room, row)| BoardRoom {
            room: row.view(room.clone()),
            present: row.gone_since.is_none(),
            skills: row.skills.clone(),
        });
        let line = self.queue().into_iter().map(|(_, waiting)| BoardWaiting {
            call: waiting.call.clone(),
            customer: waiting.customer.clone(),
            since: waiting.since,
            skills: waiting.needs.skills.clone(),
            priority: waiting.needs.priority,
            room: waiting.wanted.clone(),
        });
        DeskBoard {
            rooms: rooms.collect(),
            line: line.collect(),
            today: self.today(now),
        }
    }
}
