//! A player on QUIC or WebTransport: one picture per QUIC stream, sound in datagrams.

use super::page;
use super::way::Way;
use crate::frames::Frame;
use crate::metrics::Carrier;
use crate::shell::Shell;
use counterpart_shared::flv::FrameKind;
use counterpart_shared::quic::{AudioDatagrams, MediaStreamWriter, Redundancy, Track};
use counterpart_shared::rtmp::Heard;
use counterpart_transport::{clock, contends, deliver, give_way, parity, tell_growth};
use std::collections::VecDeque;
use std::slice;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::timeout;
use web_transport_quinn::Session;

/// A picture that has not arrived by then is given up: it would be shown a second late, where people
/// bear 300 ms, and the next keyframe is sooner.
const DEADLINE: Duration = Duration::from_secs(1);
/// A configuration of sound is needed as long as there is sound; one that takes longer than this never comes.
const LASTING: Duration = Duration::from_hours(1);
/// On a path that loses more than this, pictures get half the window: the other half is for sound.
const HALF: f64 = 0.05;
/// A path that loses more than this carries sound, and no pictures that anybody could watch.
const ONLY_SOUND: f64 = 0.62;
/// How often it is looked at the congestion control.
const LOOKS: Duration = Duration::from_millis(100);

/// Sends one stream to one session.
pub(crate) struct QuicPlayer {
    shell: Arc<Shell>,
    session: Session,
    carrier: Carrier,
    stream_id: u32,
    video: u64,
    data: u64,
    /// What goes in front of each keyframe, on its stream: any of them may be the first that arrives.
    configuration: Option<Frame>,
    audio: AudioDatagrams,
    redundancy: Redundancy,
    way: Way,
    looked: Instant,
    contends: bool,
    start: Instant,
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
        // A browser fills its uplink by itself, with windows that nobody tells: to round trips that looks like somebody else.
        if carrier == Carrier::WebTransport {
            give_way(&session);
        }
        Self {
            shell,
            session,
            carrier,
            stream_id,
            video: 0,
            data: 0,
            configuration: None,
            audio: AudioDatagrams::new(),
            redundancy: Redundancy::new(),
            way: Way::new(),
            looked: clock::now(),
            contends: false,
            start: clock::now(),
            sending: JoinSet::new(),
            unacknowledged: 0,
        }
    }

    /// Whether the network takes another picture now. Beyond the congestion window it would wait in the QUIC stack, where nothing can be left out and
    /// nobody sees that it waits; what is not taken waits in the hub's queue.
    pub(crate) fn has_room(&self) -> bool {
        let connection: &quinn::Connection = &self.session;
        let window = connection.stats().path.cwnd;
        let parts = if self.redundancy.loss() > HALF { 2 } else { 1 };
        let free = self.sending.is_empty() || self.unacknowledged < window / parts;
        free && self.redundancy.loss() < ONLY_SOUND
    }

    /// Waits until a picture has arrived or was given up.
    pub(crate) async fn settled(&mut self) {
        match self.sending.join_next().await {
            Some(bytes) => self.unacknowledged -= bytes.unwrap_or(0),
            None => std::future::pending().await,
        }
    }

    /// Tells the congestion control what the player says of the way to him; whether it holds its own on a link that others fill too, when that has
    /// changed. Then losses of that link count for sound and parity, or do not. To be called often.
    pub(crate) fn look(&mut self, heard: Option<Heard>) -> Option<bool> {
        if let Some(growth) = heard.and_then(|heard| self.way.heard(heard)) {
            tell_growth(&self.session, growth);
        }
        let now = clock::now();
        if now.saturating_duration_since(self.looked) < LOOKS {
            return None;
        }
        self.looked = now;
        let contends = contends(&self.session);
        self.redundancy.share(contends);
        let before = std::mem::replace(&mut self.contends, contends);
        (before != contends).then_some(contends)
    }

    /// Sends a frame.
    pub(crate) fn send(&mut self, frame: &Frame) {
        while let Some(bytes) = self.sending.try_join_next() {
            self.unacknowledged -= bytes.unwrap_or(0);
        }
        match frame.track() {
            Track::Audio => self.send_sound(frame),
            Track::Video => self.send_picture(frame),
            Track::Data => {
                self.send_stream(self.data, slice::from_ref(frame));
                self.data += 1;
            }
        }
    }

    fn send_picture(&mut self, frame: &Frame) {
        let frames = configured(&mut self.configuration, frame);
        self.send_stream(self.video, &frames);
        self.video += frames.len() as u64;
    }

    /// A configuration must arrive, so it goes on a stream: no datagram is large enough for it.
    fn send_sound(&mut self, frame: &Frame) {
        let sequence = self.audio.sequence();
        let size = match frame.kind {
            FrameKind::AudioConfig => 0,
            _ => self.session.max_datagram_size(),
        };
        let connection: &quinn::Connection = &self.session;
        let path = connection.stats().path;
        let now = clock::since(self.start).as_millis() as u64;
        let round_trip = path.rtt.as_millis() as u64;
        self.redundancy
            .look(path.sent_packets, path.lost_packets, round_trip, now);
        let repeats = self.redundancy.repeats();
        let message = frame.message.on(self.stream_id);
        match self.audio.push(&message, repeats, size) {
            None => self.send_stream(sequence, slice::from_ref(frame)),
            Some(datagram) => {
                if self.session.send_datagram(datagram).is_ok() {
                    self.way.send(message.timestamp, clock::now());
                    let bytes = frame.len();
                    self.shell.count_out(self.carrier, bytes, frame.arrived);
                }
                if let Some(rest) = self.audio.rest(repeats, size) {
                    // The copies are a courtesy.
                    let _ = self.session.send_datagram(rest);
                }
            }
        }
    }

    /// How many packets of parity go beside a picture of so many bytes, where there is room.
    fn parity(&self, bytes: u64) -> usize {
        let (redundancy, under_way) = (&self.redundancy, self.unacknowledged);
        match self.carrier {
            Carrier::WebTransport => page::parity(&self.session, redundancy, bytes, under_way),
            _ => parity(&self.session, redundancy, bytes, under_way),
        }
    }

    /// Sends frames on one stream; the last one says how.
    fn send_stream(&mut self, sequence: u64, frames: &[Frame]) {
        let Some(frame) = frames.last() else {
            return;
        };
        let mut pieces = VecDeque::new();
        let mut writer = MediaStreamWriter::new(sequence);
        for frame in frames {
            writer.write_on(self.stream_id, &frame.message, &mut pieces);
        }
        let bytes = pieces.iter().map(|piece| piece.len() as u64).sum();
        let connection: &quinn::Connection = &self.session;
        let size = u64::from(connection.stats().path.current_mtu);
        let parity = self.parity(bytes);
        let bytes = bytes + parity as u64 * size;
        self.unacknowledged += bytes;
        let sending = Sending {
            shell: self.shell.clone(),
            session: self.session.clone(),
            carrier: self.carrier,
            key: sequence,
            priority: priority(frame.kind),
            deadline: deadline(frame.kind),
            arrived: frame.arrived,
            len: frames.iter().map(Frame::len).sum(),
        };
        let pieces = pieces.into();
        self.sending.spawn(async move {
            sending.run(pieces, parity).await;
            bytes
        });
    }
}

