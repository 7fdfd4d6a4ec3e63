//! Commands of one connection: bytes in, wishes and media out, answers collected.

use super::Fault;
use bytes::Bytes;
use counterpart_shared::rtmp::Message;
use counterpart_shared::rtmp::chunk::{ChunkLimits, ChunkReader, ChunkWriter, Chunks};
use counterpart_shared::session::{ServerOutput, ServerSession, SessionLimits};
use std::collections::VecDeque;
use std::io::{self, IoSlice};
use tokio::io::{AsyncWrite, AsyncWriteExt};

/// Pieces that go into one system call.
const PIECES: usize = 64;

/// The chunk layer and the session of one connection.
///
/// [`push`](Self::push) what was read, then [`next`](Self::next) until `None`; after any call of
/// [`session`](Self::session) again. Answers gather in the output; write it in one go when `next` has
/// nothing more.
#[derive(Debug)]
pub(super) struct Talk {
    session: ServerSession,
    reader: ChunkReader,
    writer: ChunkWriter,
    out: VecDeque<Bytes>,
    /// A message of media of which the first chunks are in the output.
    underway: Option<Chunks>,
}

impl Talk {
    pub(super) fn new() -> Self {
        Self {
            session: ServerSession::new(SessionLimits::default()),
            reader: ChunkReader::new(ChunkLimits::default()),
            writer: ChunkWriter::new(),
            out: VecDeque::new(),
            underway: None,
        }
    }

    /// Takes what was read.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.reader.push(bytes);
    }

    /// What the client wants next. `None` until more is read.
    pub(super) fn next(&mut self) -> Result<Option<ServerOutput>, Fault> {
        loop {
            if let Some(output) = self.poll() {
                return Ok(Some(output));
            }
            let Some(message) = self.reader.next_message()? else {
                break;
            };
            if let Err(fault) = self.session.receive(message) {
                while self.poll().is_some() {}
                return Err(fault.into());
            }
        }
        if let Some(due) = self.reader.acknowledgement() {
            self.writer.write(&due, &mut self.out);
        }
        Ok(None)
    }

    fn poll(&mut self) -> Option<ServerOutput> {
        loop {
            match self.session.poll()? {
                ServerOutput::Send(message) => self.writer.write(&message, &mut self.out),
                output => return Some(output),
            }
        }
    }

    /// To answer.
    pub(super) fn session(&mut self) -> &mut ServerSession {
        &mut self.session
    }

    /// Moves what the session has to say into the output; other outputs cannot follow from what we say.
    pub(super) fn settle(&mut self) {
        while self.poll().is_some() {}
    }

    /// Appends media on a message stream: its first chunk, and the rest by [`go_on`](Self::go_on). While one is under way, another is appended whole.
    pub(super) fn write_media(&mut self, stream_id: u32, message: Message) {
        if self.is_amid() {
            self.writer.write_on(stream_id, &message, &mut self.out);
        } else {
            self.underway = Some(self.writer.begin_on(stream_id, message));
            self.go_on();
        }
    }

    /// Whether there is more of a message of media.
    pub(super) fn is_amid(&self) -> bool {
        self.underway.is_some()
    }

    /// Appends the next chunk of the message that is under way.
    pub(super) fn go_on(&mut self) {
        self.underway.take_if(|chunks| !chunks.write(&mut self.out));
    }

    /// What waits to be written.
    pub(super) fn output(&self) -> &VecDeque<Bytes> {
        &self.out
    }

    /// Bytes that wait to be written.
    pub(super) fn waiting(&self) -> usize {
        self.out.iter().map(Bytes::len).sum()
    }

    /// This many bytes have been written.
    pub(super) fn written(&mut self, mut bytes: usize) {
        while let Some(first) = self.out.front_mut() {
            if bytes < first.len() {
                let _ = first.split_to(bytes);
                return;
            }
            bytes -= first.len();
            self.out.pop_front();
        }
    }

    /// Takes all that waits.
    pub(super) fn take_output(&mut self) -> VecDeque<Bytes> {
        std::mem::take(&mut self.out)
    }
}

/// Writes some of these pieces in one system call. Nothing is lost when the wait is given up.
pub(super) async fn write_some(
    socket: &mut (impl AsyncWrite + Unpin),
    pieces: &VecDeque<Bytes>,
) -> io::Result<usize> {
    let mut slices = [IoSlice::new(&[]); PIECES];
    let count = pieces.len().min(PIECES);
    for (slice, piece) in slices.iter_mut().zip(pieces) {
        *slice = IoSlice::new(piece);
    }
    match socket.write_vectored(&slices[..count]).await {
        Ok(0) => Err(io::ErrorKind::WriteZero.into()),
        other => other,
    }
}
