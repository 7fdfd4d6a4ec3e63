//! Media from a node: streams and datagrams, back into order.

use super::control::Wish;
use super::{CarryError, Event};
use counterpart_shared::quic::{
    MediaStreamReader, QuicError, Track, TrackLimits, TrackOutput, TrackReceiver, read_datagram,
};
use counterpart_shared::rtmp::Message;
use quinn::{Connection, RecvStream};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Bytes of the longest message that is taken: bounds what one picture can cost.
const MAX_MESSAGE: usize = 4 << 20;

/// Bytes that are read from a stream at a time.
const READ: usize = 64 * 1024;

/// A message and its sequence, from whatever carried it.
type Arrival = (u64, Message);

/// Receives until the connection or the holder ends.
pub(super) async fn run(
    connection: Connection,
    events: mpsc::Sender<Event>,
    wisher: mpsc::WeakSender<Wish>,
) {
    let mut receiver = Receiver::new(&connection, events, wisher);
    if let Err(error) = receiver.receive(&connection).await {
        let _ = receiver.events.send(Event::Failed(error)).await;
    }
}

struct Receiver {
    start: Instant,
    tracks: [(Track, TrackReceiver); 3],
    events: mpsc::Sender<Event>,
    wisher: mpsc::WeakSender<Wish>,
}

impl Receiver {
    fn new(
        connection: &Connection,
        events: mpsc::Sender<Event>,
        wisher: mpsc::WeakSender<Wish>,
    ) -> Self {
        let limits = |track| limits(track, connection.rtt());
        let tracks = [Track::Video, Track::Audio, Track::Data]
            .map(|track| (track, TrackReceiver::new(track, limits(track))));
        Self {
            start: Instant::now(),
            tracks,
            events,
            wisher,
        }
    }

    async fn receive(&mut self, connection: &Connection) -> Result<(), CarryError> {
        let (arrive, mut arrivals) = mpsc::channel::<Arrival>(256);
        let mut streams = JoinSet::new();
        loop {
            tokio::select! {
                Some(arrival) = arrivals.recv() => self.push(arrival),
                datagram = connection.read_datagram() => {
                    let (first, messages) = read_datagram(&datagram?, MAX_MESSAGE)?;
                    (first..).zip(messages).for_each(|arrival| self.push(arrival));
                }
                stream = connection.accept_uni() => {
                    streams.spawn(read_stream(stream?, arrive.clone()));
                }
                Some(ended) = streams.join_next() => {
                    if let Ok(Err(error)) = ended {
                        return Err(error.into());
                    }
                }
                () = tokio::time::sleep_until(self.deadline()) => {}
                () = self.events.closed() => return Ok(()),
            }
            if self.give().await.is_err() {
                return Ok(());
            }
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).expect("a connection ends before the sun")
    }

    fn deadline(&self) -> Instant {
        let first = self.tracks.iter().filter_map(|(_, track)| track.deadline());
        let wait = first.min().unwrap_or_else(|| self.now() + 1000);
        // Milliseconds are rounded down here and there: one more, or it would spin for the rest of one.
        self.start + Duration::from_millis(wait.saturating_add(1))
    }

    fn push(&mut self, (sequence, message): Arrival) {
        let now = self.now();
        let kind = Track::of(message.kind);
        let track = self
            .tracks
            .iter_mut()
            .find(|(track, _)| Some(*track) == kind);
        if let Some((_, track)) = track {
            track.push(sequence, message, now);
        }
    }

    /// Hands over what is in order.
    async fn give(&mut self) -> Result<(), mpsc::error::SendError<Event>> {
        let now = self.now();
        for (kind, track) in &mut self.tracks {
            while let Some(output) = track.poll(now) {
                let event = match output {
                    TrackOutput::Message { message, .. } => Event::Media(message),
                    TrackOutput::Gap { from, to } => Event::Gap {
                        track: *kind,
                        messages: to - from,
                    },
                    TrackOutput::KeyframeRequest => {
                        if let Some(wishes) = self.wisher.upgrade() {
                            let _ = wishes.try_send(Wish::Keyframe);
                        }
                        continue;
                    }
                };
                self.events.send(event).await?;
            }
        }
        Ok(())
    }
}

/// Reads one stream. A reset is no fault: what was on it will be missed by its sequence.
async fn read_stream(
    mut stream: RecvStream,
    arrive: mpsc::Sender<Arrival>,
) -> Result<(), QuicError> {
    let mut reader = MediaStreamReader::new(MAX_MESSAGE);
    loop {
        match stream.read_chunk(READ, true).await {
            Ok(Some(chunk)) => reader.push(&chunk.bytes),
            Ok(None) => return reader.finish(),
            Err(_) => return Ok(()),
        }
        while let Some(arrival) = reader.next_message()? {
            if arrive.send(arrival).await.is_err() {
                return Ok(());
            }
        }
    }
}

/// A lost packet of a picture needs about one and a half round trips to come again; waiting that long is better than
/// doing without pictures until a keyframe. Sound is not sent again but repeated with the next packets, 20 ms apart and 14 of them at most.
fn limits(track: Track, rtt: Duration) -> TrackLimits {
    let rtt = u64::try_from(rtt.as_millis()).unwrap_or(u64::MAX);
    let patience = match track {
        Track::Video | Track::Data => rtt.saturating_mul(3).clamp(150, 600),
        Track::Audio => 280,
    };
    TrackLimits {
        patience,
        max_held: 128,
        max_held_bytes: 8 << 20,
        request_interval: 300,
    }
}