/// What goes on one stream for this frame: a keyframe with the configuration in front of it, which does not go alone.
fn configured(configuration: &mut Option<Frame>, frame: &Frame) -> Vec<Frame> {
    if frame.kind == FrameKind::VideoConfig {
        *configuration = Some(frame.clone());
        return Vec::new();
    }
    let is_key = frame.kind == FrameKind::VideoKey;
    let configuration = configuration.as_ref().filter(|_| is_key);
    let configuration = configuration.map(|of| of.clone().at(frame.message.timestamp));
    configuration.into_iter().chain([frame.clone()]).collect()
}

/// Higher goes first: what is heard, then what decodes by itself, then the rest.
fn priority(kind: FrameKind) -> i32 {
    match kind {
        FrameKind::Audio | FrameKind::AudioConfig => 3,
        FrameKind::VideoKey => 2,
        FrameKind::VideoInter => 1,
        _ => 0,
    }
}

/// How long it is of use.
fn deadline(kind: FrameKind) -> Duration {
    match kind {
        FrameKind::AudioConfig => LASTING,
        _ => DEADLINE,
    }
}

/// A picture or what else has a QUIC stream of its own, and what stands in for it.
struct Sending {
    shell: Arc<Shell>,
    session: Session,
    carrier: Carrier,
    /// The sequence of its first message.
    key: u64,
    priority: i32,
    deadline: Duration,
    arrived: Instant,
    len: usize,
}

impl Sending {
    async fn run(self, pieces: Vec<bytes::Bytes>, parity: usize) {
        let arrived = match self.carrier {
            Carrier::WebTransport => self.to_page(pieces, parity).await,
            _ => self.to_client(pieces, parity).await,
        };
        if arrived != Some(true) {
            self.shell.metrics.expired.increment(1);
        }
    }

    async fn to_client(&self, pieces: Vec<bytes::Bytes>, parity: usize) -> Option<bool> {
        let connection: &quinn::Connection = &self.session;
        let stream = timeout(self.deadline, connection.open_uni())
            .await
            .ok()?
            .ok()?;
        let _ = stream.set_priority(self.priority);
        self.shell.count_out(self.carrier, self.len, self.arrived);
        Some(deliver(connection, stream, pieces, parity, self.deadline).await)
    }

    async fn to_page(&self, pieces: Vec<bytes::Bytes>, parity: usize) -> Option<bool> {
        let stream = timeout(self.deadline, self.session.open_uni())
            .await
            .ok()?
            .ok()?;
        let _ = stream.set_priority(self.priority);
        self.shell.count_out(self.carrier, self.len, self.arrived);
        Some(
            page::deliver(
                &self.session,
                stream,
                self.key,
                pieces,
                parity,
                self.deadline,
            )
            .await,
        )
    }
}

#[cfg(test)]
mod tests;
