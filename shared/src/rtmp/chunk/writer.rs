//! Messages to bytes.

use crate::rtmp::Message;
use bytes::Bytes;
use std::collections::VecDeque;

/// Cuts messages into chunks.
///
/// A message begins with a type-0 header always: it stands for itself, at 8 bytes more than the shortest that could do.
/// Audio, video, data, commands and control each have a chunk stream of their own. Writing a Set Chunk Size message
/// changes the size from the next message on.
#[derive(Debug)]
pub struct ChunkWriter {}

impl Default for ChunkWriter {
    fn default() -> Self {
        Self::new()
    }
}

impl ChunkWriter {
    /// At the start of a byte stream, with chunks of 128 bytes.
    pub fn new() -> Self {
        todo!()
    }

    /// Appends the message's bytes. A short payload is copied behind its header, a long one is shared.
    pub fn write(&mut self, message: &Message, out: &mut VecDeque<Bytes>) {
        todo!()
    }

    /// Appends the message's bytes as if it were on another message stream.
    pub fn write_on(&mut self, stream_id: u32, message: &Message, out: &mut VecDeque<Bytes>) {
        todo!()
    }
}
