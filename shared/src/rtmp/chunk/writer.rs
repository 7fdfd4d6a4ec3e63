//! Messages to bytes.

use super::header::{MAX_HEADER, write_full, write_further};
use crate::rtmp::{Control, Message};
use bytes::{BufMut, Bytes, BytesMut};
use std::collections::VecDeque;

/// Up to here copying costs less than one more buffer in the write.
const SMALL: usize = 1024;

/// Cuts messages into chunks.
///
/// A message begins with a type-0 header always: it stands for itself, at 8 bytes more than the shortest that could do.
/// Audio, video, data, commands and control each have a chunk stream of their own. Writing a Set Chunk Size message
/// changes the size from the next message on.
#[derive(Debug)]
pub struct ChunkWriter {
    chunk_size: usize,
}

impl Default for ChunkWriter {
    fn default() -> Self {
        Self::new()
    }
}

impl ChunkWriter {
    /// At the start of a byte stream, with chunks of 128 bytes.
    pub fn new() -> Self {
        Self { chunk_size: 128 }
    }

    /// Appends the message's bytes. A short payload is copied behind its header, a long one is shared.
    ///
    /// # Panics
    /// When the payload has 16 MiB or more, or a Set Chunk Size is not one to 2^31 - 1.
    pub fn write(&mut self, message: &Message, out: &mut VecDeque<Bytes>) {
        self.write_on(message.stream_id, message, out);
    }

    /// Appends the message's bytes as if it were on another message stream.
    ///
    /// # Panics
    /// As [`write`](Self::write).
    pub fn write_on(&mut self, stream_id: u32, message: &Message, out: &mut VecDeque<Bytes>) {
        write_chunks(message, stream_id, self.chunk_size, out);
        if let Ok(Some(Control::SetChunkSize(size))) = Control::from_message(message) {
            assert!(
                (1..1 << 31).contains(&size),
                "a chunk size of {size} cannot be set"
            );
            self.chunk_size = size as usize;
        }
    }

    /// Begins to write a message as if it were on another message stream. Messages of another kind may be written between its chunks (§5.3);
    /// the chunk size is the one of now.
    pub fn begin_on(&self, stream_id: u32, message: Message) -> Chunks {
        Chunks::new(message, stream_id, self.chunk_size)
    }
}

/// A message that is written chunk by chunk.
#[derive(Debug)]
pub struct Chunks {
    message: Message,
    stream_id: u32,
    rest: Bytes,
    chunk_size: usize,
}

impl Chunks {
    fn new(message: Message, stream_id: u32, chunk_size: usize) -> Self {
        let rest = message.payload.clone();
        Self {
            message,
            stream_id,
            rest,
            chunk_size,
        }
    }

    /// Appends the next chunk; whether there are more.
    ///
    /// # Panics
    /// As [`ChunkWriter::write`].
    pub fn write(&mut self, out: &mut VecDeque<Bytes>) -> bool {
        let mut header = BytesMut::with_capacity(MAX_HEADER);
        if self.rest.len() == self.message.payload.len() {
            write_full(&self.message, self.stream_id, &mut header);
        } else {
            write_further(&self.message, &mut header);
        }
        out.push_back(header.freeze());
        let size = self.chunk_size.min(self.rest.len());
        out.push_back(self.rest.split_to(size));
        !self.rest.is_empty()
    }
}

/// Appends a message in chunks of at most `chunk_size`.
pub(crate) fn write_chunks(
    message: &Message,
    stream_id: u32,
    chunk_size: usize,
    out: &mut VecDeque<Bytes>,
) {
    if message.payload.len() <= SMALL {
        out.push_back(copied(message, stream_id, chunk_size));
    } else {
        let mut chunks = Chunks::new(message.clone(), stream_id, chunk_size);
        while chunks.write(out) {}
    }
}

fn copied(message: &Message, stream_id: u32, chunk_size: usize) -> Bytes {
    let mut bytes = BytesMut::with_capacity(MAX_HEADER + message.payload.len());
    write_full(message, stream_id, &mut bytes);
    for (at, chunk) in message.payload.chunks(chunk_size).enumerate() {
        if at > 0 {
            write_further(message, &mut bytes);
        }
        bytes.put_slice(chunk);
    }
    bytes.freeze()
}
