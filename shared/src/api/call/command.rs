//! What a party says.

use crate::api::{Image, Quality};
use crate::id::{ClientId, DeskId, Party, RoomId, Skill};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a party sends. `id` is the client's own: a command sent again with the same id is carried out
/// once and acknowledged again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CallCommand {
    /// Ask for everything after this sequence number.
    Resume {
        /// The last sequence number seen; 0 for the whole log.
        after: u64,
    },
    /// Fresh URLs for one's own stream; answered by [`CallMessage::Urls`](super::CallMessage::Urls), and by [`CallMessage::Play`](super::CallMessage::Play)
    /// when the other party's stream is live.
    Urls {
        /// Client's id.
        id: ClientId,
    },
    /// The caller asks: the callee rings, or the call enters the desk's line.
    Request {
        /// Client's id.
        id: ClientId,
    },
    /// The callee of a direct call agrees. (At a desk the agent agrees on the room's socket.)
    Accept {
        /// Client's id.
        id: ClientId,
    },
    /// The callee of a direct call declines.
    Reject {
        /// Client's id.
        id: ClientId,
    },
    /// A text to the other party.
    Text {
        /// Client's id.
        id: ClientId,
        /// At most [`MAX_TEXT`](crate::api::MAX_TEXT) bytes.
        text: String,
    },
    /// A picture for the other party: one of this call's own (`POST /v1/calls/{call}/images`), or one that lies
    /// elsewhere.
    Image {
        /// Client's id.
        id: ClientId,
        /// Where, and what it is.
        image: Image,
    },
    /// How the network is at the sender's. It makes an entry only when that has changed.
    Network {
        /// Client's id.
        id: ClientId,
        /// How it is.
        quality: Quality,
    },
    /// The agent hands the caller on: to a room, to a desk, or to both. The caller keeps his call and its log.
    Transfer {
        /// Client's id.
        id: ClientId,
        /// The desk; absent: the same one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        desk: Option<DeskId>,
        /// The room that shall be asked first; absent: whoever is free.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room: Option<RoomId>,
        /// What the next agent must be able to do.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        skills: BTreeSet<Skill>,
    },
    /// The agent keeps what a party shows at this moment, as a file beside the recordings.
    Still {
        /// Client's id.
        id: ClientId,
        /// Whose picture.
        party: Party,
    },
    /// The caller agrees to be recorded, or does not. He may change his mind while the call goes on.
    Consent {
        /// Client's id.
        id: ClientId,
        /// Whether he agrees.
        given: bool,
    },
    /// The agent begins the recording, or pauses it; a pause that nobody ends is its end. Only where the desk lets him
    /// ([`RecordControl`](crate::api::RecordControl)).
    Record {
        /// Client's id.
        id: ClientId,
        /// Whether the call is to be recorded from now on.
        on: bool,
        /// Why it is paused: 1 to [`MAX_REASON`](crate::api::MAX_REASON) characters on one line.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The agent begins to read one of the desk's statements.
    Prompt {
        /// Client's id.
        id: ClientId,
        /// Which one: 1 is the first.
        number: u32,
    },
    /// The statement that was being read is done with.
    PromptEnd {
        /// Client's id.
        id: ClientId,
        /// Whether the customer has answered it.
        answered: bool,
    },
    /// The end of the call.
    Hangup {
        /// Client's id.
        id: ClientId,
    },
}

impl CallCommand {
    /// The client's id, if the command has one.
    pub fn id(&self) -> Option<&ClientId> {
        match self {
            CallCommand::Resume { .. } => None,
            CallCommand::Urls { id }
            | CallCommand::Request { id }
            | CallCommand::Accept { id }
            | CallCommand::Reject { id }
            | CallCommand::Text { id, .. }
            | CallCommand::Image { id, .. }
            | CallCommand::Network { id, .. }
            | CallCommand::Transfer { id, .. }
            | CallCommand::Still { id, .. }
            | CallCommand::Consent { id, .. }
            | CallCommand::Record { id, .. }
            | CallCommand::Prompt { id, .. }
            | CallCommand::PromptEnd { id, .. }
            | CallCommand::Hangup { id } => Some(id),
        }
    }
}
