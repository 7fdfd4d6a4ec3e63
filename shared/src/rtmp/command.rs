//! Commands (§7.2): a name, a transaction id, a command object and arguments in AMF0.

use super::{Message, Status};
use crate::amf0::{Amf0Error, Value};

/// The command object of `connect` (§7.2.1.1), as far as it matters here.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Connect {
    /// The application, as sent; it may carry a `?query`.
    pub app: String,
    /// The URL without the stream's name; it may carry a `?query`.
    pub tc_url: String,
    /// The client's name for itself.
    pub flash_ver: String,
    /// 0 for AMF0, 3 for AMF3; absent from many clients.
    pub object_encoding: Option<f64>,
    /// Enhanced RTMP: the codecs the client can take beyond FLV's own.
    pub four_cc_list: Vec<String>,
}

/// A command. `transaction` pairs it with its `_result` or `_error`; 0 wants no answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// §7.2.1.1
    Connect {
        /// Always 1.
        transaction: f64,
        /// Its command object.
        connect: Connect,
    },
    /// `releaseStream`: end what may be left of this name.
    ReleaseStream {
        /// Pairs it with its answer.
        transaction: f64,
        /// The stream's name.
        name: String,
    },
    /// `FCPublish`: a publish will follow.
    FcPublish {
        /// Pairs it with its answer.
        transaction: f64,
        /// The stream's name.
        name: String,
    },
    /// `FCUnpublish`: publishing is over.
    FcUnpublish {
        /// Pairs it with its answer.
        transaction: f64,
        /// The stream's name.
        name: String,
    },
    /// `FCSubscribe`: a play will follow.
    FcSubscribe {
        /// Pairs it with its answer.
        transaction: f64,
        /// The stream's name.
        name: String,
    },
    /// §7.2.1.3
    CreateStream {
        /// Pairs it with its answer.
        transaction: f64,
    },
    /// §7.2.2.6
    Publish {
        /// Pairs it with its answer.
        transaction: f64,
        /// The stream's name with its `?query`.
        name: String,
        /// `live`, `record` or `append`.
        kind: String,
    },
    /// §7.2.2.1
    Play {
        /// Pairs it with its answer.
        transaction: f64,
        /// The stream's name with its `?query`.
        name: String,
    },
    /// §7.2.2.3
    DeleteStream {
        /// The message stream.
        stream_id: u32,
    },
    /// `closeStream`: the message stream it came on is at rest.
    CloseStream,
    /// §7.2.2.8
    Pause {
        /// Pairs it with its answer.
        transaction: f64,
        /// Pause or resume.
        paused: bool,
    },
    /// `getStreamLength`: how long is the recording.
    GetStreamLength {
        /// Pairs it with its answer.
        transaction: f64,
        /// The stream's name.
        name: String,
    },
    /// §7.2.2, from the server about the message stream it came on.
    OnStatus(Status),
    /// `onFCPublish`, `onFCUnpublish` and `onFCSubscribe`: the answers to those without `on`.
    OnFc {
        /// Which, with its `on`.
        name: &'static str,
        /// The outcome.
        status: Status,
    },
    /// An answer that says yes.
    Result {
        /// That of the command.
        transaction: f64,
        /// Command object and arguments.
        values: Vec<Value>,
    },
    /// An answer that says no.
    Error {
        /// That of the command.
        transaction: f64,
        /// Why.
        status: Status,
    },
    /// `onKeyframeRequest`, node → publisher: make the next picture a keyframe.
    OnKeyframeRequest,
    /// `onBitrate`, node → publisher: what gets through.
    OnBitrate {
        /// Audio and video together.
        bits_per_second: f64,
    },
    /// `requestKeyframe`, player → node: what came does not decode.
    RequestKeyframe,
    /// Anything else.
    Other {
        /// Its name.
        name: String,
        /// Pairs it with its answer.
        transaction: f64,
        /// Command object and arguments.
        values: Vec<Value>,
    },
}

/// Why a message is not a command.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CommandError {
    /// Its body is not AMF0.
    #[error("command: {0}")]
    Amf0(#[from] Amf0Error),
    /// The message is of another type.
    #[error("message type {0} is not a command")]
    Kind(u8),
    /// A part that the command cannot do without is missing or of another type.
    #[error("command '{command}' lacks its {part}")]
    Missing {
        /// The command's name, cut to 80 characters.
        command: String,
        /// What is missing.
        part: &'static str,
    },
}

impl Command {
    /// Reads a command of type 20, or 17 whose first byte is 0 (§7.1.1).
    ///
    /// # Errors
    /// See [`CommandError`].
    pub fn from_message(message: &Message) -> Result<Command, CommandError> {
        todo!()
    }

    /// The message to send on a message stream, with type 20.
    pub fn to_message(&self, stream_id: u32) -> Message {
        todo!()
    }

    /// Its name on the wire.
    pub fn name(&self) -> &str {
        todo!()
    }
}
