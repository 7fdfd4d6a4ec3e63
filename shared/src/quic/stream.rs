//! Media streams: unidirectional QUIC streams of messages.

use super::{MAX_VARINT, QuicError, Track, read_varint, write_varint};
use crate::rtmp::Message;
use crate::rtmp::chunk::header::{Header, Scan, scan};
use crate::rtmp::chunk::{ChunkError, ChunkStream, write_chunks};
use bytes::{Bytes, BytesMut};
use std::collections::VecDeque;

/// Reads one unidirectional QUIC stream.
///
/// **Driving.** [`push`](Self::push) what arrived, in any split; then [`next_message`](Self::next_message) until it gives
/// `Ok(None)` (*more bytes*) or `Err` (*stop the QUIC stream*; it stays so). At its end call [`finish`](Self::finish).
/// Each payload byte is copied once.
#[derive(Debug)]
pub struct MediaStreamReader {
    max_message: usize,
    /// The next message's.
    sequence: Option<u64>,
    /// The bytes of the sequence or header so far.
    held: Vec<u8>,
    assembly: ChunkStream,
    of: Option<Belonging>,
    ready: VecDeque<(u64, Message)>,
    fault: Option<QuicError>,
}

impl MediaStreamReader {
    /// At the start of a QUIC stream, for messages of at most this many bytes.
    pub fn new(max_message: usize) -> Self {
        Self {
            max_message,
            sequence: None,
            held: Vec::new(),
            assembly: ChunkStream::new(0),
            of: None,
            ready: VecDeque::new(),
            fault: None,
        }
    }

    /// Takes these bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while self.fault.is_none() && !rest.is_empty() {
            match self.take(rest) {
                Ok(left) => rest = left,
                Err(fault) => self.fault = Some(fault),
            }
        }
    }

    /// The next whole message and its sequence within its track.
    ///
    /// # Errors
    /// See [`QuicError`].
    pub fn next_message(&mut self) -> Result<Option<(u64, Message)>, QuicError> {
        match (self.ready.pop_front(), &self.fault) {
            (Some(message), _) => Ok(Some(message)),
            (None, Some(fault)) => Err(fault.clone()),
            (None, None) => Ok(None),
        }
    }

    /// The end of the QUIC stream has come.
    ///
    /// # Errors
    /// [`QuicError::Truncated`] when a message is not whole or there was none.
    pub fn finish(&self) -> Result<(), QuicError> {
        let held = self.held.len() + self.assembly.held();
        if held > 0 || self.assembly.is_partial() || self.of.is_none() {
            return Err(QuicError::Truncated { held });
        }
        Ok(())
    }

    fn take<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], QuicError> {
        let Some(sequence) = self.sequence else {
            return Ok(self.take_sequence(bytes));
        };
        if !self.assembly.is_partial() {
            let rest = self.take_header(bytes)?;
            self.complete(sequence)?;
            return Ok(rest);
        }
        let (taken, rest) = bytes.split_at(self.assembly.missing().min(bytes.len()));
        self.assembly.extend(taken);
        self.complete(sequence)?;
        Ok(rest)
    }

    fn take_sequence<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let (byte, rest) = bytes.split_at(1);
        self.held.extend_from_slice(byte);
        if let Some((sequence, _)) = read_varint(&self.held) {
            self.sequence = Some(sequence);
            self.held.clear();
        }
        rest
    }

    fn take_header<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], QuicError> {
        let mut rest = bytes;
        loop {
            let header = match scan(&self.held) {
                Scan::Whole(header) => header,
                Scan::Needs(length) => {
                    let missing = length - self.held.len();
                    let (taken, left) = rest.split_at(missing.min(rest.len()));
                    self.held.extend_from_slice(taken);
                    rest = left;
                    if taken.len() < missing {
                        return Ok(rest);
                    }
                    continue;
                }
            };
            self.held.clear();
            self.begin(&header)?;
            return Ok(rest);
        }
    }

    fn begin(&mut self, header: &Header) -> Result<(), QuicError> {
        self.of = Some(Belonging::check(header, self.of)?);
        Ok(self.assembly.apply(header, self.max_message)?)
    }

    fn complete(&mut self, sequence: u64) -> Result<(), QuicError> {
        if let Some(message) = self.assembly.complete() {
            if sequence > MAX_VARINT {
                return Err(QuicError::SequenceOverflow(MAX_VARINT));
            }
            self.ready.push_back((sequence, message));
            self.sequence = Some(sequence + 1);
        }
        Ok(())
    }
}

/// What all messages of a QUIC stream or datagram share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Belonging {
    track: Track,
    stream_id: u32,
}

impl Belonging {
    /// That of a message with this header, which must be the same as that of the messages before it.
    pub(super) fn check(header: &Header, before: Option<Self>) -> Result<Self, QuicError> {
        let (Some(stream_id), Some(body)) = (header.stream_id, header.body) else {
            let format = header.format();
            return Err(QuicError::Format { format });
        };
        let kind = body.kind.into();
        let track = Track::of(body.kind).ok_or(QuicError::Kind { kind })?;
        let this = Self { track, stream_id };
        if before.is_some_and(|before| before != this) {
            return Err(QuicError::Mixed { kind, stream_id });
        }
        Ok(this)
    }
}

impl From<ChunkError> for QuicError {
    fn from(error: ChunkError) -> Self {
        match error {
            ChunkError::MessageTooLong { length, max, .. } => Self::MessageTooLong { length, max },
            other => unreachable!("a full header between messages cannot fail with {other}"),
        }
    }
}

/// Writes one unidirectional QUIC stream. The caller keeps to one track and message stream.
#[derive(Debug)]
pub struct MediaStreamWriter {
    /// Until it is written.
    sequence: Option<u64>,
}

impl MediaStreamWriter {
    /// Whose first message has this sequence.
    pub fn new(sequence: u64) -> Self {
        Self {
            sequence: Some(sequence),
        }
    }

    /// Appends the message's bytes; a long payload is shared, not copied.
    ///
    /// # Panics
    /// When the payload has 16 MiB or more, or the sequence exceeds [`MAX_VARINT`].
    pub fn write(&mut self, message: &Message, out: &mut VecDeque<Bytes>) {
        self.write_on(message.stream_id, message, out);
    }

    /// Appends the message's bytes as if it were on another message stream.
    ///
    /// # Panics
    /// As [`write`](Self::write).
    pub fn write_on(&mut self, stream_id: u32, message: &Message, out: &mut VecDeque<Bytes>) {
        if let Some(sequence) = self.sequence.take() {
            let mut varint = BytesMut::with_capacity(8);
            write_varint(sequence, &mut varint);
            out.push_back(varint.freeze());
        }
        write_chunks(message, stream_id, usize::MAX, out);
    }
}
