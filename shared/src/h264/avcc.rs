//! Length-prefixed NAL units, as FLV and MP4 carry them (ISO/IEC 14496-15 §5.3.2).

use super::{H264Error, Nal};
use bytes::{BufMut, Bytes, BytesMut};

/// The NAL units of `data`, whose lengths are big-endian numbers of `length_size` bytes (1, 2 or
/// 4), without copying. Empty units are skipped; after an error there is nothing more.
pub fn nal_units(
    data: &Bytes,
    length_size: u8,
) -> impl Iterator<Item = Result<Nal, H264Error>> + use<> {
    let mut rest = data.clone();
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            match take(&mut rest, length_size) {
                Ok(unit) if unit.is_empty() => continue,
                Ok(unit) => return Some(Nal::new(unit)),
                Err(error) => {
                    rest.clear();
                    return Some(Err(error));
                }
            }
        }
        None
    })
}

/// The NAL units with length prefixes of `length_size` bytes.
pub fn to_avcc<'a>(
    units: impl IntoIterator<Item = &'a Nal>,
    length_size: u8,
) -> Result<Bytes, H264Error> {
    let limit = match check(length_size)? {
        4 => u32::MAX as usize,
        size => (1 << (8 * size)) - 1,
    };
    let mut out = BytesMut::new();
    for nal in units {
        let len = nal.bytes().len();
        if len > limit {
            return Err(H264Error::TooLarge { len, limit });
        }
        out.put_uint(len as u64, usize::from(length_size));
        out.put_slice(nal.bytes());
    }
    Ok(out.freeze())
}

/// Length-prefixed NAL units with four-byte start codes instead.
pub fn avcc_to_annex_b(data: &Bytes, length_size: u8) -> Result<Bytes, H264Error> {
    let mut out = BytesMut::with_capacity(data.len() + 16);
    for nal in nal_units(data, length_size) {
        out.put_slice(&[0, 0, 0, 1]);
        out.put_slice(nal?.bytes());
    }
    Ok(out.freeze())
}

fn check(length_size: u8) -> Result<usize, H264Error> {
    match length_size {
        1 | 2 | 4 => Ok(usize::from(length_size)),
        other => Err(H264Error::LengthSize(other)),
    }
}

fn take(rest: &mut Bytes, length_size: u8) -> Result<Bytes, H264Error> {
    let size = check(length_size)?;
    let Some(prefix) = rest.get(..size) else {
        return Err(H264Error::NalLength {
            len: size,
            left: rest.len(),
        });
    };
    let len = prefix
        .iter()
        .fold(0u64, |len, &byte| len << 8 | u64::from(byte)) as usize;
    let left = rest.len() - size;
    if len > left {
        return Err(H264Error::NalLength { len, left });
    }
    let _prefix = rest.split_to(size);
    Ok(rest.split_to(len))
}
