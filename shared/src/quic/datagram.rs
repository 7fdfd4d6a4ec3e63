//! Datagrams: audio that is not sent again when it is lost, but may be sent ahead again with the next.
//!
//! A datagram has the bytes of a whole media stream: the sequence of its *oldest* message, then the messages oldest
//! first, so that the newest, the one it was sent for, is the last.

use super::stream::Belonging;
use super::{MAX_VARINT, QuicError, read_varint, write_varint};
use crate::rtmp::Message;
use crate::rtmp::chunk::header::{Header, Scan, full_size, scan, write_full};
use bytes::{Buf, BufMut, Bytes, BytesMut};
use std::collections::VecDeque;

/// The sequence of the first message, and the messages, whose payloads share the datagram.
///
/// # Errors
/// See [`QuicError`].
pub fn read_datagram(
    datagram: &Bytes,
    max_message: usize,
) -> Result<(u64, Vec<Message>), QuicError> {
    let held = datagram.len();
    let (sequence, length) = read_varint(datagram).ok_or(QuicError::Truncated { held })?;
    let mut rest = datagram.slice(length..);
    let mut messages = Vec::new();
    let mut of = None;
    while messages.is_empty() || !rest.is_empty() {
        if sequence + messages.len() as u64 > MAX_VARINT {
            return Err(QuicError::SequenceOverflow(MAX_VARINT));
        }
        let Scan::Whole(header) = scan(&rest) else {
            return Err(QuicError::Truncated { held: rest.len() });
        };
        of = Some(Belonging::check(&header, of)?);
        messages.push(take_message(&header, &mut rest, max_message)?);
    }
    Ok((sequence, messages))
}

fn take_message(header: &Header, rest: &mut Bytes, max: usize) -> Result<Message, QuicError> {
    let (Some(time), Some(body), Some(stream_id)) = (header.time, header.body, header.stream_id)
    else {
        let format = header.format();
        return Err(QuicError::Format { format });
    };
    let length = body.length;
    if length > max {
        return Err(QuicError::MessageTooLong { length, max });
    }
    let held = rest.len();
    rest.advance(header.size);
    if rest.len() < length {
        return Err(QuicError::Truncated { held });
    }
    Ok(Message {
        kind: body.kind,
        stream_id,
        timestamp: time.value,
        payload: rest.split_to(length),
    })
}

/// A datagram of these messages, oldest first.
///
/// # Panics
/// When a payload has 16 MiB or more, or the sequence exceeds [`MAX_VARINT`](super::MAX_VARINT).
pub fn write_datagram<'a>(sequence: u64, messages: impl IntoIterator<Item = &'a Message>) -> Bytes {
    let mut out = BytesMut::new();
    write_varint(sequence, &mut out);
    for message in messages {
        write_full(message, message.stream_id, &mut out);
        out.put_slice(&message.payload);
    }
    out.freeze()
}

/// Numbers the messages of an audio track and repeats the last ones.
#[derive(Debug, Default)]
pub struct AudioDatagrams {
    sequence: u64,
    /// The last messages, oldest first.
    last: VecDeque<Message>,
    /// How many of them the last datagram has.
    fitted: usize,
}

impl AudioDatagrams {
    /// The most previous messages that one datagram repeats.
    pub const MAX_REPEATS: usize = 14;

    /// At the start of a track.
    pub fn new() -> Self {
        Self::default()
    }

    /// The next message's sequence.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The datagram for this message, with up to `repeats` previous ones as far as `max_size` bytes allow. `None` when not
    /// even the message alone fits: send it as a media stream under the sequence that [`sequence`](Self::sequence) gave
    /// before; it is counted all the same.
    pub fn push(&mut self, message: &Message, repeats: usize, max_size: usize) -> Option<Bytes> {
        if self.last.len() > Self::MAX_REPEATS {
            self.last.pop_front();
        }
        self.last.push_back(message.clone());
        self.sequence += 1;
        self.fitted = self.fitting(0, repeats.saturating_add(1), max_size);
        self.datagram(0, self.fitted)
    }

    /// What the last [`push`](Self::push) should have repeated too and had no room for, as far as one more datagram has.
    pub fn rest(&self, repeats: usize, max_size: usize) -> Option<Bytes> {
        let wanted = repeats.saturating_add(1).min(self.last.len());
        let missing = wanted.checked_sub(self.fitted)?;
        let newer = self.fitted;
        self.datagram(newer, self.fitting(newer, missing, max_size))
    }

    /// `count` messages, behind which there are `newer` ones.
    fn datagram(&self, newer: usize, count: usize) -> Option<Bytes> {
        let end = self.last.len() - newer;
        let first = self.sequence - (newer + count) as u64;
        (count > 0).then(|| write_datagram(first, self.last.range(end - count..end)))
    }

    /// How many messages before the `newer` ones, at most `count`, fit into `max_size` bytes behind the longest sequence.
    fn fitting(&self, newer: usize, count: usize, max_size: usize) -> usize {
        let newest_first = self.last.iter().rev().skip(newer).take(count);
        let ends = newest_first.scan(8, |end, message| {
            *end += full_size(message) + message.payload.len();
            Some(*end)
        });
        ends.take_while(|end| *end <= max_size).count()
    }
}
