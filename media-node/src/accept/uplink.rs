//! The media of a publisher on QUIC: read from many streams and datagrams, put back into order.

use crate::metrics::Carrier;
use counterpart_shared::quic::{
    MediaStreamReader, Track, TrackLimits, TrackOutput, TrackReceiver, read_datagram,
};
use counterpart_shared::rtmp::Message;
use counterpart_transport::{Collected, clock, collect};
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::sleep_until;
use web_transport_quinn::{RecvStream, Session};

/// The largest message that is taken, as on RTMP.
const MAX_MESSAGE: usize = 4 << 20;
/// Messages between the readers and the order. Full, it makes the QUIC streams wait.
const AHEAD: usize = 256;
/// Bytes that are read at once.
const READ: usize = 64 * 1024;

/// Why an incoming QUIC stream is stopped: it cannot be read.
const UNREADABLE: u32 = 1;

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
    /// The next message in order.
    Message(Message),
    /// This many messages were lost for good.
    Lost(u64),
    /// Nothing decodes until a keyframe comes.
    NeedsKeyframe,
}

/// Collects the media of one session until it is dropped.
pub(super) struct Uplink {
    arrivals: mpsc::Receiver<Collected>,
    video: TrackReceiver,
    audio: TrackReceiver,
    data: TrackReceiver,
    ready: VecDeque<Uplinked>,
    start: Instant,
    _collector: JoinSet<()>,
}

impl Uplink {
    pub(super) fn new(session: Session, carrier: Carrier) -> Self {
        let (sender, arrivals) = mpsc::channel(AHEAD);
        let mut collector = JoinSet::new();
        match carrier {
            Carrier::WebTransport => {
                collector.spawn(collect_datagrams(session.clone(), sender.clone()));
                collector.spawn(collect_streams(session, sender));
            }
            _ => {
                let connection: &quinn::Connection = &session;
                let collect = collect(connection.clone(), MAX_MESSAGE, sender);
                collector.spawn(async move { drop(collect.await) });
            }
        }
        Self {
            arrivals,
            video: TrackReceiver::new(Track::Video, PICTURES),
            audio: TrackReceiver::new(Track::Audio, SOUND),
            data: TrackReceiver::new(Track::Data, PICTURES),
            ready: VecDeque::new(),
            start: clock::now(),
            _collector: collector,
        }
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
        track.push(sequence, message, now);
        self.drain();
    }

    fn drain(&mut self) {
        let now = self.now();
        for track in [&mut self.video, &mut self.audio, &mut self.data] {
            while let Some(output) = track.poll(now) {
                self.ready.push_back(match output {
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

async fn collect_streams(session: Session, sender: mpsc::Sender<Collected>) {
    let mut readers = JoinSet::new();
    loop {
        tokio::select! {
            stream = session.accept_uni() => match stream {
                Ok(stream) => {
                    readers.spawn(read_stream(stream, sender.clone()));
                }
                Err(_) => return,
            },
            Some(_) = readers.join_next() => {}
        }
    }
}

/// Reads one QUIC stream to its end. A fault in it costs this stream only.
async fn read_stream(mut stream: RecvStream, sender: mpsc::Sender<Collected>) {
    let mut reader = MediaStreamReader::new(MAX_MESSAGE);
    while let Ok(Some(chunk)) = stream.read_chunk(READ, true).await {
        reader.push(&chunk.bytes);
        loop {
            match reader.next_message() {
                Ok(Some((sequence, message))) => {
                    let message = Collected::Message(sequence, message);
                    if sender.send(message).await.is_err() {
                        return;
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    tracing::debug!(%error, "a media stream cannot be read");
                    let _ = stream.stop(UNREADABLE);
                    return;
                }
            }
        }
    }
}

async fn collect_datagrams(session: Session, sender: mpsc::Sender<Collected>) {
    while let Ok(datagram) = session.read_datagram().await {
        match read_datagram(&datagram, MAX_MESSAGE) {
            Ok((first, messages)) => {
                for (sequence, message) in (first..).zip(messages) {
                    let message = Collected::Message(sequence, message);
                    if sender.send(message).await.is_err() {
                        return;
                    }
                }
            }
            Err(error) => tracing::trace!(%error, "a datagram cannot be read"),
        }
    }
}
