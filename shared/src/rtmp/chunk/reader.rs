//! Bytes to messages.

use super::ChunkError;
use super::assembly::ChunkStream;
use super::header::{Header, MAX_HEADER, Scan, scan};
use crate::rtmp::{Control, Message, MessageKind};
use std::collections::VecDeque;
use std::mem;

/// The window of a peer that sets none.
const WINDOW: u32 = 2_500_000;

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
/// if there is one. Each payload byte is copied once, from the argument of `push` into its message;
/// only a message of more than 64 KiB may be moved while it grows.
///
/// Set Chunk Size, Abort and Window Acknowledgement Size concern the chunks only: they are obeyed here and not given out.
#[derive(Debug)]
pub struct ChunkReader {
    limits: ChunkLimits,
    chunk_size: usize,
    streams: Vec<ChunkStream>,
    state: State,
    /// The bytes of the header so far, or of an extended timestamp that may be none.
    held: Vec<u8>,
    ready: VecDeque<Message>,
    fault: Option<ChunkError>,
    buffered: usize,
    received: u64,
    acknowledged: u64,
    window: u32,
}

/// What the next byte belongs to; `at` is the place in `streams`.
#[derive(Debug, Clone, Copy)]
enum State {
    Header,
    /// A type-3 header has ended on a chunk stream with extended timestamps.
    Extended {
        at: usize,
    },
    Payload {
        at: usize,
        left: usize,
    },
}

impl ChunkReader {
    /// At the start of a byte stream (after the handshake, where there is one), with chunks of 128 bytes.
    pub fn new(limits: ChunkLimits) -> Self {
        Self {
            limits,
            chunk_size: 128,
            streams: Vec::new(),
            state: State::Header,
            held: Vec::with_capacity(MAX_HEADER),
            ready: VecDeque::new(),
            fault: None,
            buffered: 0,
            received: 0,
            acknowledged: 0,
            window: WINDOW,
        }
    }

