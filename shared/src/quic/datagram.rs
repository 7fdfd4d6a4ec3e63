//! Datagrams: audio that is not sent again when it is lost, but may be sent ahead again with the next.
//!
//! A datagram has the bytes of a whole media stream: the sequence of its *oldest* message, then the messages oldest
//! first, so that the newest, the one it was sent for, is the last.

use super::QuicError;
use crate::rtmp::Message;
use bytes::Bytes;

/// The sequence of the first message, and the messages, whose payloads share the datagram.
///
/// # Errors
/// See [`QuicError`].
pub fn read_datagram(
    datagram: &Bytes,
    max_message: usize,
) -> Result<(u64, Vec<Message>), QuicError> {
    todo!()
}

/// A datagram of these messages, oldest first.
pub fn write_datagram<'a>(sequence: u64, messages: impl IntoIterator<Item = &'a Message>) -> Bytes {
    todo!()
}

/// Numbers the messages of an audio track and repeats the last ones.
#[derive(Debug, Default)]
pub struct AudioDatagrams {}

impl AudioDatagrams {
    /// The most previous messages that one datagram repeats.
    pub const MAX_REPEATS: usize = 8;

    /// At the start of a track.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next message's sequence.
    pub fn sequence(&self) -> u64 {
        todo!()
    }

    /// The datagram for this message, with up to `repeats` previous ones as far as `max_size` bytes allow. `None` when not
    /// even the message alone fits: send it as a media stream under the sequence that [`sequence`](Self::sequence) gave
    /// before; it is counted all the same.
    pub fn push(&mut self, message: &Message, repeats: usize, max_size: usize) -> Option<Bytes> {
        todo!()
    }
}
