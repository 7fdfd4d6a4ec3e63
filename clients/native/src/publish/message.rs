//! The messages that carry what was made.

use bytes::Bytes;
use counterpart_shared::rtmp::{Message, MessageKind};

/// Whole milliseconds, wrapping as RTMP's do after 49 days (§5.3.1.3).
pub(super) fn timestamp(ms: f64) -> u32 {
    (ms.round().max(0.0) as u64 & u64::from(u32::MAX)) as u32
}

pub(super) fn video(timestamp: u32, payload: Bytes) -> Message {
    message(MessageKind::Video, timestamp, payload)
}

pub(super) fn audio(timestamp: u32, payload: Bytes) -> Message {
    message(MessageKind::Audio, timestamp, payload)
}

fn message(kind: MessageKind, timestamp: u32, payload: Bytes) -> Message {
    Message {
        kind,
        stream_id: 0,
        timestamp,
        payload,
    }
}
