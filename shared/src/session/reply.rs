//! The server's answers.

use crate::amf0::Value;
use crate::grant::Act;
use crate::rtmp::{Command, Connect, Fc, Message, Status, code, data};

/// The codecs that are taken beyond FLV's own numbers (Enhanced RTMP v2, FourCC).
pub(super) const FOUR_CC: [&str; 3] = ["avc1", "mp4a", "Opus"];

/// The answer to `connect`: the server's properties and the status (§7.2.1.1).
pub(super) fn connected(transaction: f64, connect: &Connect) -> Command {
    let properties = Value::object([
        ("fmsVer", "FMS/3,5,3,888".into()),
        ("capabilities", 31.0.into()),
        ("mode", 1.0.into()),
    ]);
    let encoding = connect.object_encoding.unwrap_or(0.0);
    let status = Status::notice(code::CONNECT_SUCCESS, "connected").to_value();
    let mut information = status.properties().to_vec();
    information.push(("objectEncoding".into(), encoding.into()));
    if !connect.four_cc_list.is_empty() {
        let codecs = FOUR_CC.map(Value::from).into();
        information.push(("fourCcList".into(), Value::StrictArray(codecs)));
    }
    Command::Result {
        transaction,
        values: vec![properties, Value::Object(information)],
    }
}

/// An answer of one value.
pub(super) fn result(transaction: f64, value: impl Into<Value>) -> Command {
    Command::Result {
        transaction,
        values: vec![Value::Null, value.into()],
    }
}

/// The answer to a command that is not known.
pub(super) fn unknown(transaction: f64, name: &str) -> Command {
    let name: String = name.chars().take(80).collect();
    let status = Status::error(code::CALL_FAILED, format!("'{name}' is not known here"));
    Command::Error {
        transaction,
        status,
    }
}

/// The answer to an `FC…` command.
pub(super) fn on_fc(answered: Fc, status: &Status) -> Command {
    Command::OnFc {
        answered,
        status: status.clone(),
    }
}

/// What players wait for before the first media: the permission to look at samples, and that data begins.
pub(super) fn before_media(stream_id: u32) -> [Message; 2] {
    let access = ["|RtmpSampleAccess".into(), true.into(), true.into()];
    let start = Value::object([("code", code::DATA_START.into())]);
    [
        data::message(stream_id, &access),
        data::message(stream_id, &["onStatus".into(), start]),
    ]
}

/// The command that asks for an act.
pub(super) fn command_of(act: Act) -> &'static str {
    match act {
        Act::Publish => "publish",
        Act::Play | Act::Review => "play",
    }
}