    /// Takes these bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.received += bytes.len() as u64;
        if self.fault.is_none() {
            self.fault = self.feed(bytes).err();
        }
    }

    /// The next whole message.
    ///
    /// # Errors
    /// See [`ChunkError`].
    pub fn next_message(&mut self) -> Result<Option<Message>, ChunkError> {
        match (self.ready.pop_front(), &self.fault) {
            (Some(message), _) => Ok(Some(message)),
            (None, Some(fault)) => Err(fault.clone()),
            (None, None) => Ok(None),
        }
    }

    /// The Acknowledgement that is due (§5.4.3): at half the peer's window, so that a peer which waits for it never
    /// stands still. Peers that set no window get one every 1.25 MB, because some wait for it all the same.
    pub fn acknowledgement(&mut self) -> Option<Message> {
        let due = u64::from(self.window / 2).max(1);
        if self.window == 0 || self.received - self.acknowledged < due {
            return None;
        }
        self.acknowledged = self.received;
        Some(Control::Acknowledgement(self.received as u32).to_message())
    }

    /// Bytes pushed so far.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Bytes that partial messages hold.
    pub fn buffered(&self) -> usize {
        self.buffered
    }

    #[cfg(test)]
    pub(super) fn allocated(&self) -> usize {
        self.streams.iter().map(ChunkStream::allocated).sum()
    }

    fn feed(&mut self, mut bytes: &[u8]) -> Result<(), ChunkError> {
        while !bytes.is_empty() {
            bytes = match self.state {
                State::Header => self.take_header(bytes)?,
                State::Extended { at } => self.take_extended(at, bytes)?,
                State::Payload { at, left } => self.take_payload(at, left, bytes)?,
            };
        }
        Ok(())
    }

    fn take_header<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], ChunkError> {
        let mut rest = bytes;
        loop {
            match scan(&self.held) {
                Scan::Needs(length) => {
                    let missing = length - self.held.len();
                    let (taken, left) = rest.split_at(missing.min(rest.len()));
                    self.held.extend_from_slice(taken);
                    rest = left;
                    if taken.len() < missing {
                        return Ok(rest);
                    }
                }
                Scan::Whole(header) => {
                    self.held.clear();
                    self.begin_chunk(&header)?;
                    return Ok(rest);
                }
            }
        }
    }

    fn begin_chunk(&mut self, header: &Header) -> Result<(), ChunkError> {
        let at = self.place(header)?;
        let stream = &mut self.streams[at];
        stream.apply(header, self.limits.max_message)?;
        if header.format() == 3 && stream.is_extended() {
            self.state = State::Extended { at };
            return Ok(());
        }
        self.begin_payload(at)
    }

    fn place(&mut self, header: &Header) -> Result<usize, ChunkError> {
        let csid = header.csid;
        if let Some(at) = self.streams.iter().position(|stream| stream.csid() == csid) {
            return Ok(at);
        }
        let max = self.limits.max_chunk_streams;
        if self.streams.len() >= max {
            return Err(ChunkError::TooManyChunkStreams { csid, max });
        }
        self.streams.push(ChunkStream::new(csid));
        Ok(self.streams.len() - 1)
    }

    /// §5.3.1.3 wants the extended timestamp in type-3 chunks too, but not all peers repeat it: what does not look like
    /// it is payload.
    fn take_extended<'a>(&mut self, at: usize, bytes: &'a [u8]) -> Result<&'a [u8], ChunkError> {
        let (byte, rest) = bytes.split_at(1);
        self.held.extend_from_slice(byte);
        let repeats = self.streams[at].repeats_time(&self.held);
        if repeats && self.held.len() < 4 {
            return Ok(rest);
        }
        let held = mem::take(&mut self.held);
        self.begin_payload(at)?;
        if !repeats {
            self.feed(&held)?;
        }
        Ok(rest)
    }

    fn begin_payload(&mut self, at: usize) -> Result<(), ChunkError> {
        let left = self.streams[at].missing().min(self.chunk_size);
        self.state = State::Payload { at, left };
        self.end_payload(at, left)
    }

    fn take_payload<'a>(
        &mut self,
        at: usize,
        left: usize,
        bytes: &'a [u8],
    ) -> Result<&'a [u8], ChunkError> {
        let (taken, rest) = bytes.split_at(left.min(bytes.len()));
        self.buffered += taken.len();
        if self.buffered > self.limits.max_buffered {
            return Err(ChunkError::TooMuchBuffered {
                buffered: self.buffered,
                max: self.limits.max_buffered,
            });
        }
        self.streams[at].extend(taken);
        self.end_payload(at, left - taken.len())?;
        Ok(rest)
    }

    fn end_payload(&mut self, at: usize, left: usize) -> Result<(), ChunkError> {
        if left > 0 {
            self.state = State::Payload { at, left };
            return Ok(());
        }
        self.state = State::Header;
        match self.streams[at].complete() {
            Some(message) => self.take_message(message),
            None => Ok(()),
        }
    }

    fn take_message(&mut self, message: Message) -> Result<(), ChunkError> {
        use MessageKind::{Abort, SetChunkSize, WindowAcknowledgementSize};
        self.buffered -= message.payload.len();
        if !matches!(
            message.kind,
            SetChunkSize | Abort | WindowAcknowledgementSize
        ) {
            self.ready.push_back(message);
            return Ok(());
        }
        match Control::from_message(&message)? {
            Some(Control::SetChunkSize(size)) => self.set_chunk_size(size)?,
            Some(Control::Abort(csid)) => self.abort(csid),
            Some(Control::WindowAcknowledgementSize(window)) => self.window = window,
            _ => unreachable!("the kind was one of these three"),
        }
        Ok(())
    }

    fn set_chunk_size(&mut self, size: u32) -> Result<(), ChunkError> {
        let max = self.limits.max_chunk;
        if !(1..=max).contains(&size) {
            return Err(ChunkError::ChunkSize { size, max });
        }
        self.chunk_size = size as usize;
        Ok(())
    }

    fn abort(&mut self, csid: u32) {
        let stream = self.streams.iter_mut().find(|stream| stream.csid() == csid);
        self.buffered -= stream.map_or(0, ChunkStream::abort);
    }
}
