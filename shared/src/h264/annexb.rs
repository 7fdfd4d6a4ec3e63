//! Annex B: NAL units between start codes.

use super::{H264Error, Nal, to_avcc};
use bytes::{BufMut, Bytes, BytesMut};

/// The NAL units of an Annex B byte stream, without copying. Bytes before the first start code
/// and empty units are skipped, trailing zeros are not part of a unit (§B.1.1).
pub fn annex_b_units(stream: &Bytes) -> impl Iterator<Item = Nal> + use<> {
    let stream = stream.clone();
    let mut start = next_start(&stream, 0).map(|(_, after)| after);
    std::iter::from_fn(move || {
        loop {
            let from = start?;
            let (end, after) = match next_start(&stream, from) {
                Some((code, after)) => (code, Some(after)),
                None => (stream.len(), None),
            };
            start = after;
            let unit = stream.slice(from..trim_zeros(&stream, from, end));
            if let Ok(nal) = Nal::new(unit) {
                return Some(nal);
            }
        }
    })
}

/// The NAL units with four-byte start codes.
pub fn to_annex_b<'a>(units: impl IntoIterator<Item = &'a Nal>) -> Bytes {
    let mut out = BytesMut::new();
    for nal in units {
        out.put_slice(&[0, 0, 0, 1]);
        out.put_slice(nal.bytes());
    }
    out.freeze()
}

/// An Annex B access unit with 4-byte length prefixes instead. Parameter sets and delimiters stay
/// where they are; filter with [`annex_b_units`] and [`to_avcc`] to leave some out.
pub fn annex_b_to_avcc(stream: &Bytes) -> Result<Bytes, H264Error> {
    let units: Vec<Nal> = annex_b_units(stream).collect();
    to_avcc(&units, 4)
}

/// The next `00 00 01` at or behind `from`: where it begins, and where the unit behind it does.
fn next_start(stream: &[u8], from: usize) -> Option<(usize, usize)> {
    let rest = stream.get(from..)?;
    let at = rest.windows(3).position(|window| window == [0, 0, 1])?;
    Some((from + at, from + at + 3))
}

fn trim_zeros(stream: &[u8], from: usize, end: usize) -> usize {
    let unit = &stream[from..end];
    from + unit
        .iter()
        .rposition(|&byte| byte != 0)
        .map_or(0, |last| last + 1)
}
