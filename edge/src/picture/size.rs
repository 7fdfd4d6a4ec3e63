//! How large a picture is, in pixels, by its header.

use super::kind::Kind;

/// Width and height; nothing, where the header does not say.
pub(super) fn of(kind: Kind, bytes: &[u8]) -> Option<(u32, u32)> {
    let size = match kind {
        Kind::Png => png(bytes),
        Kind::Gif => Some((little(bytes, 6, 2)?, little(bytes, 8, 2)?)),
        Kind::WebP => web_p(bytes),
        Kind::Jpeg => jpeg(bytes),
    };
    size.filter(|(width, height)| *width > 0 && *height > 0)
}

/// RFC 2083 §11.2.1: IHDR comes first.
fn png(bytes: &[u8]) -> Option<(u32, u32)> {
    let header = bytes.get(12..16)? == b"IHDR";
    let size = (big(bytes, 16, 4)?, big(bytes, 20, 4)?);
    header.then_some(size)
}

/// RFC 9649 §2.5 to §2.7: three kinds of first chunk.
fn web_p(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes.get(12..16)? {
        b"VP8X" => Some((little(bytes, 24, 3)? + 1, little(bytes, 27, 3)? + 1)),
        b"VP8L" if bytes.get(20) == Some(&0x2f) => {
            let bits = little(bytes, 21, 4)?;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        b"VP8 " if bytes.get(23..26)? == b"\x9d\x01\x2a" => {
            let side = |at| little(bytes, at, 2).map(|side| side & 0x3fff);
            Some((side(26)?, side(28)?))
        }
        _ => None,
    }
}

/// ISO/IEC 10918-1 §B.2.2: in the first frame header, behind segments of other kinds.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        if *bytes.get(at)? != 0xff {
            return None;
        }
        let marker = *bytes.get(at + 1)?;
        match marker {
            // A byte of filling (§B.1.1.2).
            0xff => at += 1,
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                return Some((big(bytes, at + 7, 2)?, big(bytes, at + 5, 2)?));
            }
            // The picture itself begins, or is over.
            0xd8..=0xda => return None,
            _ => at += 2 + big(bytes, at + 2, 2)?.max(2) as usize,
        }
    }
}

fn big(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    let part = bytes.get(at..at.checked_add(length)?)?;
    Some(
        part.iter()
            .fold(0, |number, byte| number << 8 | u32::from(*byte)),
    )
}

fn little(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    let part = bytes.get(at..at.checked_add(length)?)?;
    let part = part.iter().rev();
    Some(part.fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KINDS: [Kind; 4] = [Kind::Jpeg, Kind::Png, Kind::Gif, Kind::WebP];

    #[test]
    fn headers_say_the_size() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x02\x80\0\0\x01\x68";
        assert_eq!(of(Kind::Png, png), Some((640, 360)));
        assert_eq!(of(Kind::Gif, b"GIF89a\x80\x02\x68\x01"), Some((640, 360)));
        let extended = b"RIFF....WEBPVP8X\x0a\0\0\0\0\0\0\0\x7f\x02\0\x67\x01\0";
        assert_eq!(of(Kind::WebP, extended), Some((640, 360)));
        let lossy = b"RIFF....WEBPVP8 ....\0\0\0\x9d\x01\x2a\x80\x02\x68\x01";
        assert_eq!(of(Kind::WebP, lossy), Some((640, 360)));
        let bits = (640u32 - 1) | (360 - 1) << 14;
        let mut lossless = b"RIFF....WEBPVP8L....\x2f".to_vec();
        lossless.extend(bits.to_le_bytes());
        assert_eq!(of(Kind::WebP, &lossless), Some((640, 360)));
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc2\0\x11\x08\x01\x68\x02\x80\x03";
        assert_eq!(of(Kind::Jpeg, jpeg), Some((640, 360)));
    }

    #[test]
    fn what_does_not_say_it_has_none() {
        assert_eq!(of(Kind::Png, b"\x89PNG\r\n\x1a\n"), None);
        assert_eq!(of(Kind::Gif, b"GIF89a\0\0\0\0"), None);
        assert_eq!(of(Kind::Jpeg, b"\xff\xd8\xff\xda\0\x02"), None);
        assert_eq!(of(Kind::Jpeg, b"\xff\xd8\xff\xe0\0\0\0"), None);
    }

    proptest! {
        #[test]
        fn whatever_the_bytes_are(kind in 0..4usize, bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut jpeg = b"\xff\xd8".to_vec();
            jpeg.extend(&bytes);
            of(KINDS[kind], &bytes);
            of(Kind::Jpeg, &jpeg);
        }
    }
}
