//! Media streams: unidirectional QUIC streams of messages.

use super::QuicError;
use crate::rtmp::Message;
use bytes::Bytes;
use std::collections::VecDeque;

/// Reads one unidirectional QUIC stream.
///
/// **Driving.** [`push`](Self::push) what arrived, in any split; then [`next_message`](Self::next_message) until it gives
/// `Ok(None)` (*more bytes*) or `Err` (*stop the QUIC stream*; it stays so). At its end call [`finish`](Self::finish).
#[derive(Debug)]
pub struct MediaStreamReader {}

impl MediaStreamReader {
    /// At the start of a QUIC stream, for messages of at most this many bytes.
    pub fn new(max_message: usize) -> Self {
        todo!()
    }

    /// Takes these bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        todo!()
    }

    /// The next whole message and its sequence within its track.
    ///
    /// # Errors
    /// See [`QuicError`].
    pub fn next_message(&mut self) -> Result<Option<(u64, Message)>, QuicError> {
        todo!()
    }

    /// The end of the QUIC stream has come.
    ///
    /// # Errors
    /// [`QuicError::Truncated`] when a message is not whole.
    pub fn finish(&self) -> Result<(), QuicError> {
        todo!()
    }
}

/// Writes one unidirectional QUIC stream. The caller keeps to one track and message stream.
#[derive(Debug)]
pub struct MediaStreamWriter {}

impl MediaStreamWriter {
    /// Whose first message has this sequence.
    pub fn new(sequence: u64) -> Self {
        todo!()
    }

    /// Appends the message's bytes; a long payload is shared, not copied.
    pub fn write(&mut self, message: &Message, out: &mut VecDeque<Bytes>) {
        todo!()
    }

    /// Appends the message's bytes as if it were on another message stream.
    pub fn write_on(&mut self, stream_id: u32, message: &Message, out: &mut VecDeque<Bytes>) {
        todo!()
    }
}
