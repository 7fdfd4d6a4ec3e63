//! Data messages (§7.1.2): metadata and what else is not a command.

use super::{Message, MessageKind};
use crate::amf0::{Amf0Error, Amf0Limits, Reader, Value};
use bytes::Buf;

/// `@setDataFrame` as it stands before the data that a publisher wants players to get.
const SET_DATA_FRAME: &[u8] = b"\x02\x00\x0d@setDataFrame";
const SAMPLE_ACCESS: &[u8] = b"\x02\x00\x11|RtmpSampleAccess";
const ON_STATUS: &[u8] = b"\x02\x00\x08onStatus";
const ON_METADATA: &[u8] = b"\x02\x00\x0aonMetaData";

/// A data message as players get it: AMF0 (type 18) and without the publisher's `@setDataFrame` before it.
/// Messages of other kinds pass unchanged; the payload is shared.
#[must_use]
pub fn plain(mut message: Message) -> Message {
    if message.kind == MessageKind::DataAmf3 {
        message.kind = MessageKind::DataAmf0;
        if message.payload.first() == Some(&0) {
            message.payload.advance(1);
        }
    }
    if message.kind == MessageKind::DataAmf0 && message.payload.starts_with(SET_DATA_FRAME) {
        message.payload.advance(SET_DATA_FRAME.len());
    }
    message
}

/// The metadata object when the message is `onMetaData` (also behind `@setDataFrame`).
///
/// # Errors
/// [`Amf0Error`] when its body is not AMF0.
pub fn metadata(message: &Message) -> Result<Option<Value>, Amf0Error> {
    let message = plain(message.clone());
    if message.kind != MessageKind::DataAmf0 || !message.payload.starts_with(ON_METADATA) {
        return Ok(None);
    }
    let body = &message.payload[ON_METADATA.len()..];
    Reader::new(body, Amf0Limits::default()).next_value()
}

/// Whether a plain data message is from the server to the player itself, not from the publisher.
pub(crate) fn is_notice(message: &Message) -> bool {
    let begins = |name: &[u8]| message.payload.starts_with(name);
    message.kind == MessageKind::DataAmf0 && (begins(SAMPLE_ACCESS) || begins(ON_STATUS))
}

/// An `onMetaData` message with these properties.
pub fn on_metadata(stream_id: u32, properties: Vec<(String, Value)>) -> Message {
    message(
        stream_id,
        &["onMetaData".into(), Value::EcmaArray(properties)],
    )
}

/// A data message of these values.
pub fn message(stream_id: u32, values: &[Value]) -> Message {
    let payload = crate::amf0::write_all(values);
    Message {
        kind: MessageKind::DataAmf0,
        stream_id,
        timestamp: 0,
        payload,
    }
}
