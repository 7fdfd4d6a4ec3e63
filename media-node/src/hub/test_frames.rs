//! Frames for the hub's tests.

use crate::frames::Frame;
use bytes::Bytes;
use counterpart_shared::rtmp::{Message, MessageKind};
use std::time::Instant;

fn frame(kind: MessageKind, time: u32, body: &[u8]) -> Frame {
    let message = Message {
        kind,
        stream_id: 1,
        timestamp: time,
        payload: Bytes::copy_from_slice(body),
    };
    Frame::new(message, Instant::now()).expect("a body that classifies")
}

pub(super) fn video_config(time: u32) -> Frame {
    frame(MessageKind::Video, time, &[0x17, 0, 0, 0, 0, 1, 0x42])
}

pub(super) fn other_video_config(time: u32) -> Frame {
    frame(MessageKind::Video, time, &[0x17, 0, 0, 0, 0, 1, 0x64])
}

pub(super) fn key(time: u32) -> Frame {
    frame(
        MessageKind::Video,
        time,
        &[0x17, 1, 0, 0, 0, 0, 0, 0, 2, 0x65, 0],
    )
}

pub(super) fn inter(time: u32) -> Frame {
    frame(
        MessageKind::Video,
        time,
        &[0x27, 1, 0, 0, 0, 0, 0, 0, 2, 0x61, 0],
    )
}

pub(super) fn disposable(time: u32) -> Frame {
    frame(
        MessageKind::Video,
        time,
        &[0x27, 1, 0, 0, 0, 0, 0, 0, 2, 0x01, 0],
    )
}

pub(super) fn audio_config(time: u32) -> Frame {
    frame(MessageKind::Audio, time, &[0xAF, 0, 0x12, 0x10])
}

pub(super) fn audio(time: u32) -> Frame {
    frame(MessageKind::Audio, time, &[0xAF, 1, 0x21])
}
