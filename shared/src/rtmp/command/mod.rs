//! Commands (§7.2): a name, a transaction id, a command object and arguments in AMF0.

mod read;

use super::{Message, MessageKind, Status};
use crate::amf0::{self, Amf0Error, Value};

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
    /// The answer to an `FC…` command.
    OnFc {
        /// Which one it answers.
        answered: Fc,
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
    /// `onSubflow`, node → publisher: media may come over one more connection, to the same port.
    OnSubflow(Subflow),
    /// `onReceived`, node → publisher: what came so far.
    OnReceived(Received),
    /// `onGrowth`, node → publisher: what is published comes so much later than the quickest of late.
    OnGrowth {
        /// Milliseconds.
        growth: u64,
    },
    /// `requestKeyframe`, player → node: what came does not decode.
    RequestKeyframe,
    /// `contend`, publisher → node: whether others fill his link too, and he holds his own.
    Contend {
        /// Whether he does now.
        contends: bool,
    },
    /// `heard`, player → node: sound came, and when.
    Heard(Heard),
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

/// One more connection for a publisher's media (the term is MPTCP's, RFC 8684 §1.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subflow {
    /// The host to name, its one-time label included.
    pub host: String,
    /// Says whose media comes; good for one connection.
    pub ticket: String,
    /// SHA-256 of the certificate to expect, lower-case hex.
    pub sha256: String,
}

/// What has come from a publisher, for one whose transport tells him nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Received {
    /// So many datagrams of sound were to come, as their sequences show.
    pub expected: u64,
    /// So many of them have not.
    pub missing: u64,
    /// What a round trip takes by the node's own measure, in milliseconds: nothing of it is time in the publisher's queues.
    pub round_trip: u64,
    /// The sequence of the next picture: nothing is needed of those before it.
    pub pictures: u64,
}

/// Sound that came to a player, the quickest of just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// Its timestamp in the stream, in milliseconds.
    pub timestamp: u32,
    /// When it came, in milliseconds of a clock of the player's.
    pub clock: u64,
}

/// Which `FC…` command an `onFC…` answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fc {
    /// `onFCPublish`
    Publish,
    /// `onFCUnpublish`
    Unpublish,
    /// `onFCSubscribe`
    Subscribe,
}

