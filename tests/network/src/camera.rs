//! Publishes the clip as a native client does: in time, obeying the node.

use crate::clip::{Clip, FPS, Reel, SOUND_RATE};
use crate::sound::Sound;
use anyhow::Result;
use bytes::{BufMut, Bytes, BytesMut};
use counterpart_native::carry::{Connection, Event, MediaSender};
use counterpart_native::encode::AudioCodec;
use counterpart_native::publish::{Rate, Says, Sizing};
use counterpart_shared::flv::{AudioBody, AudioPacket};
use counterpart_shared::rtmp::{Message, MessageKind};
use counterpart_transport::clock;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::{Interval, MissedTickBehavior, interval};

/// The most that pictures are given.
pub(crate) const BITRATE: u32 = 900_000;
/// What stands behind a picture: a NAL unit of filler (H.264, type 12) with its number and time, which no decoder looks at.
pub(crate) const TRAILER: usize = 4 + 1 + 8 + 8;
const FILLER: u8 = 12;

/// What was published.
#[derive(Debug, Clone, Default)]
pub(crate) struct Roll {
    /// When each picture and each packet of sound was taken, since the beginning of the call, and its bytes.
    pub(crate) pictures: Vec<(Duration, usize)>,
    pub(crate) sounds: Vec<(Duration, usize)>,
    /// Which picture of the clip each of them was, counted on where the clip begins again.
    pub(crate) numbers: Vec<usize>,
    /// Pictures that the encoder or a full connection left out.
    pub(crate) left_out: Vec<Duration>,
    pub(crate) keyframes: u64,
    pub(crate) requests: u64,
}

/// One publisher.
pub(crate) struct Camera {
    clip: Arc<Clip>,
    sound: Arc<Sound>,
    sender: MediaSender,
    begin: Instant,
    rate: Rate,
    bitrate: u32,
    sizing: Sizing,
    reel: Reel,
    /// Which picture of the clip is due.
    due: usize,
    /// A picture was not sent, so nothing decodes before the next keyframe.
    broken: bool,
    roll: Roll,
}

impl Camera {
    pub(crate) fn new(clip: Arc<Clip>, sender: MediaSender, begin: Instant) -> Self {
        let sizing = Sizing::new(clip.size(), FPS);
        let reel = clip.roll(BITRATE, sizing.step(), 0);
        Self {
            sound: clip.sound(AudioCodec::Opus),
            clip,
            sender,
            begin,
            rate: Rate::new(BITRATE, SOUND_RATE),
            bitrate: BITRATE,
            sizing,
            reel,
            due: 0,
            broken: false,
            roll: Roll::default(),
        }
    }

    /// The same with AAC, as a phone publishes it.
    pub(crate) fn with_aac(self) -> Self {
        let sound = self.clip.sound(AudioCodec::Aac);
        Self { sound, ..self }
    }

    /// Works until `end`, counted from the beginning.
    pub(crate) async fn work(mut self, mut connection: Connection, end: Duration) -> Result<Roll> {
        self.send(MessageKind::Audio, self.sound.config());
        let mut pictures = ticks(Duration::from_secs(1) / FPS);
        let mut sounds = ticks(self.sound.interval());
        while clock::since(self.begin) < end {
            tokio::select! {
                biased;
                event = connection.next() => match event {
                    Some(Event::KeyframeRequest) => {
                        self.roll.requests += 1;
                        self.start_over();
                    }
                    Some(Event::Bitrate(total)) => self.limit(Says::Node, total),
                    Some(Event::Room(total)) => self.limit(Says::Link, total),
                    Some(_) => {}
                    None => break,
                },
                _ = sounds.tick() => self.listen(),
                _ = pictures.tick() => self.film()?,
            }
        }
        Ok(self.roll)
    }

    fn limit(&mut self, who: Says, total: u32) {
        if let Some(bitrate) = self.rate.limit(who, total) {
            self.bitrate = bitrate;
            self.reel.set_bitrate(bitrate);
        }
    }

    /// The next picture is a keyframe.
    fn start_over(&mut self) {
        self.reel = self.clip.roll(self.bitrate, self.sizing.step(), self.due);
    }

    fn film(&mut self) -> Result<()> {
        let now = clock::since(self.begin);
        let number = self.due;
        self.due += 1;
        if !self.sender.has_room() {
            self.roll.left_out.push(now);
            return Ok(());
        }
        let step = self.sizing.step();
        if self.sizing.look(self.bitrate, now) != step {
            self.reel = self.clip.roll(self.bitrate, self.sizing.step(), number);
        }
        let spared = !number.is_multiple_of(self.sizing.step().every as usize);
        let coded = if spared {
            None
        } else {
            self.reel.next(number)?
        };
        let Some(coded) = coded else {
            self.roll.left_out.push(now);
            return Ok(());
        };
        if coded.keyframe {
            self.sizing.keyframe(coded.body.len(), self.bitrate);
        }
        self.broken &= !coded.keyframe;
        if self.broken {
            self.roll.left_out.push(now);
            return Ok(());
        }
        let body = with_trailer(&coded.body, self.roll.pictures.len(), now);
        let len = body.len();
        let mut bodies = coded.config.into_iter().chain([body]);
        if bodies.all(|body| self.send(MessageKind::Video, body)) {
            self.roll.pictures.push((now, len));
            self.roll.numbers.push(number);
            self.roll.keyframes += u64::from(coded.keyframe);
        } else {
            self.roll.left_out.push(now);
            self.broken = true;
            self.start_over();
        }
        Ok(())
    }

    fn listen(&mut self) {
        let now = clock::since(self.begin);
        let body = self.sound.packet(self.roll.sounds.len());
        self.roll.sounds.push((now, body.len()));
        self.send(MessageKind::Audio, body);
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

fn with_trailer(picture: &[u8], number: usize, taken: Duration) -> Bytes {
    let mut body = BytesMut::with_capacity(picture.len() + TRAILER);
    body.put_slice(picture);
    body.put_u32((TRAILER - 4) as u32);
    body.put_u8(FILLER);
    body.put_u64(number as u64);
    body.put_u64(taken.as_micros() as u64);
    body.freeze()
}

/// Number and time of a picture, or number 0 and the time of sound; nothing for a configuration.
pub(crate) fn read(message: &Message) -> Option<(usize, Duration)> {
    let body = &message.payload;
    match message.kind {
        MessageKind::Video if body.get(1) == Some(&1) => {
            let numbers = body.len().checked_sub(16)?;
            let number = |at: usize| {
                let bytes = body.get(at..at + 8)?;
                Some(u64::from_be_bytes(bytes.try_into().ok()?))
            };
            let taken = Duration::from_micros(number(numbers + 8)?);
            Some((number(numbers)? as usize, taken))
        }
        MessageKind::Audio if is_coded_sound(body) => {
            Some((0, Duration::from_millis(message.timestamp.into())))
        }
        _ => None,
    }
}

fn is_coded_sound(body: &Bytes) -> bool {
    let body = AudioBody::parse(body);
    body.is_ok_and(|body| matches!(body.packet, AudioPacket::Coded(_)))
}
