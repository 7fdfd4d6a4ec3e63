//! AMF0 values to a command.

use super::{Command, CommandError, Connect, Fc, Heard, Received, Subflow};
use crate::amf0::Value;
use crate::rtmp::Status;

/// The longest part of a peer's own command name that an error shows.
const SHOWN: usize = 80;

/// A command of these values: name, transaction, command object, arguments. A transaction that is missing is 0, which
/// some clients' `closeStream` and servers' `onStatus` leave out.
pub(super) fn command(values: Vec<Value>) -> Result<Command, CommandError> {
    let mut values = values.into_iter();
    let name = match values.next() {
        Some(Value::String(name) | Value::LongString(name)) => name,
        _ => return Err(missing("", "name")),
    };
    let transaction = values.next().as_ref().and_then(Value::as_number);
    let parts = Parts {
        name,
        transaction: transaction.unwrap_or(0.0),
        values: values.collect(),
    };
    parts.into_command()
}

struct Parts {
    name: String,
    transaction: f64,
    /// The command object and the arguments.
    values: Vec<Value>,
}

impl Parts {
    fn into_command(self) -> Result<Command, CommandError> {
        let transaction = self.transaction;
        Ok(match self.name.as_str() {
            "connect" => Command::Connect {
                transaction,
                connect: self.connect()?,
            },
            "releaseStream" => Command::ReleaseStream {
                transaction,
                name: self.text(1, "stream name")?,
            },
            "FCPublish" => Command::FcPublish {
                transaction,
                name: self.text(1, "stream name")?,
            },
            "FCUnpublish" => Command::FcUnpublish {
                transaction,
                name: self.text(1, "stream name")?,
            },
            "FCSubscribe" => Command::FcSubscribe {
                transaction,
                name: self.text(1, "stream name")?,
            },
            "createStream" => Command::CreateStream { transaction },
            "publish" => Command::Publish {
                transaction,
                name: self.text(1, "stream name")?,
                kind: self.text(2, "kind").unwrap_or_else(|_| "live".into()),
            },
            "play" => Command::Play {
                transaction,
                name: self.text(1, "stream name")?,
            },
            "getStreamLength" => Command::GetStreamLength {
                transaction,
                name: self.text(1, "stream name")?,
            },
            "deleteStream" => Command::DeleteStream {
                stream_id: self.number(1, "stream id")? as u32,
            },
            "pause" => Command::Pause {
                transaction,
                paused: self.flag(1, "flag")?,
            },
            _ => return self.into_notice(),
        })
    }

    /// What wants no answer.
    fn into_notice(self) -> Result<Command, CommandError> {
        let answer = |answered| Command::OnFc {
            answered,
            status: self.status(),
        };
        Ok(match self.name.as_str() {
            "closeStream" => Command::CloseStream,
            "onStatus" => Command::OnStatus(self.status()),
            "onFCPublish" => answer(Fc::Publish),
            "onFCUnpublish" => answer(Fc::Unpublish),
            "onFCSubscribe" => answer(Fc::Subscribe),
            "_error" => Command::Error {
                transaction: self.transaction,
                status: self.status(),
            },
            "_result" => Command::Result {
                transaction: self.transaction,
                values: self.values,
            },
            "onKeyframeRequest" => Command::OnKeyframeRequest,
            "requestKeyframe" => Command::RequestKeyframe,
            "contend" => Command::Contend {
                contends: self.flag(1, "whether he does")?,
            },
            "onBitrate" => Command::OnBitrate {
                bits_per_second: self.number(1, "bits per second")?,
            },
            "heard" => Command::Heard(Heard {
                timestamp: self.number(1, "timestamp")? as u32,
                clock: self.number(2, "clock")? as u64,
            }),
            "onReceived" => Command::OnReceived(Received {
                expected: self.number(1, "expected")? as u64,
                missing: self.number(2, "missing")? as u64,
                round_trip: self.number(3, "round trip")? as u64,
                pictures: self.number(4, "pictures")? as u64,
            }),
            "onGrowth" => Command::OnGrowth {
                growth: self.number(1, "milliseconds")? as u64,
            },
            "onSubflow" => Command::OnSubflow(Subflow {
                host: self.text(1, "host")?,
                ticket: self.text(2, "ticket")?,
                sha256: self.text(3, "certificate")?,
            }),
            _ => Command::Other {
                name: self.name,
                transaction: self.transaction,
                values: self.values,
            },
        })
    }

    fn connect(&self) -> Result<Connect, CommandError> {
        let object = self.values.first().and_then(Connect::from_value);
        object.ok_or_else(|| missing(&self.name, "app"))
    }

    /// The information object; one that is missing is empty.
    fn status(&self) -> Status {
        Status::from_value(self.values.get(1).unwrap_or(&Value::Null))
    }

    fn text(&self, at: usize, part: &'static str) -> Result<String, CommandError> {
        let text = self.values.get(at).and_then(Value::as_str);
        text.map(str::to_owned)
            .ok_or_else(|| missing(&self.name, part))
    }

    fn number(&self, at: usize, part: &'static str) -> Result<f64, CommandError> {
        let number = self.values.get(at).and_then(Value::as_number);
        number.ok_or_else(|| missing(&self.name, part))
    }

    fn flag(&self, at: usize, part: &'static str) -> Result<bool, CommandError> {
        let flag = self.values.get(at).and_then(Value::as_bool);
        flag.ok_or_else(|| missing(&self.name, part))
    }
}

fn missing(command: &str, part: &'static str) -> CommandError {
    let command = command.chars().take(SHOWN).collect();
    CommandError::Missing { command, part }
}
