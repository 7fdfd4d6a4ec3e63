//! The media of a page that publishes, from all its sessions.

use bytes::Bytes;
use counterpart_shared::quic::{Gathered, Gathering};
use counterpart_transport::{Collected, clock};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{AbortHandle, JoinSet};
use web_transport_quinn::{RecvStream, Session};

/// Bytes that are read at once.
const READ: usize = 64 * 1024;
/// Pieces of streams and datagrams that wait to be put together. Full, it makes the streams wait.
const PIECES: usize = 256;
/// How often the sender is told what has come, where something is lost and where nothing is.
const LOSING: Duration = Duration::from_millis(100);
const WHOLE: Duration = Duration::from_secs(1);

/// What the sessions bring. Streams are numbered over all of them.
#[derive(Debug)]
enum Piece {
    Datagram(Bytes),
    /// A stream has begun; this ends its reader.
    Begin(u64, AbortHandle),
    Bytes(u64, Bytes),
    /// Whether all bytes have come.
    End(u64, bool),
    /// A further session brings some from now on.
    Further,
}

/// Where sessions bring their media.
#[derive(Debug, Clone)]
pub(super) struct Pieces {
    to: mpsc::Sender<Piece>,
    next: Arc<AtomicU64>,
}

/// What has come so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Come {
    /// How many datagrams of sound were to come.
    pub(super) expected: u64,
    /// How many of them did not.
    pub(super) missing: u64,
    /// Whether a further session brings media beside the first one.
    pub(super) further: bool,
}

/// Puts together what is brought until nobody takes it any more. Messages have at most `max_message` bytes.
pub(super) fn gather(
    max_message: usize,
    to: mpsc::Sender<Collected>,
) -> (Pieces, watch::Receiver<Come>, JoinSet<()>) {
    let (sender, pieces) = mpsc::channel(PIECES);
    let (report, reports) = watch::channel(Come::default());
    let gatherer = Gatherer {
        gathering: Gathering::new(max_message),
        readers: HashMap::new(),
        to,
    };
    let mut task = JoinSet::new();
    task.spawn(async move {
        let _ = gatherer.run(pieces, report).await;
    });
    let next = Arc::default();
    (Pieces { to: sender, next }, reports, task)
}

impl Pieces {
    /// Brings the media of a session until that ends or the set is dropped.
    pub(super) fn bring(&self, session: Session) -> JoinSet<()> {
        let mut bearer = JoinSet::new();
        bearer.spawn(self.clone().datagrams(session.clone()));
        bearer.spawn(self.clone().streams(session));
        bearer
    }

    /// A further session begins to bring its media.
    pub(super) async fn further(&self) {
        let _ = self.to.send(Piece::Further).await;
    }

    /// Waits until nobody takes any more.
    pub(super) async fn closed(&self) {
        self.to.closed().await;
    }

    async fn datagrams(self, session: Session) {
        while let Ok(datagram) = session.read_datagram().await {
            if self.to.send(Piece::Datagram(datagram)).await.is_err() {
                return;
            }
        }
    }

    async fn streams(self, session: Session) {
        let mut readers = JoinSet::new();
        loop {
            tokio::select! {
                stream = session.accept_uni() => match stream {
                    Ok(stream) => {
                        let number = self.next.fetch_add(1, Ordering::Relaxed);
                        let (go, begun) = oneshot::channel();
                        let pieces = self.clone();
                        let reader = readers.spawn(async move {
                            if begun.await.is_ok() {
                                pieces.stream(stream, number).await;
                            }
                        });
                        if self.to.send(Piece::Begin(number, reader)).await.is_err() {
                            return;
                        }
                        // Its bytes come behind its beginning.
                        let _ = go.send(());
                    }
                    Err(_) => break,
                },
                Some(_) = readers.join_next() => {}
            }
        }
        while readers.join_next().await.is_some() {}
    }

    /// Reads one stream to its end. Dropped before, it stops the stream.
    async fn stream(self, mut stream: RecvStream, number: u64) {
        loop {
            let piece = match stream.read_chunk(READ, true).await {
                Ok(Some(chunk)) => Piece::Bytes(number, chunk.bytes),
                Ok(None) => Piece::End(number, true),
                Err(_) => Piece::End(number, false),
            };
            let ends = matches!(piece, Piece::End(..));
            if self.to.send(piece).await.is_err() || ends {
                return;
            }
        }
    }
}

struct Gatherer {
    gathering: Gathering,
    /// Of the streams that have not ended.
    readers: HashMap<u64, AbortHandle>,
    to: mpsc::Sender<Collected>,
}

impl Gatherer {
    async fn run(
        mut self,
        mut pieces: mpsc::Receiver<Piece>,
        report: watch::Sender<Come>,
    ) -> Option<()> {
        let mut reported = clock::now();
        while let Some(piece) = pieces.recv().await {
            if matches!(piece, Piece::Further) {
                report.send_modify(|come| come.further = true);
                continue;
            }
            self.take(piece).await?;
            self.give().await?;
            let (expected, missing) = self.gathering.received();
            let loses = missing != report.borrow().missing;
            if clock::since(reported) > if loses { LOSING } else { WHOLE } {
                reported = clock::now();
                report.send_modify(|come| (come.expected, come.missing) = (expected, missing));
            }
        }
        None
    }

    async fn take(&mut self, piece: Piece) -> Option<()> {
        match piece {
            Piece::Begin(stream, reader) => drop(self.readers.insert(stream, reader)),
            // What was read before it was stopped is of no use any more.
            Piece::Bytes(stream, bytes) if self.readers.contains_key(&stream) => {
                self.gathering.chunk(stream, &bytes);
            }
            Piece::End(stream, whole) if self.readers.remove(&stream).is_some() => {
                self.gathering.end(stream, whole);
            }
            Piece::Bytes(..) | Piece::End(..) | Piece::Further => {}
            Piece::Datagram(datagram) => {
                if let Err(fault) = self.gathering.datagram(&datagram) {
                    self.to.send(Collected::Fault(fault)).await.ok()?;
                }
            }
        }
        Some(())
    }

    /// Hands over what has become whole, and stops the streams that need nothing more.
    async fn give(&mut self) -> Option<()> {
        while let Some(gathered) = self.gathering.poll() {
            match gathered {
                Gathered::Message(sequence, message) => {
                    let message = Collected::Message(sequence, message);
                    self.to.send(message).await.ok()?;
                }
                Gathered::Whole(stream) => self.stop(stream),
                Gathered::Fault(stream, fault) => {
                    self.stop(stream);
                    self.to.send(Collected::Fault(fault)).await.ok()?;
                }
            }
        }
        Some(())
    }

    fn stop(&mut self, stream: u64) {
        if let Some(reader) = self.readers.remove(&stream) {
            reader.abort();
            self.gathering.end(stream, false);
        }
    }
}
