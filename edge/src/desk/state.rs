//! What a desk keeps: a row for each room and for each caller in line, and its settings.

use super::input::{Input, Output, Refused};
use super::pace::{Pace, TELL_EVERY};
use super::room::{Place, RoomRow};
use super::today::Tally;
use super::turn::Turn;
use crate::link::Needs;
use crate::table::{Change, Row, RowError, Single, Table};
use counterpart_shared::api::DeskSettings;
use counterpart_shared::id::{CallId, RoomId, UserId};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// One desk. See the module for how it is driven.
#[derive(Debug, Clone)]
pub struct Desk {
    pub(super) rooms: Table<RoomId, RoomRow>,
    /// By the number that each caller drew when he came.
    pub(super) line: Table<u64, Waiting>,
    pub(super) settings: Single<DeskSettings>,
    pub(super) pace: Single<Pace>,
    pub(super) today: Single<Tally>,
    /// When callers were told their places last. It need not survive: then they are told earlier.
    pub(super) told_at: u64,
    /// Whether somebody's place has changed since.
    pub(super) untold: bool,
}

/// A caller in line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// His call.
    pub call: CallId,
    /// Who he is.
    pub customer: UserId,
    /// Since when he waits.
    pub since: u64,
    /// What he needs.
    #[serde(default, skip_serializing_if = "Needs::is_none")]
    pub needs: Needs,
    /// When he first asked at any desk, if an agent handed him on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrived: Option<u64>,
    /// The room that he was handed on to, and is kept for while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<RoomId>,
    /// The room that did not take him last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused_by: Option<RoomId>,
    /// The place he was told; 0 before he was told any.
    #[serde(default)]
    pub told: u32,
    /// The time that he was told, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_wait_s: Option<u64>,
}

impl Waiting {
    /// Lower is served first: by priority, then by arrival, wherever that was.
    pub(super) fn turn(&self, number: u64) -> (Reverse<u8>, u64, u64) {
        let arrived = self.arrived.unwrap_or(self.since);
        (Reverse(self.needs.priority), arrived, number)
    }

    /// Whether this room can serve him, as he is handed on or whoever comes.
    pub(super) fn suits(&self, room: &RoomId, row: &RoomRow) -> bool {
        match &self.wanted {
            Some(wanted) => wanted == room,
            None => row.suits(&self.needs),
        }
    }
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            rooms: Table::new("room"),
            line: Table::new("waiting"),
            settings: Single::new("settings"),
            pace: Single::new("pace"),
            today: Single::new("today"),
            told_at: 0,
            untold: false,
        }
    }
}

impl Desk {
    /// From the rows of [`changes`](Self::changes).
    ///
    /// # Errors
    /// [`RowError`] for the first row that cannot be read.
    pub fn load(rows: &[Row]) -> Result<Self, RowError> {
        Ok(Self {
            rooms: Table::load("room", rows)?,
            line: Table::load("waiting", rows)?,
            settings: Single::load("settings", rows)?,
            pace: Single::load("pace", rows)?,
            today: Single::load("today", rows)?,
            told_at: 0,
            untold: false,
        })
    }

    /// What must be stored since this was asked last.
    pub fn changes(&mut self) -> Vec<Change> {
        let mut changes = self.rooms.changes();
        changes.extend(self.line.changes());
        changes.extend(self.settings.changes());
        changes.extend(self.pace.changes());
        changes.extend(self.today.changes());
        changes
    }

    /// Takes one input and decides.
    pub fn handle(&mut self, input: Input, now: u64) -> Vec<Output> {
        let mut turn = Turn::new(self, now);
        turn.take(input);
        turn.out
    }

    /// When it wants [`Input::Alarm`].
    pub fn due(&self) -> Option<u64> {
        let grace = self.presence_ms();
        let rooms = self.rooms.iter();
        let rooms = rooms.filter_map(|(_, row)| row.due(grace));
        let news = self.untold.then_some(self.told_at + TELL_EVERY);
        rooms.chain(news).min()
    }

    /// Whether an agent may enter a room: it is his, or nobody's yet.
    ///
    /// # Errors
    /// [`Refused`] when it is another's.
    pub fn admit(&self, room: &RoomId, agent: &UserId) -> Result<(), Refused> {
        let owner = self.rooms.get(room).map(|row| &row.agent);
        if owner.is_some_and(|owner| owner != agent) {
            return Err(Refused {
                room: room.clone(),
                agent: agent.clone(),
            });
        }
        Ok(())
    }

    /// One more than any number in use, so that who comes now is behind everyone.
    pub(super) fn next_number(&self) -> u64 {
        let offered = self.rooms.iter().filter_map(|(_, row)| match row.place {
            Place::Offered { number, .. } => Some(number),
            _ => None,
        });
        let waiting = self.line.iter().map(|(&number, _)| number);
        offered.chain(waiting).max().map_or(1, |number| number + 1)
    }

    /// The line, next first.
    pub(super) fn queue(&self) -> Vec<(u64, &Waiting)> {
        let line = self.line.iter().map(|(&number, waiting)| (number, waiting));
        let mut line: Vec<_> = line.collect();
        line.sort_by_key(|(number, waiting)| waiting.turn(*number));
        line
    }

    /// Now, or when the newest in line came: a clock that is put back lets nobody overtake.
    pub(super) fn arrival(&self, now: u64) -> u64 {
        let newest = self.line.iter().map(|(_, waiting)| waiting.since).max();
        newest.map_or(now, |newest| newest.max(now))
    }

    pub(super) fn room_of(&self, call: &CallId) -> Option<RoomId> {
        let mut rooms = self.rooms.iter();
        let found = rooms.find(|(_, row)| row.call() == Some(call))?;
        Some(found.0.clone())
    }

    pub(super) fn number_of(&self, call: &CallId) -> Option<u64> {
        let mut line = self.line.iter();
        line.find(|(_, waiting)| waiting.call == *call)
            .map(|(&number, _)| number)
    }
}
