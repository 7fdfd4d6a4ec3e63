//! The control link: a node dials `GET /v1/nodes/socket` and both sides talk JSON.
//!
//! What must not be lost is numbered by its sender, sent again after a redial, and acknowledged once it
//! is stored: [`FromNode::Event`] and [`ToNode::Command`]. Whoever receives one twice acts once.

use super::call::{Entry, StreamFormat};
use super::least::LeastDays;
use crate::grant::PublicKey;
use crate::id::{CallId, ClientId, Label, NodeId, Party, StreamId, UserId};
use serde::{Deserialize, Serialize};

/// Where clients reach a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// Host name or address literal. Unless it is a literal, `<label>.<host>` reaches the node too.
    pub host: String,
    /// Port of RTMP over TCP.
    pub rtmp_port: u16,
    /// Port of HTTP-FLV and recordings.
    pub http_port: u16,
    /// Port of QUIC and WebTransport.
    pub udp_port: u16,
    /// Port of RTMP over TLS, where the node has a certificate that clients know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtmps_port: Option<u16>,
    /// Port of HTTPS: the same as on `http_port`, where the node has a certificate that clients know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub https_port: Option<u16>,
    /// Whether a label in front of the host reaches the node, so that each URL can have a certificate of
    /// its own.
    pub one_time: bool,
}

/// A key pair that the node keeps for one connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneTimeKey {
    /// The name under which it is asked for (SNI `<label>.<host>`).
    pub label: Label,
    /// SHA-256 of its certificate (DER), lower-case hex.
    pub sha256: String,
    /// When the certificate ends, in UNIX milliseconds.
    pub expires_at: u64,
}

/// How busy a node is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// Streams that are published.
    pub streams: u32,
    /// Readers of all kinds but recorders.
    pub readers: u32,
    /// Parties being recorded.
    pub recording: u32,
    /// Share of one core, in per cent, over the last interval.
    pub cpu_percent: f32,
    /// Resident memory in bytes.
    pub memory_bytes: u64,
    /// Unused one-time keys.
    pub keys: u32,
    /// What comes in from each publisher; at most [`MAX_STREAM_LOADS`] of them, the latest ones first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<StreamLoad>,
}

/// The most streams in one report of load, so that it fits into a message.
pub const MAX_STREAM_LOADS: usize = 256;

/// What came in from one publisher over the last interval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StreamLoad {
    /// The call.
    pub call: CallId,
    /// Who publishes.
    pub party: Party,
    /// Pictures and sound together, in kbit/s.
    pub kbps: u32,
    /// Pictures a second.
    pub fps: f32,
    /// By how much pictures are late against the quickest of the last while; nothing without pictures.
    #[serde(default)]
    pub delay_ms: Option<u32>,
    /// Share of the messages that were lost on the way in; nothing where the carrier loses none.
    #[serde(default)]
    pub loss_percent: Option<f32>,
}

/// Which stream of which call.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StreamRef {
    /// The call.
    pub call: CallId,
    /// Whose stream.
    pub party: Party,
    /// Its name.
    pub stream: StreamId,
}

/// What a node says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FromNode {
    /// First message after every dial.
    Hello {
        /// The node.
        node: NodeId,
        /// Its software version.
        version: String,
        /// Random at each start of the process: with a new one, all labels and streams of before are gone.
        boot: String,
        /// Where clients reach it.
        endpoints: Endpoints,
        /// How many streams it will take.
        capacity: u32,
        /// SHA-256 of its certificate of the day, hex.
        daily_sha256: String,
        /// Streams that are live right now.
        streams: Vec<StreamRef>,
        /// It has carried out all commands up to this one in this boot; 0 for none.
        command_seq: u64,
    },
    /// More one-time keys.
    Keys {
        /// The keys.
        keys: Vec<OneTimeKey>,
    },
    /// Every few seconds.
    Load(Load),
    /// The certificate of the day has changed.
    Daily {
        /// Its SHA-256, hex.
        sha256: String,
    },
    /// Something happened to a stream. Sent until acknowledged.
    Event {
        /// 1, 2, 3… within this boot.
        seq: u64,
        /// When.
        at: u64,
        /// Which stream.
        #[serde(flatten)]
        stream: StreamRef,
        /// What.
        event: NodeEvent,
    },
    /// A command has been carried out.
    Done {
        /// The command's number.
        seq: u64,
    },
}

