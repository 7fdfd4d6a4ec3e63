//! Media streams of which some bytes are missing, and parity that stands in for them.

use super::parity::{MAX_COUNT, MAX_LENGTH, SYMBOL};
use super::{MediaStreamReader, Parity, QuicError};
use crate::rtmp::Message;
use bytes::Bytes;
use std::collections::{BTreeMap, VecDeque};
use std::mem;

/// Streams that are remembered after their end, or before their beginning: parity may come later or earlier.
const REMEMBERED: usize = 256;
/// Bytes of a stream beyond its longest message: sequence, headers, a configuration.
const AROUND: usize = 64 * 1024;

/// What comes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovered {
    /// A message and its sequence within its track.
    Message(u64, Message),
    /// Nothing more is needed of this stream: stop it.
    Whole(u64),
    /// This stream cannot be read: stop it.
    Fault(u64, QuicError),
}

/// Puts the pieces of media streams together, in whatever order they come.
///
/// **Driving.** [`chunk`](Self::chunk), [`end`](Self::end) and [`parity`](Self::parity) as they come, then
/// [`poll`](Self::poll) until `None`. Streams are named by their number (see [`Parity`]).
#[derive(Debug)]
pub struct Recovery {
    max_message: usize,
    streams: BTreeMap<u64, Partial>,
    ready: VecDeque<Recovered>,
}

impl Recovery {
    /// For messages of at most this many bytes.
    pub fn new(max_message: usize) -> Self {
        Self {
            max_message,
            streams: BTreeMap::new(),
            ready: VecDeque::new(),
        }
    }

    /// Bytes of a stream.
    pub fn chunk(&mut self, stream: u64, offset: u64, bytes: &[u8]) {
        let max = self.max_message + AROUND;
        let partial = self.partial(stream);
        partial.open = !partial.done;
        let end = offset.saturating_add(bytes.len() as u64);
        let outcome = match usize::try_from(end) {
            Ok(end) if end <= max => partial.take(end - bytes.len(), bytes),
            _ => Err(QuicError::MessageTooLong {
                length: usize::try_from(end).unwrap_or(usize::MAX),
                max,
            }),
        };
        self.settle(stream, outcome);
    }

    /// A stream has ended: with all its bytes, or because its sender has reset it.
    pub fn end(&mut self, stream: u64, whole: bool) {
        let partial = self.partial(stream);
        partial.open = false;
        let outcome = match whole && !partial.done {
            true => partial.reader.finish(),
            false => Ok(()),
        };
        partial.forget();
        if let Err(error) = outcome {
            self.ready.push_back(Recovered::Fault(stream, error));
        }
    }

    /// Nobody reads a stream any more that may come whole another way: parity goes on.
    pub fn leave(&mut self, stream: u64) {
        if let Some(partial) = self.streams.get_mut(&stream) {
            partial.open = false;
            if partial.content.len() > MAX_LENGTH {
                partial.forget();
            }
        }
        self.tidy();
    }

    /// Whether more of this stream is of use.
    pub fn needs(&self, stream: u64) -> bool {
        !self
            .streams
            .get(&stream)
            .is_some_and(|partial| partial.done)
    }

    /// Parity of a stream.
    pub fn parity(&mut self, parity: Parity) {
        let stream = parity.stream;
        let outcome = self.partial(stream).stand_in(parity);
        self.settle(stream, outcome);
        self.tidy();
    }

    /// What comes next.
    pub fn poll(&mut self) -> Option<Recovered> {
        self.ready.pop_front()
    }

    fn partial(&mut self, stream: u64) -> &mut Partial {
        let max_message = self.max_message;
        let new = || Partial::new(max_message);
        self.streams.entry(stream).or_insert_with(new)
    }

    fn settle(&mut self, stream: u64, outcome: Result<(), QuicError>) {
        let Some(partial) = self.streams.get_mut(&stream) else {
            return;
        };
        let outcome = outcome.and_then(|()| partial.restore());
        let messages = partial.messages.drain(..);
        let messages = messages.map(|(sequence, message)| Recovered::Message(sequence, message));
        self.ready.extend(messages);
        if let Err(error) = outcome {
            partial.forget();
            self.ready.push_back(Recovered::Fault(stream, error));
        } else if partial.is_whole() {
            partial.forget();
            self.ready.push_back(Recovered::Whole(stream));
        }
        self.tidy();
    }

    /// Forgets the oldest streams that nobody reads.
    fn tidy(&mut self) {
        while self.streams.len() > REMEMBERED {
            let mut idle = self.streams.iter().filter(|(_, partial)| !partial.open);
            let Some(oldest) = idle.next().map(|(stream, _)| *stream) else {
                return;
            };
            self.streams.remove(&oldest);
        }
    }
}

