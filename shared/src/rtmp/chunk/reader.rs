//! Bytes to messages.

use super::ChunkError;
use crate::rtmp::Message;

/// What a peer may make us keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChunkLimits {
    /// Bytes of one message: bounds what one picture can cost.
    pub max_message: usize,
    /// The greatest chunk size a peer may set.
    pub max_chunk: u32,
    /// Chunk streams: bounds the headers that are remembered.
    pub max_chunk_streams: usize,
    /// Bytes of all partial messages together.
    pub max_buffered: usize,
}

impl Default for ChunkLimits {
    fn default() -> Self {
        Self {
            max_message: 4 << 20,
            max_chunk: 0x7FFF_FFFF,
            max_chunk_streams: 64,
            max_buffered: 8 << 20,
        }
    }
}

/// Puts messages together.
///
/// **Driving.** [`push`](Self::push) what arrived, in any split; then call [`next_message`](Self::next_message) until it
/// gives `Ok(None)` (*more bytes*) or `Err` (*close*; it stays so); then send [`acknowledgement`](Self::acknowledgement)
/// if there is one. Each payload byte is copied once, from the argument of `push` into its message.
///
/// Set Chunk Size, Abort and Window Acknowledgement Size concern the chunks only: they are obeyed here and not given out.
#[derive(Debug)]
pub struct ChunkReader {}

impl ChunkReader {
    /// At the start of a byte stream (after the handshake, where there is one), with chunks of 128 bytes.
    pub fn new(limits: ChunkLimits) -> Self {
        todo!()
    }

    /// Takes these bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        todo!()
    }

    /// The next whole message.
    ///
    /// # Errors
    /// See [`ChunkError`].
    pub fn next_message(&mut self) -> Result<Option<Message>, ChunkError> {
        todo!()
    }

    /// The Acknowledgement that is due (§5.4.3): at half the peer's window, so that a peer which waits for it never
    /// stands still. Peers that set no window get one every 1.25 MB, because some wait for it all the same.
    pub fn acknowledgement(&mut self) -> Option<Message> {
        todo!()
    }

    /// Bytes pushed so far.
    pub fn received(&self) -> u64 {
        todo!()
    }

    /// Bytes that partial messages hold.
    pub fn buffered(&self) -> usize {
        todo!()
    }
}
