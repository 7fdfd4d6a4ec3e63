//! The sessions: against each other over chunks, against bytes of foreign clients, and against what peers may not do.

mod client;
mod pair;
mod server;

use super::*;
use crate::amf0::Value;
use crate::grant::Act;
use crate::rtmp::{
    Command, Control, Fc, Heard, Message, MessageKind, Received, Status, Subflow, UserEvent, code,
    data,
};
use bytes::Bytes;

pub(super) fn message(kind: MessageKind, stream_id: u32, payload: &[u8]) -> Message {
    Message {
        kind,
        stream_id,
        timestamp: 40,
        payload: Bytes::copy_from_slice(payload),
    }
}

pub(super) fn subflow() -> Subflow {
    Subflow {
        host: "l.localhost".into(),
        ticket: "ab".into(),
        sha256: "cd".into(),
    }
}

pub(super) const HEARD: Heard = Heard {
    timestamp: 300,
    clock: 100,
};

pub(super) fn audio(stream_id: u32) -> Message {
    message(MessageKind::Audio, stream_id, &[0xAF, 1, 2])
}

/// A server's outputs in words: commands by name, transaction and status code, controls as they are.
pub(super) fn words(outputs: impl IntoIterator<Item = ServerOutput>) -> Vec<String> {
    outputs.into_iter().map(|output| word(&output)).collect()
}

fn word(output: &ServerOutput) -> String {
    let ServerOutput::Send(message) = output else {
        return format!("{output:?}");
    };
    if let Ok(Some(control)) = Control::from_message(message) {
        return format!("{control:?}");
    }
    let values = crate::amf0::read_all(&message.payload).unwrap();
    let name = values[0].as_str().unwrap();
    let code = values
        .iter()
        .find_map(|value| value.property("code")?.as_str());
    let kind = if message.kind == MessageKind::DataAmf0 {
        "data "
    } else {
        ""
    };
    let code = code.map(|code| format!(" {code}")).unwrap_or_default();
    format!("{kind}{name}@{}{code}", message.stream_id)
}

pub(super) fn drain(server: &mut ServerSession) -> Vec<ServerOutput> {
    std::iter::from_fn(|| server.poll()).collect()
}

pub(super) fn drain_client(client: &mut ClientSession) -> Vec<ClientOutput> {
    std::iter::from_fn(|| client.poll()).collect()
}
