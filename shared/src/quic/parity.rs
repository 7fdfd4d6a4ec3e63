//! Parity: what makes a media stream whole although some of its packets were lost on the way.
//!
//! ```text
//! parity datagram = stream, C0, length, count, first, symbol+
//! ```
//!
//! All but the byte `C0` are varints (RFC 9000 §16): the number of the unidirectional QUIC stream within its direction
//! (its id without the two lowest bits, RFC 9000 §2.1), the bytes of that stream, the parity symbols that were made for it,
//! and which of them is the first one here. `C0` is a chunk header of type 3, with which no message of a datagram begins.
//!
//! The stream's bytes, with zeros behind them up to a multiple of 32, are its symbols of 32 bytes. The parity symbols are those of
//! the Reed–Solomon code over GF(2¹⁶) of Lin, Al-Naffouri, Han and Chung (*Novel Polynomial Basis With Fast Fourier
//! Transform*, 2016) as the crate `reed-solomon-simd` 3 computes them. As many symbols of either kind as the stream has give all of it.

use super::{QuicError, read_varint, write_varint};
use bytes::{Buf, BufMut, Bytes, BytesMut};

/// Bytes of a symbol. Small, because packets begin anywhere in a stream: a lost one costs the symbols at its ends too.
pub(super) const SYMBOL: usize = 32;
/// Symbols that a lost packet costs beyond what one of parity holds: those at its ends, of which it held a part.
const ENDS: usize = 2;
/// What stands where a chunk header would.
const MARK: u8 = 0xC0;
/// The most bytes in front of the symbols.
const HEAD: usize = 8 + 1 + 4 + 4 + 4;
/// The longest stream that is protected: more than any picture of a conversation.
pub(super) const MAX_LENGTH: usize = 128 * 1024;
/// The most parity symbols of one stream.
pub(super) const MAX_COUNT: usize = 16 * 1024;

/// Some parity symbols of a media stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parity {
    /// The number of the unidirectional QUIC stream.
    pub stream: u64,
    /// Bytes of the stream.
    pub length: usize,
    /// Parity symbols that were made for it.
    pub count: usize,
    /// Which of them is the first one here.
    pub first: usize,
    /// The symbols, one behind the other.
    pub symbols: Bytes,
}

impl Parity {
    /// Reads a datagram; `None` when it is one of messages.
    ///
    /// # Errors
    /// See [`QuicError`].
    pub fn read(datagram: &Bytes) -> Result<Option<Self>, QuicError> {
        let held = datagram.len();
        let (stream, size) = read_varint(datagram).ok_or(QuicError::Truncated { held })?;
        if datagram.get(size) != Some(&MARK) {
            return Ok(None);
        }
        let mut rest = datagram.slice(size + 1..);
        let mut number = || -> Result<usize, QuicError> {
            let (number, size) = read_varint(&rest).ok_or(QuicError::Truncated { held })?;
            rest.advance(size);
            Ok(usize::try_from(number).unwrap_or(usize::MAX))
        };
        let (length, count, first) = (number()?, number()?, number()?);
        let last = first.saturating_add(rest.len() / SYMBOL);
        let whole = !rest.is_empty() && rest.len().is_multiple_of(SYMBOL);
        if !whole || !(1..=MAX_LENGTH).contains(&length) || count > MAX_COUNT || last > count {
            let bytes = rest.len();
            return Err(QuicError::Parity {
                length,
                count,
                first,
                bytes,
            });
        }
        Ok(Some(Self {
            stream,
            length,
            count,
            first,
            symbols: rest,
        }))
    }

    /// The datagram.
    pub fn write(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(HEAD + self.symbols.len());
        write_varint(self.stream, &mut out);
        out.put_u8(MARK);
        for number in [self.length, self.count, self.first] {
            write_varint(number as u64, &mut out);
        }
        out.put_slice(&self.symbols);
        out.freeze()
    }
}

/// Parity of a media stream of these bytes that is enough without any of them, even if so many of the datagrams are lost.
pub fn whole(stream: u64, content: &[u8], lost: usize, room: usize) -> Vec<Bytes> {
    let most = room.saturating_sub(HEAD) / SYMBOL * SYMBOL;
    match most {
        0 => Vec::new(),
        _ => protect(stream, content, content.len().div_ceil(most) + lost, room),
    }
}

/// Parity of a media stream of these bytes that stands in for so many lost packets, in datagrams of at most `room` bytes. None
/// when the stream is longer than 128 KiB or nothing fits.
pub fn protect(stream: u64, content: &[u8], packets: usize, room: usize) -> Vec<Bytes> {
    let length = content.len();
    let originals = length.div_ceil(SYMBOL);
    let most = room.saturating_sub(HEAD) / SYMBOL;
    if originals == 0 || most == 0 || packets == 0 || length > MAX_LENGTH {
        return Vec::new();
    }
    let (datagrams, each) = match originals <= most {
        true => (packets, originals),
        false => {
            let symbols = packets * (most + ENDS);
            let datagrams = symbols.div_ceil(most);
            (datagrams, symbols.div_ceil(datagrams))
        }
    };
    let count = datagrams.min(MAX_COUNT / each) * each;
    let mut padded = content.to_vec();
    padded.resize(originals * SYMBOL, 0);
    let Ok(symbols) = reed_solomon_simd::encode(originals, count, padded.chunks(SYMBOL)) else {
        return Vec::new();
    };
    let parts = symbols.chunks(each).zip((0..).step_by(each));
    parts
        .map(|(symbols, first)| {
            let symbols = symbols.concat().into();
            let parity = Parity {
                stream,
                length,
                count,
                first,
                symbols,
            };
            parity.write()
        })
        .collect()
}
