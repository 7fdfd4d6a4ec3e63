//! What the edge says to a party.

use super::{CallPhase, Entry};
use crate::api::ApiError;
use crate::api::{MediaUrls, PartyUrls};
use crate::id::{CallId, ClientId, Party, UserId};
use serde::{Deserialize, Serialize};

/// Why the edge closes a socket that its client did not want to close. A client does not dial again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ByeReason {
    /// The same person has opened another one, on this device or another.
    Replaced,
    /// The call went on to another agent.
    Transferred,
}

impl ByeReason {
    /// The code that the socket is closed with (of the range for applications, RFC 6455 §7.4.2).
    pub fn close_code(self) -> u16 {
        match self {
            ByeReason::Replaced => 4001,
            ByeReason::Transferred => 4002,
        }
    }
}

/// What the edge sends to a party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(
    clippy::large_enum_variant,
    reason = "a message is made, sent and gone"
)]
pub enum CallMessage {
    /// First message on every socket.
    Hello {
        /// The call.
        call: CallId,
        /// Who the holder of this socket is.
        party: Party,
        /// Where the call stands.
        phase: CallPhase,
        /// The newest sequence number of the log; 0 when it is empty.
        seq: u64,
        /// Whose streams are live now.
        live: Vec<Party>,
    },
    /// First message on the socket of a supervisor, who watches and is no party.
    Watching {
        /// The call.
        call: CallId,
        /// Where it stands.
        phase: CallPhase,
        /// Who asked.
        caller: UserId,
        /// Who answered, once that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        callee: Option<UserId>,
        /// The newest sequence number of the log; 0 when it is empty.
        seq: u64,
        /// Whose streams are live now.
        live: Vec<Party>,
    },
    /// Last message on a socket that the edge closes; the close code is [`ByeReason::close_code`].
    Bye {
        /// Why.
        reason: ByeReason,
    },
    /// One entry of the log. Sent once to a socket unless it asks to resume.
    Entry(Entry),
    /// The command is on disk (and in the log under `seq`, if it made an entry).
    Ack {
        /// The command's id.
        id: ClientId,
        /// The entry it made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seq: Option<u64>,
    },
    /// Answer to [`CallCommand::Urls`](super::CallCommand::Urls).
    Urls {
        /// The command's id.
        id: ClientId,
        /// The URLs.
        #[serde(flatten)]
        urls: PartyUrls,
    },
    /// The other party's stream can be played: a fresh URL, whether it is the first or a changed one.
    Play {
        /// Whose stream.
        party: Party,
        /// Where.
        urls: MediaUrls,
    },
    /// Place in a desk's line, 1 is next.
    Position {
        /// The place.
        position: u32,
        /// How long that may take, in seconds, by the talks of late; nothing while nobody can know.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wait_s: Option<u64>,
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
