//! Variable-length integers (RFC 9000 §16).

use bytes::{BufMut, BytesMut};

/// The greatest that can be written.
pub const MAX_VARINT: u64 = (1 << 62) - 1;

/// The integer at the start of these bytes and its length; `None` when they end before it does.
pub fn read_varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let length = 1 << (first >> 6);
    let body = bytes.get(1..length)?;
    let start = u64::from(first & 0x3F);
    let value = body
        .iter()
        .fold(start, |value, byte| value << 8 | u64::from(*byte));
    Some((value, length))
}

/// Appends an integer in its shortest form.
///
/// # Panics
/// When it exceeds [`MAX_VARINT`].
pub fn write_varint(value: u64, out: &mut BytesMut) {
    match value {
        0..=0x3F => out.put_u8(value as u8),
        0x40..=0x3FFF => out.put_u16(value as u16 | 0x4000),
        0x4000..=0x3FFF_FFFF => out.put_u32(value as u32 | 0x8000_0000),
        0x4000_0000..=MAX_VARINT => out.put_u64(value | 0xC000_0000_0000_0000),
        _ => panic!("{value} does not fit a varint"),
    }
}
