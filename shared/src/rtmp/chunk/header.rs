//! The headers of a chunk (§5.3.1).

use crate::rtmp::{Message, MessageKind};
use bytes::{BufMut, BytesMut};

/// A time of this or more stands in the extended timestamp (§5.3.1.3).
pub(crate) const EXTENDED: u32 = 0xFF_FFFF;
/// Basic header 3, message header 11, extended timestamp 4.
pub(crate) const MAX_HEADER: usize = 18;

/// A chunk's header as it stands on the wire; what its type leaves out is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    /// Its length on the wire.
    pub(crate) size: usize,
    pub(crate) csid: u32,
    /// Types 0, 1 and 2.
    pub(crate) time: Option<Time>,
    /// Types 0 and 1.
    pub(crate) body: Option<Body>,
    /// Type 0.
    pub(crate) stream_id: Option<u32>,
}

/// The time field: absolute in type 0, since the message before in types 1 and 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Time {
    pub(crate) value: u32,
    /// Whether the value stood in the extended timestamp.
    pub(crate) extended: bool,
}

/// The message's length and type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Body {
    pub(crate) length: usize,
    pub(crate) kind: MessageKind,
}

/// What the bytes of a header are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Scan {
    /// A part; so many bytes are needed before more can be said.
    Needs(usize),
    /// All of it. Whether a type-3 header has an extended timestamp too, its own bytes do not tell.
    Whole(Header),
}

impl Header {
    /// 0 to 3 (§5.3.1.2).
    pub(crate) fn format(&self) -> u8 {
        match (self.stream_id, self.body, self.time) {
            (Some(_), ..) => 0,
            (_, Some(_), _) => 1,
            (.., Some(_)) => 2,
            _ => 3,
        }
    }
}

/// Reads a header from its bytes so far.
pub(crate) fn scan(bytes: &[u8]) -> Scan {
    let Some(&first) = bytes.first() else {
        return Scan::Needs(1);
    };
    let basic = match first & 0x3F {
        0 => 2,
        1 => 3,
        _ => 1,
    };
    let mut whole = basic + [11, 7, 3, 0][usize::from(first >> 6)];
    let Some(message) = bytes.get(basic..whole) else {
        return Scan::Needs(whole);
    };
    let mut time = message.first_chunk().map(|field| Time {
        value: number24(field),
        extended: false,
    });
    if let Some(time) = time.as_mut().filter(|time| time.value == EXTENDED) {
        let Some(field) = bytes.get(whole..).and_then(<[u8]>::first_chunk) else {
            return Scan::Needs(whole + 4);
        };
        whole += field.len();
        time.value = u32::from_be_bytes(*field);
        time.extended = true;
    }
    Scan::Whole(Header {
        size: whole,
        csid: csid(&bytes[..basic]),
        time,
        body: message.get(3..7).map(body),
        stream_id: message
            .get(7..)
            .and_then(<[u8]>::first_chunk)
            .map(|id| u32::from_le_bytes(*id)),
    })
}

/// §5.3.1.1: 2–63 in the first byte, 64–319 in one more, 64–65599 in two more.
fn csid(basic: &[u8]) -> u32 {
    match *basic {
        [first] => u32::from(first & 0x3F),
        [_, low] => 64 + u32::from(low),
        [_, low, high, ..] => 64 + u32::from(low) + 256 * u32::from(high),
        [] => unreachable!("a basic header has at least one byte"),
    }
}

fn body(field: &[u8]) -> Body {
    Body {
        length: number24(&[field[0], field[1], field[2]]) as usize,
        kind: field[3].into(),
    }
}

fn number24(field: &[u8; 3]) -> u32 {
    u32::from_be_bytes([0, field[0], field[1], field[2]])
}

/// The chunk stream that a kind of message is written on.
pub(crate) fn csid_of(kind: MessageKind) -> u8 {
    match kind {
        MessageKind::CommandAmf0 | MessageKind::CommandAmf3 => 3,
        MessageKind::Audio => 4,
        MessageKind::DataAmf0 | MessageKind::DataAmf3 => 5,
        MessageKind::Video | MessageKind::Aggregate => 6,
        MessageKind::Other(_) => 7,
        _ => 2,
    }
}

/// The length of a message's type-0 header.
pub(crate) fn full_size(message: &Message) -> usize {
    if message.timestamp >= EXTENDED {
        16
    } else {
        12
    }
}

/// Appends a type-0 header.
///
/// # Panics
/// When the payload has 16 MiB or more, which 24 bits of length cannot say.
pub(crate) fn write_full(message: &Message, stream_id: u32, out: &mut BytesMut) {
    let length = message.payload.len();
    assert!(
        length <= 0xFF_FFFF,
        "a message of {length} bytes cannot be written"
    );
    out.put_u8(csid_of(message.kind));
    out.put_uint(message.timestamp.min(EXTENDED).into(), 3);
    out.put_uint(length as u64, 3);
    out.put_u8(message.kind.into());
    out.put_u32_le(stream_id);
    write_extended(message.timestamp, out);
}

/// Appends the type-3 header of a message's further chunks. It repeats the extended timestamp (§5.3.1.3).
pub(crate) fn write_further(message: &Message, out: &mut BytesMut) {
    out.put_u8(0xC0 | csid_of(message.kind));
    write_extended(message.timestamp, out);
}

fn write_extended(timestamp: u32, out: &mut BytesMut) {
    if timestamp >= EXTENDED {
        out.put_u32(timestamp);
    }
}
