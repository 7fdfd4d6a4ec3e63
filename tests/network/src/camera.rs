//! Publishes the clip as a native client does: in time, obeying the node.

use crate::clip::{Clip, FPS};
use bytes::{BufMut, Bytes, BytesMut};
use counterpart_native::carry::{Connection, Event, MediaSender};
use counterpart_native::publish::Rate;
use counterpart_shared::rtmp::{Message, MessageKind};
use counterpart_transport::clock;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::{Interval, MissedTickBehavior, interval};

/// The most that pictures are given.
pub(crate) const BITRATE: u32 = 900_000;
/// Opus at 32 kbit/s: a packet of 80 bytes every 20 ms.
const SOUND: usize = 80;
const SOUND_RATE: u32 = 32_000;
pub(crate) const SOUND_INTERVAL: Duration = Duration::from_millis(20);
/// What goes in front of a picture: an FLV header, the length of the NAL unit, its first byte, number and time.
const LEAST: usize = 5 + 4 + 1 + 16;

/// H.264, Baseline 3.0; a decoder's configuration with the shortest parameter sets that pass for such.
const VIDEO_CONFIG: &[u8] = &[
    0x17, 0, 0, 0, 0, 1, 0x42, 0xC0, 0x1E, 0xFF, 0xE1, 0, 4, 0x67, 0x42, 0xC0, 0x1E, 1, 0, 2, 0x68,
    0xCE,
];
/// OpusHead (RFC 7845 §5.1), mono at 48 kHz.
const SOUND_CONFIG: &[u8] = b"\x90OpusOpusHead\x01\x01\x38\x01\x80\xbb\0\0\0\0\0";

/// What was published.
#[derive(Debug, Clone, Default)]
pub(crate) struct Roll {
    /// When each picture and each packet of sound was taken, since the beginning of the call, and its bytes.
    pub(crate) pictures: Vec<(Duration, usize)>,
    pub(crate) sounds: Vec<(Duration, usize)>,
    /// Pictures that the encoder or a full connection left out.
    pub(crate) left_out: Vec<Duration>,
    pub(crate) keyframes: u64,
    pub(crate) requests: u64,
}

/// One publisher.
pub(crate) struct Camera {
    clip: Arc<Clip>,
    sender: MediaSender,
    begin: Instant,
    rate: Rate,
    bitrate: u32,
    group: usize,
    place: usize,
    /// A picture was not sent, so nothing decodes before the next keyframe.
    broken: bool,
    roll: Roll,
}

impl Camera {
    pub(crate) fn new(clip: Arc<Clip>, sender: MediaSender, begin: Instant) -> Self {
        Self {
            clip,
            sender,
            begin,
            rate: Rate::new(BITRATE, SOUND_RATE),
            bitrate: BITRATE,
            group: 0,
            place: 0,
            broken: false,
            roll: Roll::default(),
        }
    }

    /// Works until `end`, counted from the beginning.
    pub(crate) async fn work(mut self, mut connection: Connection, end: Duration) -> Roll {
        self.send(MessageKind::Audio, Bytes::from_static(SOUND_CONFIG));
        let mut pictures = ticks(Duration::from_secs(1) / FPS);
        let mut sounds = ticks(SOUND_INTERVAL);
        while clock::since(self.begin) < end {
            tokio::select! {
                biased;
                event = connection.next() => match event {
                    Some(Event::KeyframeRequest) => {
                        self.roll.requests += 1;
                        self.start_group();
                    }
                    Some(Event::Bitrate(total)) => self.limit(total),
                    Some(_) => {}
                    None => break,
                },
                _ = sounds.tick() => self.listen(),
                _ = pictures.tick() => self.film(),
            }
        }
        self.roll
    }

    fn limit(&mut self, total: u32) {
        if let Some(bitrate) = self.rate.limit(total, clock::now()) {
            self.bitrate = bitrate;
            // Another bitrate costs a keyframe, see `VideoEncoder::set_bitrate`.
            self.start_group();
        }
    }

    fn start_group(&mut self) {
        if !Clip::is_key(self.place) {
            self.place = 0;
            self.group += 1;
        }
    }

    fn film(&mut self) {
        let now = clock::since(self.begin);
        if !self.sender.has_room() {
            self.roll.left_out.push(now);
            return;
        }
        let is_key = Clip::is_key(self.place);
        let size = self.clip.size(self.bitrate, self.group, self.place);
        self.place += 1;
        if Clip::is_key(self.place) {
            self.group += 1;
        }
        self.broken &= !is_key;
        if size == 0 || self.broken {
            self.roll.left_out.push(now);
            return;
        }
        let body = picture(self.roll.pictures.len(), is_key, size, now);
        let configured = !is_key || self.send(MessageKind::Video, Bytes::from_static(VIDEO_CONFIG));
        if configured && self.send(MessageKind::Video, body) {
            self.roll.pictures.push((now, size.max(LEAST)));
            self.roll.keyframes += u64::from(is_key);
        } else {
            self.roll.left_out.push(now);
            self.broken = true;
            self.start_group();
        }
    }

    fn listen(&mut self) {
        let now = clock::since(self.begin);
        let mut body = BytesMut::from(&b"\x91Opus"[..]);
        body.put_u64(self.roll.sounds.len() as u64);
        body.put_u64(now.as_micros() as u64);
        body.resize(5 + SOUND, 0);
        self.roll.sounds.push((now, body.len()));
        self.send(MessageKind::Audio, body.freeze());
    }

    /// Whether the connection took it.
    fn send(&self, kind: MessageKind, payload: Bytes) -> bool {
        let message = Message {
            kind,
            stream_id: 0,
            timestamp: clock::since(self.begin).as_millis() as u32,
            payload,
        };
        self.sender.try_send(&message).is_ok()
    }
}

fn ticks(period: Duration) -> Interval {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    ticks
}

fn picture(number: usize, is_key: bool, size: usize, now: Duration) -> Bytes {
    let size = size.max(LEAST);
    let mut body = BytesMut::with_capacity(size);
    let (head, nal) = if is_key { (0x17, 0x65) } else { (0x27, 0x41) };
    body.put_slice(&[head, 1, 0, 0, 0]);
    body.put_u32((size - 9) as u32);
    body.put_u8(nal);
    body.put_u64(number as u64);
    body.put_u64(now.as_micros() as u64);
    body.resize(size, 0);
    body.freeze()
}

/// Number and time of what was published, from its body; nothing for a configuration.
pub(crate) fn read(message: &Message) -> Option<(usize, Duration)> {
    let start = match message.kind {
        MessageKind::Video if message.payload.get(1) == Some(&1) => LEAST - 16,
        MessageKind::Audio if message.payload.first() == Some(&0x91) => 5,
        _ => return None,
    };
    let number = |at: usize| {
        let bytes = message.payload.get(at..at + 8)?;
        Some(u64::from_be_bytes(bytes.try_into().ok()?))
    };
    let taken = Duration::from_micros(number(start + 8)?);
    Some((number(start)? as usize, taken))
}
