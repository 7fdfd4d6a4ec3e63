//! A room's WebSocket, `GET /v1/desks/{desk}/rooms/{room}/socket`, for its agent.

use super::call::ByeReason;
use super::error::ApiError;
use crate::id::{CallId, ClientId, RoomId, Skill, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The three states of a room, exactly so on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RoomState {
    /// Open and free.
    Idle,
    /// Taken by one call.
    Busy,
    /// Its agent is not there for calls.
    Close,
}

/// Why a room is `BUSY`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RoomPhase {
    /// It rings.
    Offered,
    /// Two people talk.
    Talking,
    /// The agent finishes his notes.
    Wrapping,
}

/// Why a room is `CLOSE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CloseReason {
    /// Its agent closed it.
    Asked,
    /// Its agent did not answer an offer in time.
    Missed,
    /// Its agent was without a socket for too long.
    Absent,
}

/// A room as seen from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// The room.
    pub room: RoomId,
    /// Its agent.
    pub agent: UserId,
    /// Its state.
    pub state: RoomState,
    /// Why it is busy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<RoomPhase>,
    /// Why it is closed; nothing when it was never opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<CloseReason>,
    /// The call it is busy with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallId>,
    /// Since when it is so.
    pub since: u64,
}

/// What an agent sends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum DeskCommand {
    /// Open the room; during wrap-up, end that.
    Open {
        /// Client's id.
        id: ClientId,
        /// What its agent can do: at most [`super::MAX_SKILLS`]. A call that needs more rings elsewhere.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        skills: BTreeSet<Skill>,
    },
    /// Close it; during a call, after the call.
    Close {
        /// Client's id.
        id: ClientId,
    },
    /// Take the offered call.
    Accept {
        /// Client's id.
        id: ClientId,
        /// The call.
        call: CallId,
    },
    /// Decline it.
    Reject {
        /// Client's id.
        id: ClientId,
        /// The call.
        call: CallId,
    },
}

/// What the edge sends to an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum DeskMessage {
    /// The room: first message on every socket, and at every change.
    Room(Room),
    /// It rings.
    Offer {
        /// The call.
        call: CallId,
        /// Who asks.
        customer: UserId,
        /// Until when it rings.
        expires_at: u64,
    },
    /// It rings no more.
    OfferGone {
        /// The call.
        call: CallId,
        /// Why.
        reason: GoneReason,
    },
    /// Last message on a socket that the edge closes; the close code is [`ByeReason::close_code`].
    Bye {
        /// Why.
        reason: ByeReason,
    },
    /// The command is on disk.
    Ack {
        /// The command's id.
        id: ClientId,
    },
    /// A command was refused.
    Error {
        /// The command's id, when it could be read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<ClientId>,
        /// Why.
        #[serde(flatten)]
        error: ApiError,
    },
}

/// Why an offer ended without being taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GoneReason {
    /// The caller left.
    Abandoned,
    /// The agent did not answer in time.
    Missed,
    /// The agent declined.
    Rejected,
}