impl Fc {
    fn name(self) -> &'static str {
        match self {
            Fc::Publish => "onFCPublish",
            Fc::Unpublish => "onFCUnpublish",
            Fc::Subscribe => "onFCSubscribe",
        }
    }
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
        let body = match (message.kind, message.payload.first()) {
            (MessageKind::CommandAmf3, Some(0)) => &message.payload[1..],
            (MessageKind::CommandAmf0 | MessageKind::CommandAmf3, _) => &message.payload,
            (other, _) => return Err(CommandError::Kind(other.into())),
        };
        read::command(amf0::read_all(body)?)
    }

    /// The message to send on a message stream, with type 20.
    pub fn to_message(&self, stream_id: u32) -> Message {
        let mut values = vec![self.name().into(), self.transaction().into()];
        values.extend(self.values());
        Message {
            kind: MessageKind::CommandAmf0,
            stream_id,
            timestamp: 0,
            payload: amf0::write_all(&values),
        }
    }

    /// Its name on the wire.
    pub fn name(&self) -> &str {
        match self {
            Command::Connect { .. } => "connect",
            Command::ReleaseStream { .. } => "releaseStream",
            Command::FcPublish { .. } => "FCPublish",
            Command::FcUnpublish { .. } => "FCUnpublish",
            Command::FcSubscribe { .. } => "FCSubscribe",
            Command::CreateStream { .. } => "createStream",
            Command::Publish { .. } => "publish",
            Command::Play { .. } => "play",
            Command::DeleteStream { .. } => "deleteStream",
            Command::CloseStream => "closeStream",
            Command::Pause { .. } => "pause",
            Command::GetStreamLength { .. } => "getStreamLength",
            Command::OnStatus(_) => "onStatus",
            Command::OnFc { answered, .. } => answered.name(),
            Command::Result { .. } => "_result",
            Command::Error { .. } => "_error",
            Command::OnKeyframeRequest => "onKeyframeRequest",
            Command::OnBitrate { .. } => "onBitrate",
            Command::OnSubflow(_) => "onSubflow",
            Command::OnReceived(_) => "onReceived",
            Command::OnGrowth { .. } => "onGrowth",
            Command::RequestKeyframe => "requestKeyframe",
            Command::Contend { .. } => "contend",
            Command::Heard(_) => "heard",
            Command::Other { name, .. } => name,
        }
    }

    /// What pairs it with its answer; 0 wants none.
    pub fn transaction(&self) -> f64 {
        match self {
            Command::Connect { transaction, .. }
            | Command::ReleaseStream { transaction, .. }
            | Command::FcPublish { transaction, .. }
            | Command::FcUnpublish { transaction, .. }
            | Command::FcSubscribe { transaction, .. }
            | Command::CreateStream { transaction }
            | Command::Publish { transaction, .. }
            | Command::Play { transaction, .. }
            | Command::Pause { transaction, .. }
            | Command::GetStreamLength { transaction, .. }
            | Command::Result { transaction, .. }
            | Command::Error { transaction, .. }
            | Command::Other { transaction, .. } => *transaction,
            _ => 0.0,
        }
    }

    /// What follows the transaction: the command object and the arguments.
    fn values(&self) -> Vec<Value> {
        match self {
            Command::Connect { connect, .. } => vec![connect.to_value()],
            Command::ReleaseStream { name, .. }
            | Command::FcPublish { name, .. }
            | Command::FcUnpublish { name, .. }
            | Command::FcSubscribe { name, .. }
            | Command::Play { name, .. }
            | Command::GetStreamLength { name, .. } => with(name.as_str()),
            Command::Publish { name, kind, .. } => {
                vec![Value::Null, name.as_str().into(), kind.as_str().into()]
            }
            Command::DeleteStream { stream_id } => with(f64::from(*stream_id)),
            Command::Pause { paused, .. } => vec![Value::Null, (*paused).into(), 0.0.into()],
            Command::OnStatus(status) | Command::OnFc { status, .. } => with(status.to_value()),
            Command::Error { status, .. } => with(status.to_value()),
            Command::OnBitrate { bits_per_second } => with(*bits_per_second),
            Command::OnGrowth { growth } => with(*growth as f64),
            Command::Contend { contends } => with(*contends),
            Command::Heard(Heard { timestamp, clock }) => {
                vec![
                    Value::Null,
                    f64::from(*timestamp).into(),
                    (*clock as f64).into(),
                ]
            }
            Command::OnSubflow(Subflow {
                host,
                ticket,
                sha256,
            }) => {
                let texts = [host, ticket, sha256].map(|text| text.as_str().into());
                [Value::Null].into_iter().chain(texts).collect()
            }
            Command::OnReceived(Received {
                expected,
                missing,
                round_trip,
                pictures,
            }) => {
                let numbers = [*expected, *missing, *round_trip, *pictures];
                let numbers = numbers.map(|number| (number as f64).into());
                [Value::Null].into_iter().chain(numbers).collect()
            }
            Command::Result { values, .. } | Command::Other { values, .. } => values.clone(),
            Command::CreateStream { .. }
            | Command::CloseStream
            | Command::OnKeyframeRequest
            | Command::RequestKeyframe => vec![Value::Null],
        }
    }
}

/// No command object, and one argument.
fn with(argument: impl Into<Value>) -> Vec<Value> {
    vec![Value::Null, argument.into()]
}

impl Connect {
    fn to_value(&self) -> Value {
        let mut properties = vec![
            ("app".to_owned(), self.app.as_str().into()),
            ("flashVer".to_owned(), self.flash_ver.as_str().into()),
            ("tcUrl".to_owned(), self.tc_url.as_str().into()),
        ];
        let encoding = self.object_encoding.map(Value::from);
        properties.extend(encoding.map(|encoding| ("objectEncoding".to_owned(), encoding)));
        if !self.four_cc_list.is_empty() {
            let codecs = self.four_cc_list.iter().map(|code| code.as_str().into());
            let list = Value::StrictArray(codecs.collect());
            properties.push(("fourCcList".to_owned(), list));
        }
        Value::Object(properties)
    }

    pub(super) fn from_value(value: &Value) -> Option<Self> {
        let text = |key: &str| Some(value.property(key)?.as_str()?.to_owned());
        let codecs = match value.property("fourCcList") {
            Some(Value::StrictArray(codecs)) => &codecs[..],
            _ => &[],
        };
        let codecs = codecs.iter().filter_map(Value::as_str).map(str::to_owned);
        Some(Self {
            app: text("app")?,
            tc_url: text("tcUrl").unwrap_or_default(),
            flash_ver: text("flashVer").unwrap_or_default(),
            object_encoding: value.property("objectEncoding").and_then(Value::as_number),
            four_cc_list: codecs.collect(),
        })
    }
}
