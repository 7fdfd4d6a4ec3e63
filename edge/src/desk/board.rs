//! The desk as a dashboard shows it.

use super::state::Desk;
use crate::link::DeskBoard;
use counterpart_shared::api::{BoardRoom, BoardWaiting};

impl Desk {
    /// Rooms by name, and the line, next first.
    pub fn board(&self) -> DeskBoard {
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
        });
        DeskBoard {
            rooms: rooms.collect(),
            line: line.collect(),
        }
    }
}
