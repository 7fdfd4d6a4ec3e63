//! The media of a publisher on QUIC: read from many streams and datagrams, put back into order.

use super::gather::{Come, Pieces, gather};
use crate::metrics::Carrier;
use bytes::Bytes;
use counterpart_shared::flv::{TagKind, classify};
use counterpart_shared::quic::{Track, TrackLimits, TrackOutput, TrackReceiver};
use counterpart_shared::rtmp::{Message, MessageKind};
use counterpart_transport::{Collected, clock, collect};
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::sleep_until;
use web_transport_quinn::Session;

/// The largest message that is taken, as on RTMP.
const MAX_MESSAGE: usize = 4 << 20;
/// Messages between the readers and the order. Full, it makes the QUIC streams wait.
const AHEAD: usize = 256;

/// A picture that was lost is sent again after about one and a half round trips; this is time for more
/// than two such trips on a link of 100 ms. Later than that, a keyframe is sooner.
const PICTURES: TrackLimits = TrackLimits {
    patience: 450,
    max_held: 256,
    max_held_bytes: 8 << 20,
    request_interval: 500,
};

/// Sound in datagrams is not sent again but repeated with the next packets, 20 ms apart and 14 of them at most.
const SOUND: TrackLimits = TrackLimits {
    patience: 280,
    max_held: 64,
    max_held_bytes: 1 << 20,
    request_interval: 500,
};

/// What comes out.
pub(super) enum Uplinked {
    /// A picture of this time has come, in whatever order.
    Picture(u32),
    /// The next message in order.
    Message(Message),
    /// This many messages were lost for good.
    Lost(u64),
    /// Nothing decodes until a keyframe comes.
    NeedsKeyframe,
    /// What has come of a page's media.
    Received(Come),
}

/// What a page's media needs.
struct OfPage {
    pieces: Pieces,
    reports: watch::Receiver<Come>,
}

/// Collects the media of one session until it is dropped.
pub(super) struct Uplink {
    arrivals: mpsc::Receiver<Collected>,
    video: TrackReceiver,
    audio: TrackReceiver,
    data: TrackReceiver,
    /// The video configuration that was given last: it comes with every keyframe.
    configured: Option<Bytes>,
    ready: VecDeque<Uplinked>,
    start: Instant,
    of_page: Option<OfPage>,
    _collectors: [JoinSet<()>; 2],
}

impl Uplink {
    pub(super) fn new(session: Session, carrier: Carrier) -> Self {
        let (sender, arrivals) = mpsc::channel(AHEAD);
        let (of_page, collectors) = match carrier {
            Carrier::WebTransport => {
                let (pieces, reports, gatherer) = gather(MAX_MESSAGE, sender);
                let bearer = pieces.bring(session);
                (Some(OfPage { pieces, reports }), [gatherer, bearer])
            }
            _ => {
                let connection: &quinn::Connection = &session;
                let collect = collect(connection.clone(), MAX_MESSAGE, sender);
                let mut collector = JoinSet::new();
                collector.spawn(async move { drop(collect.await) });
                (None, [collector, JoinSet::new()])
            }
        };
        Self {
            arrivals,
            video: TrackReceiver::new(Track::Video, PICTURES),
            audio: TrackReceiver::new(Track::Audio, SOUND),
            data: TrackReceiver::new(Track::Data, PICTURES),
            configured: None,
            ready: VecDeque::new(),
            start: clock::now(),
            of_page,
            _collectors: collectors,
        }
    }

    /// The sequence of the next picture.
    pub(super) fn pictures(&self) -> u64 {
        self.video.next_sequence()
    }

    /// Where further sessions of a page bring their media.
    pub(super) fn pieces(&self) -> Option<&Pieces> {
        self.of_page.as_ref().map(|page| &page.pieces)
    }

