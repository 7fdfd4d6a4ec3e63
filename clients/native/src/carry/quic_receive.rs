//! Media from a node: streams and datagrams, back into order.

use super::control::Wish;
use super::{CarryError, Event};
use counterpart_shared::flv::{TagKind, classify};
use counterpart_shared::quic::{Hearing, PlayOut, Track, TrackLimits, TrackOutput, TrackReceiver};
use counterpart_shared::rtmp::Message;
use counterpart_transport::{Collected, collect};
use quinn::Connection;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Bytes of the longest message that is taken: bounds what one picture can cost.
const MAX_MESSAGE: usize = 4 << 20;

/// Messages between the connection and the order.
const AHEAD: usize = 256;

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
    play_out: PlayOut,
    hearing: Hearing,
    /// Pictures that are held, and until when.
    held: VecDeque<(u64, Event)>,
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
            play_out: PlayOut::new(),
            hearing: Hearing::default(),
            held: VecDeque::new(),
            events,
            wisher,
        }
    }

    async fn receive(&mut self, connection: &Connection) -> Result<(), CarryError> {
        let (arrive, mut arrivals) = mpsc::channel(AHEAD);
        let collect = collect(connection.clone(), MAX_MESSAGE, arrive);
        tokio::pin!(collect);
        loop {
            tokio::select! {
                Some(arrival) = arrivals.recv() => match arrival {
                    Collected::Message(sequence, message) => self.push(sequence, message),
                    Collected::Fault(error) => return Err(error.into()),
                },
                end = &mut collect => return end.map_or(Ok(()), |error| Err(error.into())),
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
        let held = self.held.front().map(|(until, _)| *until);
        let wait = first.chain(held).min();
        let wait = wait.unwrap_or_else(|| self.now() + 1000);
        // Milliseconds are rounded down here and there: one more, or it would spin for the rest of one.
        self.start + Duration::from_millis(wait.saturating_add(1))
    }

    fn push(&mut self, sequence: u64, message: Message) {
        let now = self.now();
        let kind = Track::of(message.kind);
        if kind == Some(Track::Audio)
            && let Some(heard) = self.hearing.take(message.timestamp, now)
            && let Some(wishes) = self.wisher.upgrade()
        {
            // When so many wishes wait the next one will do.
            let _ = wishes.try_send(Wish::Hear(heard));
        }
        let track = self
            .tracks
            .iter_mut()
            .find(|(track, _)| Some(*track) == kind);
        if let Some((_, track)) = track {
            track.push(sequence, message, now);
        }
    }

    /// Hands over what is in order, pictures when they are to be shown.
    async fn give(&mut self) -> Result<(), mpsc::error::SendError<Event>> {
        let now = self.now();
        for place in 0..self.tracks.len() {
            while let Some(output) = self.tracks[place].1.poll(now) {
                let kind = self.tracks[place].0;
                let event = match output {
                    TrackOutput::Message { message, .. } => Event::Media(message),
                    TrackOutput::Gap { from, to } => Event::Gap {
                        track: kind,
                        messages: to - from,
                    },
                    TrackOutput::KeyframeRequest => {
                        if let Some(wishes) = self.wisher.upgrade() {
                            let _ = wishes.try_send(Wish::Keyframe);
                        }
                        continue;
                    }
                };
                match kind {
                    Track::Video => self.hold(event, now),
                    Track::Audio | Track::Data => self.events.send(event).await?,
                }
            }
        }
        while let Some((_, event)) = self.held.pop_front_if(|(until, _)| *until <= now) {
            self.events.send(event).await?;
        }
        Ok(())
    }

    /// Holds a picture until it is to be shown, and what is said about pictures until those before are.
    fn hold(&mut self, event: Event, now: u64) {
        let before = self.held.back().map_or(0, |(until, _)| *until);
        let until = match &event {
            Event::Media(message) if !is_config(message) => {
                self.play_out.take(message.timestamp, now)
            }
            _ => now,
        };
        self.held.push_back((until.max(before), event));
    }
}

fn is_config(message: &Message) -> bool {
    classify(TagKind::Video, &message.payload).is_config()
}

/// A lost packet of a picture needs about one and a half round trips to come again; waiting that long is better than
/// doing without pictures until a keyframe. Sound is not sent again but repeated with the next packets, 20 ms apart and 14 of them at most.
fn limits(track: Track, rtt: Duration) -> TrackLimits {
    let rtt = u64::try_from(rtt.as_millis()).unwrap_or(u64::MAX);
    let patience = match track {
        Track::Video | Track::Data => rtt.saturating_mul(4).clamp(250, 600),
        Track::Audio => 280,
    };
    TrackLimits {
        patience,
        max_held: 128,
        max_held_bytes: 8 << 20,
        request_interval: 300,
    }
}
