//! A player on QUIC or WebTransport: one picture per QUIC stream, sound in datagrams.

use crate::frames::Frame;
use crate::metrics::Carrier;
use crate::shell::Shell;
use counterpart_shared::flv::FrameKind;
use counterpart_shared::quic::{AudioDatagrams, MediaStreamWriter, Track};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::timeout;
use web_transport_quinn::{Session, WriteError};

/// A picture that has not arrived by then is given up: it would be shown a second late, where people
/// bear 300 ms, and the next keyframe is sooner.
const DEADLINE: Duration = Duration::from_secs(1);
/// The code of a QUIC stream that is reset because of it.
const EXPIRED: u32 = 2;
/// What may wait in the QUIC stack beyond its congestion window. More of it would be a queue in which
/// nothing can be left out; what is not taken waits in the hub's queue, where it can.
const SLACK: u64 = 16 * 1024;
/// How often the loss is looked at.
const LOSS_INTERVAL: Duration = Duration::from_millis(500);

/// Sends one stream to one session.
pub(crate) struct QuicPlayer {
    shell: Arc<Shell>,
    session: Session,
    carrier: Carrier,
    stream_id: u32,
    video: u64,
    data: u64,
    audio: AudioDatagrams,
    repeats: Repeats,
    /// Pictures on their way; each task gives its size.
    sending: JoinSet<u64>,
    unacknowledged: u64,
}

impl QuicPlayer {
    /// For what is played on this message stream.
    pub(crate) fn new(
        shell: Arc<Shell>,
        session: Session,
        carrier: Carrier,
        stream_id: u32,
    ) -> Self {
        Self {
            shell,
            session,
            carrier,
            stream_id,
            video: 0,
            data: 0,
            audio: AudioDatagrams::new(),
            repeats: Repeats::default(),
            sending: JoinSet::new(),
            unacknowledged: 0,
        }
    }

    /// Whether the network takes another picture now.
    pub(crate) fn has_room(&self) -> bool {
        let connection: &quinn::Connection = &self.session;
        let window = connection.stats().path.cwnd;
        self.sending.is_empty() || self.unacknowledged < window + SLACK
    }

    /// Waits until a picture has arrived or was given up.
    pub(crate) async fn settled(&mut self) {
        match self.sending.join_next().await {
            Some(bytes) => self.unacknowledged -= bytes.unwrap_or(0),
            None => std::future::pending().await,
        }
    }

    /// Sends a frame.
    pub(crate) fn send(&mut self, frame: &Frame) {
        while let Some(bytes) = self.sending.try_join_next() {
            self.unacknowledged -= bytes.unwrap_or(0);
        }
        match frame.track() {
            Track::Audio => self.send_sound(frame),
            Track::Video => {
                self.send_stream(self.video, frame);
                self.video += 1;
            }
            Track::Data => {
                self.send_stream(self.data, frame);
                self.data += 1;
            }
        }
    }

    /// A configuration must arrive, so it goes on a stream: no datagram is large enough for it.
    fn send_sound(&mut self, frame: &Frame) {
        let sequence = self.audio.sequence();
        let size = match frame.kind {
            FrameKind::AudioConfig => 0,
            _ => self.session.max_datagram_size(),
        };
        let repeats = self.repeats.count(&self.session, Instant::now());
        let message = frame.message.on(self.stream_id);
        match self.audio.push(&message, repeats, size) {
            None => self.send_stream(sequence, frame),
            Some(datagram) => {
                if self.session.send_datagram(datagram).is_ok() {
                    let bytes = frame.len();
                    self.shell.count_out(self.carrier, bytes, frame.arrived);
                }
            }
        }
    }

    fn send_stream(&mut self, sequence: u64, frame: &Frame) {
        let mut pieces = VecDeque::new();
        MediaStreamWriter::new(sequence).write_on(self.stream_id, &frame.message, &mut pieces);
        let bytes = pieces.iter().map(|piece| piece.len() as u64).sum();
        self.unacknowledged += bytes;
        let sending = Sending {
            shell: self.shell.clone(),
            session: self.session.clone(),
            carrier: self.carrier,
            priority: priority(frame.kind),
            arrived: frame.arrived,
            len: frame.len(),
        };
        let pieces = pieces.into();
        self.sending.spawn(async move {
            sending.run(pieces).await;
            bytes
        });
    }
}

/// Higher goes first: what is heard, then what decodes by itself, then the rest.
fn priority(kind: FrameKind) -> i32 {
    match kind {
        FrameKind::Audio | FrameKind::AudioConfig | FrameKind::VideoConfig => 3,
        FrameKind::VideoKey => 2,
        FrameKind::VideoInter => 1,
        _ => 0,
    }
}

/// One frame on its own QUIC stream.
struct Sending {
    shell: Arc<Shell>,
    session: Session,
    carrier: Carrier,
    priority: i32,
    arrived: Instant,
    len: usize,
}

impl Sending {
    async fn run(self, mut pieces: Vec<bytes::Bytes>) {
        let Ok(Ok(mut stream)) = timeout(DEADLINE, self.session.open_uni()).await else {
            self.shell.metrics.expired.increment(1);
            return;
        };
        // Errors mean that the player or the session has gone; then nobody waits for the picture.
        let delivered = async {
            let _ = stream.set_priority(self.priority);
            stream.write_all_chunks(&mut pieces).await?;
            let _ = stream.finish();
            self.shell.count_out(self.carrier, self.len, self.arrived);
            stream.stopped().await?;
            Ok::<(), WriteError>(())
        };
        if timeout(DEADLINE, delivered).await.is_err() {
            let _ = stream.reset(EXPIRED);
            self.shell.metrics.expired.increment(1);
        }
    }
}

/// How often sound is repeated, by the loss of late.
#[derive(Debug, Default)]
struct Repeats {
    looked: Option<Instant>,
    sent: u64,
    lost: u64,
    count: usize,
}

impl Repeats {
    fn count(&mut self, session: &Session, now: Instant) -> usize {
        if self.looked.is_some_and(|at| now - at < LOSS_INTERVAL) {
            return self.count;
        }
        let connection: &quinn::Connection = session;
        let path = connection.stats().path;
        self.look(path.sent_packets, path.lost_packets, now);
        self.count
    }

    /// Rises at once and falls by one step at a time, since loss comes in bursts.
    fn look(&mut self, sent: u64, lost: u64, now: Instant) {
        let fresh_sent = sent.saturating_sub(self.sent).max(1);
        let fresh_lost = lost.saturating_sub(self.lost);
        let wanted = match fresh_lost * 100 / fresh_sent {
            _ if fresh_lost == 0 => 0,
            0..2 => 1,
            2..8 => 2,
            _ => 3,
        };
        self.count = wanted.max(self.count.saturating_sub(1));
        (self.sent, self.lost, self.looked) = (sent, lost, Some(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_rise_with_loss_and_fall_slowly() {
        let now = Instant::now();
        let mut repeats = Repeats::default();
        let mut look = |sent, lost| {
            repeats.look(sent, lost, now);
            repeats.count
        };
        assert_eq!(look(100, 0), 0);
        assert_eq!(look(200, 1), 1);
        assert_eq!(look(300, 6), 2);
        assert_eq!(look(400, 16), 3);
        assert_eq!(look(500, 16), 2);
        assert_eq!(look(600, 16), 1);
        assert_eq!(look(700, 16), 0);
    }
}
