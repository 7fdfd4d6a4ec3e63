//! A call's log and its WebSocket, `GET /v1/calls/{call}/socket`.

use super::error::ApiError;
use super::media::{MediaUrls, PartyUrls};
use super::node::RecordedFile;
use super::says::{Image, Quality};
use crate::id::{CallId, ClientId, DeskId, Party, RoomId, Skill, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CallPhase {
    /// Made; nobody has been asked yet.
    New,
    /// Asked: ringing at the callee, or in a desk's line.
    Requested,
    /// Both agreed.
    Talking,
    /// Over; the log can still be read.
    Ended,
}

/// Why a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// A party hung up.
    HangUp,
    /// The callee declined.
    Rejected,
    /// The caller left before anyone answered.
    Abandoned,
    /// Nobody was left and the lease ran out.
    Lease,
    /// The desk was not open.
    DeskClosed,
    /// The desk's line was as long as it may be.
    LineFull,
    /// A supervisor ended it.
    Supervisor,
}

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
    /// Fresh URLs for one's own stream; answered by [`CallMessage::Urls`], and by [`CallMessage::Play`]
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
        /// At most [`super::MAX_TEXT`] bytes.
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
    /// ([`super::RecordControl`]).
    Record {
        /// Client's id.
        id: ClientId,
        /// Whether the call is to be recorded from now on.
        on: bool,
        /// Why it is paused: 1 to [`super::MAX_REASON`] characters on one line.
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
    /// Answer to [`CallCommand::Urls`].
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
        /// Always [`super::PUSH_BEGIN`], as a live-pusher says it.
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

/// What a stream carries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamFormat {
    /// Its picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub video: Option<VideoFormat>,
    /// Its sound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio: Option<AudioFormat>,
}

/// A picture track.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoFormat {
    /// `h264`.
    pub codec: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// A sound track.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudioFormat {
    /// `aac` or `opus`.
    pub codec: String,
    /// Samples per second.
    pub rate: u32,
    /// Channels.
    pub channels: u8,
}
