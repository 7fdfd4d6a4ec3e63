//! The media of a WebTransport session: streams that have no numbers, and datagrams.

use super::{Parity, QuicError, Recovered, Recovery, Track, read_datagram, read_varint};
use crate::rtmp::Message;
use bytes::{Bytes, BytesMut};
use std::collections::{BTreeMap, VecDeque};

/// Bytes of a stream behind its sequence until the kind of its first message is known: one of the chunk's header, three of its time, three of its
/// length, and the kind (RTMP 1.0 §5.3.1.2.1).
const UP_TO_KIND: usize = 8;

/// Bytes of streams that have not ended, all together: more than any sender has under way.
const MOST_PENDING: u64 = 64 << 20;

/// What comes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gathered {
    /// A message and its sequence within its track.
    Message(u64, Message),
    /// Nothing more is needed of this stream: stop it.
    Whole(u64),
    /// This stream cannot be read: stop it.
    Fault(u64, QuicError),
}

/// Puts the streams and datagrams of a stream's sender together, from however many sessions they come.
///
/// A page sees no number of a WebTransport stream, and its streams in order only. So parity names the pictures' stream by the sequence of
/// its first message, and the holder numbers all streams himself, as he likes.
///
/// **Driving.** [`chunk`](Self::chunk), [`end`](Self::end) and [`datagram`](Self::datagram) as they come, then [`poll`](Self::poll) until `None`.
#[derive(Debug)]
pub struct Gathering {
    max_message: usize,
    recovery: Recovery,
    open: BTreeMap<u64, Open>,
    /// Bytes of the streams that have not ended.
    pending: u64,
    ready: VecDeque<Gathered>,
    sound: Sound,
}

/// Datagrams of sound, each of which is sent for the newest message in it.
#[derive(Debug, Default)]
struct Sound {
    /// The first and the last one.
    span: Option<(u64, u64)>,
    came: u64,
}

/// A stream that has not ended.
#[derive(Debug, Default)]
struct Open {
    /// What came before it was known what it is.
    head: BytesMut,
    /// How the recovery knows it.
    key: Option<u64>,
    /// Bytes that the recovery has.
    taken: u64,
}

impl Gathering {
    /// For messages of at most this many bytes.
    pub fn new(max_message: usize) -> Self {
        Self {
            max_message,
            recovery: Recovery::new(max_message),
            open: BTreeMap::new(),
            pending: 0,
            ready: VecDeque::new(),
            sound: Sound::default(),
        }
    }

    /// The next bytes of a stream.
    pub fn chunk(&mut self, stream: u64, bytes: &[u8]) {
        let open = self.open.entry(stream).or_default();
        if open.key.is_some() {
            return self.take(stream, bytes);
        }
        open.head.extend_from_slice(bytes);
        let Some((sequence, size)) = read_varint(&open.head) else {
            return;
        };
        let Some(kind) = open.head.get(size + UP_TO_KIND - 1) else {
            return;
        };
        open.key = Some(match Track::of((*kind).into()) {
            Some(Track::Video) => picture(sequence),
            _ => other(stream),
        });
        self.flush(stream);
    }

    /// A stream has ended: with all its bytes, or because its sender has reset it.
    pub fn end(&mut self, stream: u64, whole: bool) {
        if whole
            && self
                .open
                .get(&stream)
                .is_some_and(|open| open.key.is_none())
        {
            self.flush(stream);
        }
        let key = self.open.get(&stream).and_then(|open| open.key);
        match (key, whole) {
            (Some(key), true) => self.recovery.end(key, true),
            (Some(key), false) => self.recovery.leave(key),
            (None, _) => {}
        }
        self.settle();
        if let Some(open) = self.open.remove(&stream) {
            self.pending -= open.taken;
        }
    }

    /// A datagram: messages, or parity of a stream of pictures.
    ///
    /// # Errors
    /// See [`QuicError`].
    pub fn datagram(&mut self, datagram: &Bytes) -> Result<(), QuicError> {
        match Parity::read(datagram)? {
            Some(parity) => {
                let stream = picture(parity.stream);
                self.recovery.parity(Parity { stream, ..parity });
                self.settle();
            }
            None => {
                let (first, messages) = read_datagram(datagram, self.max_message)?;
                self.sound.take(first + messages.len() as u64 - 1);
                let messages = (first..).zip(messages);
                self.ready.extend(
                    messages.map(|(sequence, message)| Gathered::Message(sequence, message)),
                );
            }
        }
        Ok(())
    }

    /// How many datagrams of sound were to come so far, as their sequences show, and how many of them did not.
    pub fn received(&self) -> (u64, u64) {
        let expected = self.sound.span.map_or(0, |(first, last)| last - first + 1);
        (expected, expected.saturating_sub(self.sound.came))
    }

    /// What comes next.
    pub fn poll(&mut self) -> Option<Gathered> {
        self.ready.pop_front()
    }

    /// Gives the recovery what was held back.
    fn flush(&mut self, stream: u64) {
        let Some(open) = self.open.get_mut(&stream) else {
            return;
        };
        open.key.get_or_insert(other(stream));
        let head = open.head.split();
        self.take(stream, &head);
    }

    fn take(&mut self, stream: u64, bytes: &[u8]) {
        let Some(open) = self.open.get_mut(&stream) else {
            return;
        };
        let Some(key) = open.key else {
            return;
        };
        let offset = open.taken;
        open.taken += bytes.len() as u64;
        self.pending += bytes.len() as u64;
        if self.pending > MOST_PENDING {
            let length = usize::try_from(self.pending).unwrap_or(usize::MAX);
            let max = MOST_PENDING as usize;
            let error = QuicError::MessageTooLong { length, max };
            self.ready.push_back(Gathered::Fault(stream, error));
        } else if self.recovery.needs(key) {
            self.recovery.chunk(key, offset, bytes);
        } else {
            self.ready.push_back(Gathered::Whole(stream));
        }
        self.settle();
    }

    /// Takes what the recovery has to tell.
    fn settle(&mut self) {
        while let Some(recovered) = self.recovery.poll() {
            match recovered {
                Recovered::Message(sequence, message) => {
                    self.ready.push_back(Gathered::Message(sequence, message));
                }
                Recovered::Whole(key) => {
                    let open = self.open.iter().filter(|(_, open)| open.key == Some(key));
                    self.ready
                        .extend(open.map(|(stream, _)| Gathered::Whole(*stream)));
                }
                Recovered::Fault(key, error) => {
                    let mut open = self.open.iter();
                    let faulty = open.find(|(_, open)| open.key == Some(key));
                    // Without one it was parity alone, and is missed by its sequence.
                    let fault = faulty.map(|(stream, _)| Gathered::Fault(*stream, error));
                    self.ready.extend(fault);
                }
            }
        }
    }
}

impl Sound {
    fn take(&mut self, newest: u64) {
        let (first, last) = self.span.unwrap_or((newest, newest));
        self.span = Some((first.min(newest), last.max(newest)));
        self.came += 1;
    }
}

/// How the recovery knows a stream of pictures.
fn picture(sequence: u64) -> u64 {
    sequence * 2
}

/// How it knows another one.
fn other(stream: u64) -> u64 {
    stream * 2 + 1
}
