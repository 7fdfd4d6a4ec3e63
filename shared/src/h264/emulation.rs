//! Emulation prevention: no NAL unit may contain a start code (§7.4.1.1).

use std::borrow::Cow;

/// The payload without emulation prevention bytes. Copies only if there are any.
pub fn unescape(payload: &[u8]) -> Cow<'_, [u8]> {
    if !payload.windows(3).any(|window| window == [0, 0, 3]) {
        return Cow::Borrowed(payload);
    }
    let mut out = Vec::with_capacity(payload.len());
    let mut zeros = 0;
    for &byte in payload {
        if zeros == 2 && byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if byte == 0 { (zeros + 1).min(2) } else { 0 };
        out.push(byte);
    }
    Cow::Owned(out)
}

/// The payload with emulation prevention bytes.
pub fn escape(payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(payload.len() + payload.len() / 64);
    let mut zeros = 0;
    for &byte in payload {
        if zeros == 2 && byte <= 3 {
            out.push(3);
            zeros = 0;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        out.push(byte);
    }
    // A unit may not end in zeros (behind cabac_zero_words).
    if zeros == 2 {
        out.push(3);
    }
    out
}
