//! The media that come on a connection: streams in pieces, datagrams, parity.

use bytes::Bytes;
use counterpart_shared::quic::{Parity, QuicError, Recovered, Recovery, read_datagram};
use counterpart_shared::rtmp::Message;
use quinn::{Connection, ConnectionError, RecvStream};
use std::collections::HashMap;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};

/// Bytes that are read from a stream at a time.
const READ: usize = 64 * 1024;
/// Pieces of streams that wait to be put together. Full, it makes the streams wait.
const PIECES: usize = 256;

/// What comes out.
#[derive(Debug)]
pub enum Collected {
    /// A message and its sequence within its track.
    Message(u64, Message),
    /// A stream or a datagram that cannot be read; it is left out.
    Fault(QuicError),
}

/// What a stream brings.
enum Piece {
    Bytes(u64, quinn::Chunk),
    /// Whether all bytes have come.
    End(u64, bool),
}

/// Collects until the connection ends or nobody takes any more. Messages have at most `max_message` bytes.
pub async fn collect(
    connection: Connection,
    max_message: usize,
    to: mpsc::Sender<Collected>,
) -> Option<ConnectionError> {
    let mut collector = Collector {
        max_message,
        recovery: Recovery::new(max_message),
        readers: JoinSet::new(),
        open: HashMap::new(),
        to,
    };
    let (sender, mut pieces) = mpsc::channel(PIECES);
    loop {
        tokio::select! {
            Some(piece) = pieces.recv() => collector.piece(piece),
            datagram = connection.read_datagram() => match datagram {
                Ok(datagram) => collector.datagram(&datagram).await?,
                Err(error) => return Some(error),
            },
            stream = connection.accept_uni() => match stream {
                Ok(stream) => collector.read(stream, sender.clone()),
                Err(error) => return Some(error),
            },
            Some(_) = collector.readers.join_next() => {}
            () = collector.to.closed() => return None,
        }
        collector.give().await?;
    }
}

struct Collector {
    max_message: usize,
    recovery: Recovery,
    readers: JoinSet<()>,
    /// The readers' streams.
    open: HashMap<u64, AbortHandle>,
    to: mpsc::Sender<Collected>,
}

impl Collector {
    fn read(&mut self, stream: RecvStream, pieces: mpsc::Sender<Piece>) {
        let number = stream.id().index();
        let reader = self.readers.spawn(read(stream, number, pieces));
        self.open.insert(number, reader);
    }

    fn piece(&mut self, piece: Piece) {
        match piece {
            Piece::Bytes(stream, chunk) => self.recovery.chunk(stream, chunk.offset, &chunk.bytes),
            Piece::End(stream, whole) => {
                self.open.remove(&stream);
                self.recovery.end(stream, whole);
            }
        }
    }

    async fn datagram(&mut self, datagram: &Bytes) -> Option<()> {
        let fault = match Parity::read(datagram) {
            Ok(Some(parity)) => {
                self.recovery.parity(parity);
                return Some(());
            }
            Ok(None) => match read_datagram(datagram, self.max_message) {
                Ok((first, messages)) => {
                    for (sequence, message) in (first..).zip(messages) {
                        self.to
                            .send(Collected::Message(sequence, message))
                            .await
                            .ok()?;
                    }
                    return Some(());
                }
                Err(fault) => fault,
            },
            Err(fault) => fault,
        };
        self.to.send(Collected::Fault(fault)).await.ok()
    }

    /// Hands over what has become whole. A stream that needs nothing more is stopped by dropping it, so that its sender does not send
    /// the rest again.
    async fn give(&mut self) -> Option<()> {
        while let Some(recovered) = self.recovery.poll() {
            match recovered {
                Recovered::Message(sequence, message) => {
                    self.to
                        .send(Collected::Message(sequence, message))
                        .await
                        .ok()?;
                }
                Recovered::Whole(stream) => self.stop(stream),
                Recovered::Fault(stream, fault) => {
                    self.stop(stream);
                    self.to.send(Collected::Fault(fault)).await.ok()?;
                }
            }
        }
        Some(())
    }

    fn stop(&mut self, stream: u64) {
        if let Some(reader) = self.open.remove(&stream) {
            reader.abort();
        }
    }
}

/// Reads one stream, each piece as it comes.
async fn read(mut stream: RecvStream, number: u64, pieces: mpsc::Sender<Piece>) {
    loop {
        let piece = match stream.read_chunk(READ, false).await {
            Ok(Some(chunk)) => Piece::Bytes(number, chunk),
            Ok(None) => Piece::End(number, true),
            Err(_) => Piece::End(number, false),
        };
        let ends = matches!(piece, Piece::End(..));
        if pieces.send(piece).await.is_err() || ends {
            return;
        }
    }
}
