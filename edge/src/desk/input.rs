//! What goes into a desk and what comes out.

use crate::link::{Letter, ToDesk};
use counterpart_shared::api::{ApiError, DeskCommand, DeskMessage, DeskSettings, ErrorCode};
use counterpart_shared::id::{ClientId, DeskId, RoomId, UserId};
use std::collections::BTreeSet;

/// What happens to a desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// An agent opened a room's socket; [`super::Desk::admit`] was asked before.
    Connected {
        /// The room.
        room: RoomId,
        /// The agent.
        agent: UserId,
    },
    /// One of a room's sockets is gone.
    Closed {
        /// The room.
        room: RoomId,
        /// Whether it has others.
        others: bool,
    },
    /// An agent says something.
    Command {
        /// His room.
        room: RoomId,
        /// What.
        command: DeskCommand,
        /// Whether a command of this room and id was carried out before.
        earlier: bool,
    },
    /// A call says something.
    Letter(ToDesk),
    /// It works so from now on; [`super::check_settings`] was asked before.
    Configure {
        /// Its name, which it has from whoever configures it.
        desk: DeskId,
        /// How.
        settings: DeskSettings,
    },
    /// Time has passed, or the object has just been loaded.
    Alarm {
        /// The rooms that have a socket.
        present: BTreeSet<RoomId>,
    },
}

/// What a desk wants done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// A command must not be carried out again.
    Remember(RoomId, ClientId),
    /// To the socket that the input came from.
    Reply(DeskMessage),
    /// To all sockets of a room.
    Send(RoomId, DeskMessage),
    /// A letter for the outbox.
    Letter(Letter),
}

/// The room belongs to another agent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("room '{room}' belongs to another agent than '{agent}'")]
pub struct Refused {
    /// The room.
    pub room: RoomId,
    /// Who wanted it.
    pub agent: UserId,
}

impl From<Refused> for ApiError {
    fn from(refused: Refused) -> Self {
        ApiError::new(ErrorCode::Forbidden, refused.to_string())
    }
}
