//! The log: what was said and what happened.

use super::{EndReason, StreamFormat};
use crate::api::RecordedFile;
use crate::api::{Image, Quality};
use crate::id::{ClientId, DeskId, Party, RoomId, UserId};
use serde::{Deserialize, Serialize};

/// One entry of a call's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its place: 1, 2, 3… without gaps, the same for both parties.
    pub seq: u64,
    /// When it was stored.
    pub at: u64,
    /// What it says.
    #[serde(flatten)]
    pub body: EntryBody,
}

/// What an entry says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum EntryBody {
    /// A party wrote.
    #[serde(rename = "text")]
    Text {
        /// Who.
        from: Party,
        /// The client's id for it, so that its writer recognises it.
        id: ClientId,
        /// The text.
        text: String,
    },
    /// A party showed a picture.
    #[serde(rename = "image")]
    Image {
        /// Who.
        from: Party,
        /// The client's id for it.
        id: ClientId,
        /// The picture.
        image: Image,
    },
    /// The network of a party is so from now on.
    #[serde(rename = "network")]
    Network {
        /// Whose.
        party: Party,
        /// How it is.
        quality: Quality,
    },
    /// The caller asked.
    #[serde(rename = "call.request")]
    Request {
        /// The desk, unless the call is direct.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        desk: Option<DeskId>,
    },
    /// A room was offered the call.
    #[serde(rename = "call.offer")]
    Offer {
        /// The room.
        room: RoomId,
        /// Its agent.
        agent: UserId,
    },
    /// The room that was offered the call did not take it; the caller waits on.
    #[serde(rename = "call.declined")]
    Declined {
        /// The room.
        room: RoomId,
    },
    /// The callee agreed.
    #[serde(rename = "call.accept")]
    Accept {
        /// Who.
        callee: UserId,
        /// His room, at a desk.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room: Option<RoomId>,
    },
    /// The agent handed the caller on; what follows is as after a request.
    #[serde(rename = "call.transfer")]
    Transfer {
        /// The agent.
        from: UserId,
        /// To which desk.
        desk: DeskId,
        /// The room that is asked first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room: Option<RoomId>,
    },
    /// The call is over.
    #[serde(rename = "call.end")]
    End {
        /// Who ended it; nobody, when the lease did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Party>,
        /// Why.
        reason: EndReason,
    },
    /// The node has seen the first frames of a party's stream.
    #[serde(rename = "stream.begin")]
    StreamBegin {
        /// Whose.
        party: Party,
        /// Always [`PUSH_BEGIN`](crate::api::PUSH_BEGIN), as a live-pusher says it.
        code: u16,
        /// What it carries.
        #[serde(flatten)]
        format: StreamFormat,
    },
    /// A live stream brings nothing at present.
    #[serde(rename = "stream.stalled")]
    StreamStalled {
        /// Whose.
        party: Party,
    },
    /// A stream is over.
    #[serde(rename = "stream.end")]
    StreamEnd {
        /// Whose.
        party: Party,
        /// Why, in English, for the record.
        reason: String,
    },
    /// A party has no socket any more.
    #[serde(rename = "peer.away")]
    PeerAway {
        /// Who.
        party: Party,
    },
    /// He has one again.
    #[serde(rename = "peer.back")]
    PeerBack {
        /// Who.
        party: Party,
    },
    /// The caller is asked whether he may be recorded.
    #[serde(rename = "recording.ask")]
    RecordingAsk,
    /// He has answered.
    #[serde(rename = "recording.consent")]
    RecordingConsent {
        /// Whether he agrees.
        given: bool,
    },
    /// The recording was begun, or goes on after a pause.
    #[serde(rename = "recording.begin")]
    RecordingBegin {
        /// By which party; by none where a supervisor did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Party>,
        /// By which supervisor.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        supervisor: Option<UserId>,
    },
    /// The recording was paused: what follows is in no file.
    #[serde(rename = "recording.pause")]
    RecordingPause {
        /// By which party; by none where a supervisor did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Party>,
        /// By which supervisor.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        supervisor: Option<UserId>,
        /// Why.
        reason: String,
    },
    /// The agent reads a statement, which the caller sees, too.
    #[serde(rename = "prompt.begin")]
    PromptBegin {
        /// Which of the desk's: 1 is the first.
        number: u32,
        /// The statement.
        text: String,
    },
    /// He is done with it.
    #[serde(rename = "prompt.end")]
    PromptEnd {
        /// Which one.
        number: u32,
        /// Whether the customer has answered it.
        answered: bool,
    },
    /// The node records a party.
    #[serde(rename = "recording.started")]
    RecordingStarted {
        /// Whom.
        party: Party,
    },
    /// Files of a recording are finished.
    #[serde(rename = "recording.ready")]
    RecordingReady {
        /// Whose; nothing for those that show or hold both parties.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        party: Option<Party>,
        /// The files.
        files: Vec<RecordedFile>,
    },
    /// Recording stopped, or a file of the call as a whole could not be made; the call goes on.
    #[serde(rename = "recording.failed")]
    RecordingFailed {
        /// Whose; nothing for a file of both parties.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        party: Option<Party>,
        /// Why.
        reason: String,
    },
    /// All that was recorded is to be deleted.
    #[serde(rename = "recording.delete")]
    RecordingDelete {
        /// Who asks for it.
        by: String,
    },
    /// Files are deleted.
    #[serde(rename = "recording.deleted")]
    RecordingDeleted {
        /// By which rule, or at whose wish.
        rule: String,
        /// Their paths, as [`EntryBody::RecordingReady`] named them.
        files: Vec<String>,
    },
    /// A still was taken.
    #[serde(rename = "still")]
    Still {
        /// Who is seen.
        party: Party,
        /// The picture.
        file: RecordedFile,
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
        /// When it came in at the node, by the node's clock.
        taken_at: u64,
    },
    /// No still could be taken.
    #[serde(rename = "still.failed")]
    StillFailed {
        /// Of whom.
        party: Party,
        /// Why.
        reason: String,
    },
}
