//! What a publisher's TCP socket takes.

use super::Event;
use super::valve::{Room, Valve};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Instant;
use tokio::io::AsyncWrite;
use tokio::sync::mpsc;

/// A socket that tells the publisher to make no pictures while it takes nothing, and fewer bits when that lasts. It holds little that is
/// unsent, so it takes nothing when the path does not take what is given.
#[derive(Debug)]
pub(super) struct Gauge<W> {
    socket: W,
    valve: Valve,
    waits: bool,
    events: mpsc::Sender<Event>,
}

impl<W> Gauge<W> {
    pub(super) fn new(socket: W, room: Room, events: mpsc::Sender<Event>) -> Self {
        Self {
            socket,
            valve: Valve::new(room),
            waits: false,
            events,
        }
    }

    fn look(&mut self, is_full: bool, now: Instant) {
        if let Some(limit) = self.valve.look_at(is_full, now) {
            // When so many events wait he will hear of it later.
            let _ = self.events.try_send(Event::Room(limit));
        }
    }
}

impl<W: AsyncWrite + Unpin> AsyncWrite for Gauge<W> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(context, bytes);
        let now = Instant::now();
        if written.is_pending() {
            self.waits = true;
            self.look(true, now);
        }
        let count = ready!(written)?;
        self.valve.count(count, now);
        let waited = std::mem::take(&mut self.waits);
        self.look(waited, now);
        if waited {
            self.valve.reopen();
        }
        Poll::Ready(Ok(count))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn while_nothing_is_taken_no_picture_is_made() {
        let (near, mut far) = tokio::io::duplex(1_000);
        let (events, _heard) = mpsc::channel(4);
        let room = Room::default();
        let mut socket = Gauge::new(near, room.clone(), events);
        socket.write_all(&[0; 900]).await.expect("it is taken");
        assert!(room.is_there());
        let writing = tokio::spawn(async move {
            socket.write_all(&[0; 900]).await.expect("it is taken");
            socket
        });
        while room.is_there() {
            tokio::task::yield_now().await;
        }
        far.read_exact(&mut [0; 1_800]).await.expect("it came");
        writing.await.expect("it was written");
        assert!(
            room.is_there(),
            "who sends nothing else would wait for ever"
        );
    }
}