    /// What comes next. Nothing is lost when the wait is given up.
    pub(super) async fn next(&mut self) -> Uplinked {
        loop {
            if let Some(output) = self.ready.pop_front() {
                return output;
            }
            let deadline = self.deadline();
            let pause = async move {
                match deadline {
                    Some(deadline) => sleep_until(deadline.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                arrival = self.arrivals.recv() => match arrival {
                    Some(Collected::Message(sequence, message)) => self.take(sequence, message),
                    Some(Collected::Fault(error)) => {
                        tracing::debug!(%error, "media cannot be read");
                    }
                    // The session has ended, which its owner hears of by itself.
                    None => return std::future::pending().await,
                },
                received = reported(&mut self.of_page) => return Uplinked::Received(received),
                () = pause => self.drain(),
            }
        }
    }

    fn take(&mut self, sequence: u64, message: Message) {
        let now = self.now();
        let track = match Track::of(message.kind) {
            Some(Track::Video) => &mut self.video,
            Some(Track::Audio) => &mut self.audio,
            Some(Track::Data) => &mut self.data,
            None => return,
        };
        // The configuration in front of a keyframe is no picture of its own: a late keyframe would count twice.
        if message.kind == MessageKind::Video && !is_configuration(&message) {
            self.ready.push_back(Uplinked::Picture(message.timestamp));
        }
        track.push(sequence, message, now);
        self.drain();
    }

    fn drain(&mut self) {
        let now = self.now();
        for track in [&mut self.video, &mut self.audio, &mut self.data] {
            while let Some(output) = track.poll(now) {
                self.ready.push_back(match output {
                    TrackOutput::Message { message, .. }
                        if repeats(&message, &mut self.configured) =>
                    {
                        continue;
                    }
                    TrackOutput::Message { message, .. } => Uplinked::Message(message),
                    TrackOutput::Gap { from, to } => Uplinked::Lost(to - from),
                    TrackOutput::KeyframeRequest => Uplinked::NeedsKeyframe,
                });
            }
        }
    }

    fn deadline(&self) -> Option<Instant> {
        let tracks = [&self.video, &self.audio, &self.data];
        let soonest = tracks.into_iter().filter_map(TrackReceiver::deadline).min();
        soonest.map(|ms| self.start + Duration::from_millis(ms))
    }

    fn now(&self) -> u64 {
        clock::since(self.start).as_millis() as u64
    }
}

/// Whether this is the video configuration that was the last one before it, too.
fn repeats(message: &Message, configured: &mut Option<Bytes>) -> bool {
    let body = &message.payload;
    message.kind == MessageKind::Video
        && is_configuration(message)
        && configured.replace(body.clone()).as_ref() == Some(body)
}

/// Whether a message of pictures is a configuration.
fn is_configuration(message: &Message) -> bool {
    classify(TagKind::Video, &message.payload).is_config()
}

async fn reported(of_page: &mut Option<OfPage>) -> Come {
    if let Some(page) = of_page
        && page.reports.changed().await.is_ok()
    {
        return *page.reports.borrow_and_update();
    }
    std::future::pending().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_is_passed_on_when_it_is_another() {
        let (video, audio) = (MessageKind::Video, MessageKind::Audio);
        let config: &[u8] = &[0x17, 0, 0, 0, 0, 1, 0x42];
        let other: &[u8] = &[0x17, 0, 0, 0, 0, 1, 0x64];
        let picture: &[u8] = &[0x17, 1, 0, 0, 0, 0, 0, 0, 2, 0x65, 0];
        let mut configured = None;
        for (kind, payload, is_repeated) in [
            (video, config, false),
            (video, picture, false),
            (video, config, true),
            (audio, config, false),
            (video, picture, false),
            (video, other, false),
            (video, other, true),
            (video, config, false),
        ] {
            let message = Message {
                kind,
                stream_id: 1,
                timestamp: 0,
                payload: Bytes::from_static(payload),
            };
            assert_eq!(repeats(&message, &mut configured), is_repeated);
        }
    }
}
