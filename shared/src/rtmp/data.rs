//! Data messages (§7.1.2): metadata and what else is not a command.

use super::{Message, MessageKind};
use crate::amf0::{Amf0Error, Value};

/// A data message as players get it: AMF0 (type 18) and without the publisher's `@setDataFrame` before it.
/// Messages of other kinds pass unchanged; the payload is shared.
#[must_use]
pub fn plain(message: Message) -> Message {
    todo!()
}

/// The metadata object when the message is `onMetaData` (also behind `@setDataFrame`).
///
/// # Errors
/// [`Amf0Error`] when its body is not AMF0.
pub fn metadata(message: &Message) -> Result<Option<Value>, Amf0Error> {
    todo!()
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
