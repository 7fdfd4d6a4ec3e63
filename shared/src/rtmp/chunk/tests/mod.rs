//! Chunks: the bytes, the peers that differ, the bounds.

mod bounds;
mod peers;
mod vectors;

use super::*;
use crate::rtmp::{Control, Message, MessageKind};
use bytes::Bytes;
use proptest::prelude::*;
use std::collections::VecDeque;

pub(super) fn message(kind: MessageKind, timestamp: u32, payload: &[u8]) -> Message {
    Message {
        kind,
        stream_id: 1,
        timestamp,
        payload: Bytes::copy_from_slice(payload),
    }
}

pub(super) fn audio(timestamp: u32, payload: &[u8]) -> Message {
    message(MessageKind::Audio, timestamp, payload)
}

pub(super) fn video(timestamp: u32, payload: &[u8]) -> Message {
    message(MessageKind::Video, timestamp, payload)
}

pub(super) fn bytes(digits: &str) -> Vec<u8> {
    hex::decode(digits.replace([' ', '\n'], "")).unwrap()
}

/// All messages of these bytes, and the fault they end with.
pub(super) fn read(reader: &mut ChunkReader, bytes: &[u8]) -> (Vec<Message>, Option<ChunkError>) {
    reader.push(bytes);
    let mut messages = Vec::new();
    loop {
        match reader.next_message() {
            Ok(Some(message)) => messages.push(message),
            Ok(None) => return (messages, None),
            Err(fault) => return (messages, Some(fault)),
        }
    }
}

pub(super) fn read_new(bytes: &[u8]) -> (Vec<Message>, Option<ChunkError>) {
    read(&mut ChunkReader::new(ChunkLimits::default()), bytes)
}

pub(super) fn written(messages: &[Message]) -> Vec<u8> {
    let mut writer = ChunkWriter::new();
    let mut out = VecDeque::new();
    for message in messages {
        writer.write(message, &mut out);
    }
    Vec::from(out).concat()
}

fn any_message() -> impl Strategy<Value = Message> {
    let kind = prop_oneof![
        Just(MessageKind::Audio),
        Just(MessageKind::Video),
        Just(MessageKind::DataAmf0),
        Just(MessageKind::CommandAmf0),
        Just(MessageKind::Other(99)),
    ];
    let time = prop_oneof![any::<u32>(), 0xFF_FFF0_u32..0x100_0010, 0_u32..1000];
    let payload = prop::collection::vec(any::<u8>(), 0..3000);
    (kind, any::<u32>(), time, payload).prop_map(|(kind, stream_id, timestamp, payload)| Message {
        kind,
        stream_id,
        timestamp,
        payload: payload.into(),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_written_is_read_in_any_split(
        messages in prop::collection::vec(any_message(), 0..8),
        size in prop::option::of(1_u32..4000),
        cuts in prop::collection::vec(1_usize..700, 1..10),
    ) {
        let setting = size.map(|size| Control::SetChunkSize(size).to_message());
        let all: Vec<Message> = setting.into_iter().chain(messages.iter().cloned()).collect();
        let bytes = written(&all);
        let mut reader = ChunkReader::new(ChunkLimits::default());
        let (mut rest, mut found) = (&bytes[..], Vec::new());
        for cut in cuts.iter().cycle() {
            if rest.is_empty() { break; }
            let (part, left) = rest.split_at(rest.len().min(*cut));
            let (some, fault) = read(&mut reader, part);
            prop_assert_eq!(fault, None);
            found.extend(some);
            rest = left;
        }
        prop_assert_eq!(found, messages);
        prop_assert_eq!(reader.buffered(), 0);
        prop_assert_eq!(reader.received(), bytes.len() as u64);
    }

    #[test]
    fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let whole = read_new(&bytes);
        let mut reader = ChunkReader::new(ChunkLimits::default());
        let mut found = Vec::new();
        let mut fault = None;
        for byte in bytes.chunks(1) {
            let (some, end) = read(&mut reader, byte);
            found.extend(some);
            fault = end;
        }
        prop_assert_eq!(whole, (found, fault));
    }

    #[test]
    fn every_truncation_waits_for_more(message in any_message()) {
        let bytes = written(std::slice::from_ref(&message));
        for end in 0..bytes.len() {
            prop_assert_eq!(read_new(&bytes[..end]), (vec![], None));
        }
    }
}

#[test]
fn a_long_payload_is_shared_and_a_short_one_copied() {
    let mut writer = ChunkWriter::new();
    let mut out = VecDeque::new();
    writer.write(&Control::SetChunkSize(60_000).to_message(), &mut out);
    out.clear();
    let picture = video(0, &[7; 100_000]);
    writer.write(&picture, &mut out);
    let lengths: Vec<usize> = out.iter().map(Bytes::len).collect();
    assert_eq!(lengths, [12, 60_000, 1, 40_000]);
    assert_eq!(out[1].as_ptr(), picture.payload.as_ptr());
    out.clear();
    writer.write(&audio(0, &[7; 300]), &mut out);
    assert_eq!(out.len(), 1);
}

#[test]
fn a_message_can_be_written_on_another_message_stream() {
    let mut out = VecDeque::new();
    ChunkWriter::new().write_on(9, &audio(5, b"x"), &mut out);
    let (found, _) = read_new(&out[0]);
    assert_eq!(found, [audio(5, b"x").on(9)]);
}
