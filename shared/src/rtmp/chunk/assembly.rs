//! One chunk stream: the last header's values and the message that is not whole yet.

use super::ChunkError;
use super::header::{Body, Header, Time};
use crate::rtmp::{Message, MessageKind};
use bytes::BytesMut;

/// The most that a header's claim allocates before the bytes are there.
const FIRST_ALLOCATION: usize = 64 * 1024;

#[derive(Debug)]
pub(crate) struct ChunkStream {
    csid: u32,
    /// The last time field, which a type-3 header that begins a message adds again.
    time: Time,
    /// The absolute time of the last message or the one being read.
    timestamp: u32,
    /// Length and type; `None` before the first header.
    body: Option<Body>,
    stream_id: u32,
    partial: Option<BytesMut>,
}

impl ChunkStream {
    pub(crate) fn new(csid: u32) -> Self {
        Self {
            csid,
            time: Time {
                value: 0,
                extended: false,
            },
            timestamp: 0,
            body: None,
            stream_id: 0,
            partial: None,
        }
    }

    pub(crate) fn csid(&self) -> u32 {
        self.csid
    }

    /// Takes over a header and begins a message unless it continues one.
    pub(crate) fn apply(&mut self, header: &Header, max: usize) -> Result<(), ChunkError> {
        if let Some(partial) = &self.partial {
            return self.continues(header, partial.len());
        }
        let body = header
            .body
            .or(self.body)
            .ok_or(ChunkError::NoPreviousHeader {
                csid: self.csid,
                format: header.format(),
            })?;
        if body.length > max {
            return Err(self.too_long(body.length, max));
        }
        self.body = Some(body);
        self.stream_id = header.stream_id.unwrap_or(self.stream_id);
        self.move_time(header);
        self.partial = Some(BytesMut::with_capacity(body.length.min(FIRST_ALLOCATION)));
        Ok(())
    }

    fn continues(&self, header: &Header, received: usize) -> Result<(), ChunkError> {
        match header.format() {
            3 => Ok(()),
            format => Err(ChunkError::HeaderInsideMessage {
                csid: self.csid,
                format,
                received,
                length: self.length(),
            }),
        }
    }

    /// §5.3.1.2.1: type 0 is absolute. §5.3.1.2.2–4: the others are since the message before; type 3 has the last
    /// field's value, even if that was a type 0's. Sums wrap, which also makes 2^32 - n a step back.
    fn move_time(&mut self, header: &Header) {
        self.time = header.time.unwrap_or(self.time);
        self.timestamp = match header.format() {
            0 => self.time.value,
            _ => self.timestamp.wrapping_add(self.time.value),
        };
    }

    /// Whether the last header had an extended timestamp.
    pub(crate) fn is_extended(&self) -> bool {
        self.time.extended
    }

    /// Whether these bytes begin like the extended timestamp repeated: the field's value, or the message's time.
    pub(crate) fn repeats_time(&self, bytes: &[u8]) -> bool {
        let begins = |time: u32| time.to_be_bytes().starts_with(bytes);
        begins(self.time.value) || begins(self.timestamp)
    }

    /// Bytes of the message that are not there yet.
    pub(crate) fn missing(&self) -> usize {
        self.length() - self.held()
    }

    /// Appends to the message; what is allocated grows with what has come.
    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        let length = self.length();
        let partial = self
            .partial
            .as_mut()
            .expect("a chunk's header begins its message");
        if partial.capacity() - partial.len() < bytes.len() {
            let room = (length - partial.len()).min(partial.len().max(bytes.len()));
            partial.reserve(room);
        }
        partial.extend_from_slice(bytes);
    }

    /// The message when it is whole.
    pub(crate) fn complete(&mut self) -> Option<Message> {
        if self.missing() > 0 {
            return None;
        }
        let payload = self.partial.take()?.freeze();
        Some(Message {
            kind: self.body.map_or(MessageKind::Other(0), |body| body.kind),
            stream_id: self.stream_id,
            timestamp: self.timestamp,
            payload,
        })
    }

    /// Forgets the partial message (§5.4.2) and says how many bytes it held.
    pub(crate) fn abort(&mut self) -> usize {
        self.partial.take().map_or(0, |partial| partial.len())
    }

    /// Whether a message has begun and is not whole.
    pub(crate) fn is_partial(&self) -> bool {
        self.partial.is_some()
    }

    /// Bytes of the partial message.
    pub(crate) fn held(&self) -> usize {
        self.partial.as_ref().map_or(0, BytesMut::len)
    }

    #[cfg(test)]
    pub(super) fn allocated(&self) -> usize {
        self.partial.as_ref().map_or(0, BytesMut::capacity)
    }

    fn length(&self) -> usize {
        self.body.map_or(0, |body| body.length)
    }

    fn too_long(&self, length: usize, max: usize) -> ChunkError {
        ChunkError::MessageTooLong {
            csid: self.csid,
            length,
            max,
        }
    }
}
