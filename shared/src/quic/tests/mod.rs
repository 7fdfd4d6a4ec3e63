//! Media streams, datagrams and tracks.

mod datagram;
mod gathering;
mod parity;
mod stream;
mod track;

use super::*;
use crate::rtmp::{Message, MessageKind};
use bytes::{Bytes, BytesMut};
use proptest::prelude::*;

pub(super) const MAX: usize = 4 << 20;

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

pub(super) fn any_payload() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..3000)
}

pub(super) fn any_sequence() -> impl Strategy<Value = u64> {
    prop_oneof![0_u64..100, 0..MAX_VARINT - 100]
}

/// The examples of RFC 9000 §A.1.
#[test]
fn varints_are_pinned() {
    for (value, digits) in [
        (151_288_809_941_952_652, "c2197c5eff14e88c"),
        (494_878_333, "9d7f3e7d"),
        (15_293, "7bbd"),
        (37, "25"),
        (MAX_VARINT, "ffffffffffffffff"),
        (0, "00"),
        (64, "4040"),
        (16_384, "80004000"),
        (1 << 30, "c000000040000000"),
    ] {
        let bytes = hex::decode(digits).unwrap();
        assert_eq!(read_varint(&bytes), Some((value, bytes.len())));
        let mut out = BytesMut::new();
        write_varint(value, &mut out);
        assert_eq!(out, bytes);
        for end in 0..bytes.len() {
            assert_eq!(read_varint(&bytes[..end]), None);
        }
    }
    assert_eq!(read_varint(&[0x40, 0x25]), Some((37, 2)));
}