/// What happened to a stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum NodeEvent {
    /// The first frames are there.
    #[serde(rename = "stream.begin")]
    StreamBegin(StreamFormat),
    /// Nothing arrives.
    #[serde(rename = "stream.stalled")]
    StreamStalled,
    /// It is over.
    #[serde(rename = "stream.end")]
    StreamEnd {
        /// Why.
        reason: String,
    },
    /// It is being recorded.
    #[serde(rename = "recording.started")]
    RecordingStarted,
    /// Its files are finished.
    #[serde(rename = "recording.ready")]
    RecordingReady {
        /// The files.
        files: Vec<RecordedFile>,
    },
    /// Recording stopped; the stream goes on.
    #[serde(rename = "recording.failed")]
    RecordingFailed {
        /// Why.
        reason: String,
    },
    /// Files made from both parties' recordings are finished. They belong to the call as a whole, whichever
    /// stream this is said of.
    #[serde(rename = "made.ready")]
    MadeReady {
        /// The files.
        files: Vec<RecordedFile>,
    },
    /// Something could not be made from the recordings, which are kept.
    #[serde(rename = "made.failed")]
    MadeFailed {
        /// Why.
        reason: String,
    },
    /// Files are deleted. They belong to the call as a whole, whichever stream this is said of. Said again after a restart.
    #[serde(rename = "recording.deleted")]
    RecordingDeleted {
        /// By which rule, as the sealed manifest says it.
        rule: String,
        /// When, in UNIX milliseconds by the node's clock.
        at: u64,
        /// Their paths below the node's recording folder.
        files: Vec<String>,
    },
    /// A still was taken.
    #[serde(rename = "still.ready")]
    StillReady {
        /// The picture, a PNG.
        file: RecordedFile,
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
        /// When the picture came in, in UNIX milliseconds.
        taken_at: u64,
    },
    /// No still could be taken.
    #[serde(rename = "still.failed")]
    StillFailed {
        /// Why.
        reason: String,
    },
    /// What a newer node tells and this version does not know; it is passed over. Never sent.
    #[serde(other)]
    Unknown,
}

/// One finished file of a recording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedFile {
    /// Path below the node's recording folder, with `/`.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Play time.
    pub duration_ms: u64,
    /// When it begins, in UNIX milliseconds by the node's clock; older nodes do not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<u64>,
    /// SHA-256 of its content, lower-case hex.
    pub sha256: String,
}

/// What the edge says to a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToNode {
    /// Answer to hello, and again whenever any of it changes.
    Welcome {
        /// The keys that verify grants.
        keys: Vec<PublicKey>,
        /// For how long recordings must be kept, whatever the node's own rule is. Older edges do not say it: then the node
        /// deletes nothing by its own rule.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        least: Option<LeastDays>,
    },
    /// The stock of one-time keys runs low.
    WantKeys {
        /// How many more.
        count: u32,
    },
    /// Events up to this number are stored.
    Ack {
        /// The number.
        seq: u64,
    },
    /// Something to do. Sent until done.
    Command {
        /// 1, 2, 3… within this node's boot.
        seq: u64,
        /// What.
        command: NodeCommand,
    },
    /// The message could not be understood; the link is closed after it.
    Error(super::error::ApiError),
}

/// What a node shall do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum NodeCommand {
    /// The call is over: end its connections and finish its files.
    #[serde(rename = "call.end")]
    CallEnd {
        /// The call.
        call: CallId,
    },
    /// Somebody is no party of the call any more: his connections end, and his grants of it up to this serial open
    /// nothing.
    #[serde(rename = "grants.end")]
    GrantsEnd {
        /// The call.
        call: CallId,
        /// Whose grants (their `sub`).
        user: UserId,
        /// The newest one that he was given.
        serial: u64,
    },
    /// All of the call is recorded from now on, also what is published by a grant that does not ask for it.
    #[serde(rename = "record.begin")]
    RecordBegin {
        /// The call.
        call: CallId,
    },
    /// Nothing of the call is recorded from now on, whatever its grants ask for, until it is begun again.
    #[serde(rename = "record.end")]
    RecordEnd {
        /// The call.
        call: CallId,
    },
    /// What was said and what happened, for the files of the call; in several commands where it is long. Sent before
    /// [`NodeCommand::CallEnd`].
    #[serde(rename = "call.log")]
    CallLog {
        /// The call.
        call: CallId,
        /// The next entries of its log.
        entries: Vec<Entry>,
    },
    /// All that was recorded of the call is to be deleted, as soon as nobody works with it.
    #[serde(rename = "record.delete")]
    RecordDelete {
        /// The call.
        call: CallId,
        /// Who asks for it.
        by: String,
    },
    /// Keep the newest picture of a party as a file.
    #[serde(rename = "still")]
    Still {
        /// The call.
        call: CallId,
        /// Whose picture.
        party: Party,
        /// Under which id somebody asked for it.
        id: ClientId,
    },
    /// What a newer edge wants and this version does not know; it is passed over. Never sent.
    #[serde(other)]
    Unknown,
}
