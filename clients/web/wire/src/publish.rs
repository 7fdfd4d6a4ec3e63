//! A publisher's link.

use crate::control::{Address, Control};
use crate::event::Event;
use crate::times::wrap;
use bytes::{Bytes, BytesMut};
use counterpart_shared::flv::{AudioBody, AudioCodec, FrameType, VideoBody};
use counterpart_shared::h264::{DecoderConfig, H264Error, Nal, NalType, annex_b_units, to_avcc};
use counterpart_shared::opus::OpusHead;
use counterpart_shared::quic::{AudioDatagrams, MediaStreamWriter, Redundancy, read_varint, whole};
use counterpart_shared::rtmp::{Message, MessageKind, Received};
use std::collections::VecDeque;

/// The share of pictures whose parity may be too little: their streams come, too.
const MISSING: f64 = 0.01;

/// Sound is not repeated more often: a browser's congestion control would let it wait.
const MOST_REPEATS: usize = 3;

/// How a packet of sound travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packet {
    /// In this datagram.
    Datagram(Bytes),
    /// As this unidirectional stream: no datagram holds it.
    Stream(Bytes),
}

/// Publishes one stream. Pictures and sound may come once [`Event::Ready`] did.
#[derive(Debug)]
pub struct PublishLink {
    control: Control,
    /// The next picture's sequence.
    pictures: u64,
    sound: AudioDatagrams,
    redundancy: Redundancy,
}

impl PublishLink {
    /// Towards this address.
    pub fn new(address: &Address) -> Self {
        Self {
            control: Control::publish(address),
            pictures: 0,
            sound: AudioDatagrams::new(),
            redundancy: Redundancy::new(),
        }
    }

    /// Takes what the control stream brought.
    pub fn receive(&mut self, bytes: &[u8], now: f64) {
        self.control.receive(bytes, now);
    }

    /// What is to be done next.
    pub fn poll(&mut self, now: f64) -> Option<Event> {
        let event = self.control.poll(now)?;
        if let Event::Received(Received {
            expected,
            missing,
            round_trip,
            ..
        }) = event
        {
            self.redundancy
                .look(expected, missing, round_trip, now as u64);
        }
        Some(event)
    }

    /// The sequence of the next picture, as [`Received::pictures`] counts.
    pub fn sequence(&self) -> u64 {
        self.pictures
    }

    /// Which share of what is sent is lost, as the node has told so far.
    pub fn loss(&self) -> f64 {
        self.redundancy.loss()
    }

    /// Datagrams of at most `room` bytes that stand in for a stream that [`picture`](Self::picture) gave, whole: of what was lost as much may be lost
    /// again. The second half is for later, if the picture has not arrived then.
    pub fn stand_in(&self, stream: &[u8], room: usize) -> Vec<Bytes> {
        let Some((sequence, _)) = read_varint(stream) else {
            return Vec::new();
        };
        let packets = stream.len().div_ceil(room.max(1));
        let lost = self.redundancy.parity(packets, MISSING);
        whole(sequence, stream, packets + 2 * lost, room)
    }

    /// Asks how long a round trip takes: [`Event::RoundTrip`].
    pub fn ping(&mut self, now: f64) {
        self.control.ping(now);
    }

    /// Says goodbye; send what [`poll`](Self::poll) gives, then close.
    pub fn close(&mut self) {
        self.control.close();
    }

    /// The bytes of one unidirectional stream that carries this picture, an Annex B access unit, behind its configuration if
    /// it brings parameter sets: keyframes do, and any of them may be the first that arrives. `None` before [`Event::Ready`] and where there is no picture in it.
    ///
    /// # Errors
    /// See [`H264Error`].
    pub fn picture(&mut self, annex_b: Bytes, time: f64) -> Result<Option<Bytes>, H264Error> {
        let Some(stream_id) = self.control.stream_id() else {
            return Ok(None);
        };
        let units: Vec<Nal> = annex_b_units(&annex_b).collect();
        let config = configuration(&units)?;
        let slices: Vec<Nal> = units
            .into_iter()
            .filter(|unit| unit.nal_type().is_slice())
            .collect();
        if slices.is_empty() {
            return Ok(None);
        }
        let key = slices.iter().any(|unit| unit.nal_type() == NalType::Idr);
        let frame_type = if key {
            FrameType::Key
        } else {
            FrameType::Inter
        };
        let body = VideoBody::coded(frame_type, 0, to_avcc(&slices, 4)?).encode();
        let (kind, timestamp) = (MessageKind::Video, wrap(time));
        let messages = config.into_iter().chain([body]).map(|payload| Message {
            kind,
            stream_id,
            timestamp,
            payload,
        });
        let messages: Vec<Message> = messages.collect();
        let sequence = self.pictures;
        self.pictures += messages.len() as u64;
        Ok(Some(stream(sequence, &messages)))
    }

    /// The bytes of one unidirectional stream that announces Opus sound; `None` before [`Event::Ready`].
    pub fn sound_config(&mut self, channels: u8, pre_skip: u16, rate: u32) -> Option<Bytes> {
        let head = OpusHead::new(channels, pre_skip, rate);
        let body = AudioBody::config(AudioCodec::Opus, head.encode().into()).encode();
        match self.push_sound(body, 0.0, 0, 0)? {
            Packet::Stream(bytes) | Packet::Datagram(bytes) => Some(bytes),
        }
    }

    /// One Opus packet, with as many of those before it as what is lost asks for and `max_size` bytes allow; `None` before
    /// [`Event::Ready`].
    pub fn sound(&mut self, opus: Bytes, time: f64, max_size: usize) -> Option<Packet> {
        let body = AudioBody::coded(AudioCodec::Opus, opus).encode();
        let repeats = self.redundancy.repeats().min(MOST_REPEATS);
        self.push_sound(body, time, repeats, max_size)
    }

    fn push_sound(
        &mut self,
        payload: Bytes,
        time: f64,
        repeats: usize,
        max_size: usize,
    ) -> Option<Packet> {
        let message = Message {
            kind: MessageKind::Audio,
            stream_id: self.control.stream_id()?,
            timestamp: wrap(time),
            payload,
        };
        let sequence = self.sound.sequence();
        Some(match self.sound.push(&message, repeats, max_size) {
            Some(datagram) => Packet::Datagram(datagram),
            None => Packet::Stream(stream(sequence, &[message])),
        })
    }
}

/// The body of a configuration with the parameter sets among these units, if they are there.
fn configuration(units: &[Nal]) -> Result<Option<Bytes>, H264Error> {
    let find = |wanted| units.iter().find(|unit| unit.nal_type() == wanted).cloned();
    let (Some(sps), Some(pps)) = (find(NalType::Sps), find(NalType::Pps)) else {
        return Ok(None);
    };
    let record = DecoderConfig::from_parameter_sets(sps, pps)?.encode()?;
    Ok(Some(VideoBody::config(record).encode()))
}

fn stream(sequence: u64, messages: &[Message]) -> Bytes {
    let mut pieces = VecDeque::new();
    let mut writer = MediaStreamWriter::new(sequence);
    for message in messages {
        writer.write(message, &mut pieces);
    }
    let mut bytes = BytesMut::with_capacity(pieces.iter().map(Bytes::len).sum());
    pieces
        .iter()
        .for_each(|piece| bytes.extend_from_slice(piece));
    bytes.freeze()
}