/// One stream.
#[derive(Debug)]
struct Partial {
    /// Whether somebody reads it.
    open: bool,
    /// Whether it needs nothing more.
    done: bool,
    content: Vec<u8>,
    /// Which bytes of it are there: from, to.
    there: BTreeMap<usize, usize>,
    /// So many are in the reader.
    read: usize,
    reader: MediaStreamReader,
    messages: Vec<(u64, Message)>,
    parity: Option<Symbols>,
}

/// Parity of one stream.
#[derive(Debug)]
struct Symbols {
    length: usize,
    count: usize,
    symbols: BTreeMap<usize, Bytes>,
}

impl Partial {
    fn new(max_message: usize) -> Self {
        Self {
            open: false,
            done: false,
            content: Vec::new(),
            there: BTreeMap::new(),
            read: 0,
            reader: MediaStreamReader::new(max_message),
            messages: Vec::new(),
            parity: None,
        }
    }

    /// Takes bytes that stand in this place.
    fn take(&mut self, offset: usize, bytes: &[u8]) -> Result<(), QuicError> {
        let end = offset + bytes.len();
        if self.done || bytes.is_empty() {
            return Ok(());
        }
        if self.content.len() < end {
            self.content.resize(end, 0);
        }
        self.content[offset..end].copy_from_slice(bytes);
        self.add(offset, end);
        self.advance()
    }

    fn add(&mut self, mut from: usize, mut to: usize) {
        let touching = |(start, end): (&usize, &usize)| (*end >= from).then_some((*start, *end));
        let touching: Vec<_> = self.there.range(..=to).filter_map(touching).collect();
        for (start, end) in touching {
            self.there.remove(&start);
            (from, to) = (from.min(start), to.max(end));
        }
        self.there.insert(from, to);
    }

    /// Reads what is there without a gap.
    fn advance(&mut self) -> Result<(), QuicError> {
        let end = self.there.get(&0).copied().unwrap_or(0);
        if end > self.read {
            self.reader.push(&self.content[self.read..end]);
            self.read = end;
        }
        while let Some(message) = self.reader.next_message()? {
            self.messages.push(message);
        }
        Ok(())
    }

    /// Takes parity; all of one stream must be of the same code.
    fn stand_in(&mut self, parity: Parity) -> Result<(), QuicError> {
        if self.done {
            return Ok(());
        }
        let Parity { length, count, .. } = parity;
        let known = self.parity.get_or_insert_with(|| Symbols {
            length,
            count: count.min(MAX_COUNT),
            symbols: BTreeMap::new(),
        });
        if known.length != length || known.count != count {
            return Err(QuicError::Parity {
                length,
                count,
                first: parity.first,
                bytes: parity.symbols.len(),
            });
        }
        for (place, index) in (0..parity.symbols.len())
            .step_by(SYMBOL)
            .zip(parity.first..)
        {
            let symbol = parity.symbols.slice(place..place + SYMBOL);
            known.symbols.insert(index, symbol);
        }
        Ok(())
    }

    /// Computes what is missing, if there is enough.
    fn restore(&mut self) -> Result<(), QuicError> {
        let Some(parity) = &self.parity else {
            return Ok(());
        };
        let (length, originals) = (parity.length, parity.length.div_ceil(SYMBOL));
        let present = self.present(length);
        if self.done || self.read >= length || present.len() + parity.symbols.len() < originals {
            return Ok(());
        }
        self.content.resize(originals * SYMBOL, 0);
        let symbol = |index: &usize| (*index, &self.content[index * SYMBOL..][..SYMBOL]);
        let extra = parity
            .symbols
            .iter()
            .map(|(index, symbol)| (*index, symbol));
        let restored =
            reed_solomon_simd::decode(originals, parity.count, present.iter().map(symbol), extra);
        let Ok(restored) = restored else {
            return Ok(());
        };
        for (index, symbol) in restored {
            self.content[index * SYMBOL..][..SYMBOL].copy_from_slice(&symbol);
        }
        self.content.truncate(length);
        self.add(0, length);
        self.advance()
    }

    /// The symbols of the stream that are there whole.
    fn present(&self, length: usize) -> Vec<usize> {
        let ranges = self.there.iter();
        let symbols = ranges.flat_map(|(from, to)| {
            let end = if *to >= length {
                length.div_ceil(SYMBOL)
            } else {
                to / SYMBOL
            };
            from.div_ceil(SYMBOL)..end
        });
        symbols.collect()
    }

    fn is_whole(&self) -> bool {
        let length = self.parity.as_ref().map(|parity| parity.length);
        !self.done && length.is_some_and(|length| self.read >= length)
    }

    fn forget(&mut self) {
        (self.done, self.open) = (true, false);
        self.content = Vec::new();
        self.there = BTreeMap::new();
        self.parity = None;
        mem::take(&mut self.messages);
    }
}
