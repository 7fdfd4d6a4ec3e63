//! A player's link.

use crate::config;
use crate::control::{Address, Control};
use crate::event::Event;
use crate::times::TimeLine;
use bytes::Bytes;
use counterpart_shared::flv::{AudioBody, AudioPacket, VideoBody, VideoPacket};
use counterpart_shared::quic::{
    Gathered, Gathering, Hearing, PlayOut, Track, TrackLimits, TrackOutput, TrackReceiver,
};
use counterpart_shared::rtmp::Message;
use std::collections::VecDeque;

/// Bytes of the longest message that is taken: bounds what one picture can cost.
const MAX_MESSAGE: usize = 4 << 20;

/// A round trip before one was measured, in milliseconds.
const ROUND_TRIP: f64 = 100.0;

/// Plays one stream.
#[derive(Debug)]
pub struct PlayLink {
    control: Control,
    gathering: Gathering,
    last_stream: u32,
    /// Made when media comes first: the round trip is known by then.
    tracks: Option<[TrackReceiver; 2]>,
    round_trip: f64,
    hearing: Hearing,
    line: TimeLine,
    play_out: PlayOut,
    events: VecDeque<Event>,
}

const KINDS: [Track; 2] = [Track::Video, Track::Audio];

impl PlayLink {
    /// Towards this address.
    pub fn new(address: &Address) -> Self {
        Self {
            control: Control::play(address),
            gathering: Gathering::new(MAX_MESSAGE),
            last_stream: 0,
            tracks: None,
            round_trip: ROUND_TRIP,
            hearing: Hearing::default(),
            line: TimeLine::default(),
            play_out: PlayOut::new(),
            events: VecDeque::new(),
        }
    }

    /// Takes what the control stream brought.
    pub fn receive(&mut self, bytes: &[u8], now: f64) {
        self.control.receive(bytes, now);
    }

    /// A unidirectional stream has come; its number here.
    pub fn open_stream(&mut self) -> u32 {
        self.last_stream += 1;
        self.last_stream
    }

    /// Takes bytes of a unidirectional stream.
    pub fn push_stream(&mut self, stream: u32, bytes: &[u8], now: f64) {
        self.gathering.chunk(stream.into(), bytes);
        self.gather(now);
    }

    /// A unidirectional stream has ended, or was reset: what was on it will be missed by its sequence.
    pub fn end_stream(&mut self, stream: u32, now: f64) {
        self.gathering.end(stream.into(), false);
        self.gather(now);
    }

    /// Takes a datagram. One that cannot be read is dropped: whatever was in it is missed by its sequence.
    pub fn push_datagram(&mut self, datagram: Bytes, now: f64) {
        if self.gathering.datagram(&datagram).is_ok() {
            self.gather(now);
        }
    }

    fn gather(&mut self, now: f64) {
        while let Some(gathered) = self.gathering.poll() {
            match gathered {
                Gathered::Message(sequence, message) => self.push(sequence, message, now),
                // It was numbered here.
                Gathered::Whole(stream) => self.events.push_back(Event::Whole(stream as u32)),
                Gathered::Fault(_, error) => self.control.fail(error.to_string()),
            }
        }
    }

    /// What is to be done next.
    pub fn poll(&mut self, now: f64) -> Option<Event> {
        if self.events.is_empty() {
            self.order(now);
        }
        let event = self.events.pop_front().or_else(|| self.control.poll(now))?;
        if let Event::RoundTrip(ms) = event {
            self.round_trip = ms;
        }
        Some(event)
    }

    /// When to poll again although nothing came.
    pub fn deadline(&self) -> Option<f64> {
        let tracks = self.tracks.iter().flatten();
        let first = tracks.filter_map(TrackReceiver::deadline).min();
        first.map(|at| at as f64)
    }

    /// Asks for a keyframe, for the decoder; the caller throttles.
    pub fn request_keyframe(&mut self) {
        self.control.request_keyframe();
    }

    /// Asks how long a round trip takes: [`Event::RoundTrip`].
    pub fn ping(&mut self, now: f64) {
        self.control.ping(now);
    }

    /// Says goodbye; send what [`poll`](Self::poll) gives, then close.
    pub fn close(&mut self) {
        self.control.close();
    }

    fn push(&mut self, sequence: u64, message: Message, now: f64) {
        let round_trip = self.round_trip;
        let tracks = self.tracks.get_or_insert_with(|| {
            KINDS.map(|kind| TrackReceiver::new(kind, limits(kind, round_trip)))
        });
        let kind = Track::of(message.kind);
        if kind == Some(Track::Audio)
            && let Some(heard) = self.hearing.take(message.timestamp, now as u64)
        {
            self.control.hear(heard);
        }
        let at = KINDS.iter().position(|&track| Some(track) == kind);
        // Data has no use here.
        if let Some(track) = at.and_then(|at| tracks.get_mut(at)) {
            track.push(sequence, message, now as u64);
        }
    }

    /// Takes what is in order out of the tracks.
    fn order(&mut self, now: f64) {
        for (kind, track) in KINDS.into_iter().zip(self.tracks.iter_mut().flatten()) {
            while let Some(output) = track.poll(now as u64) {
                match output {
                    TrackOutput::Message { message, .. } => {
                        let event = read(kind, &message, &mut self.line);
                        match event {
                            Ok(Some(Event::Picture {
                                time, key, data, ..
                            })) => {
                                let due = self.play_out.take(message.timestamp, now as u64);
                                let hold = (due - now as u64) as f64;
                                let picture = Event::Picture {
                                    time,
                                    hold,
                                    key,
                                    data,
                                };
                                self.events.push_back(picture);
                            }
                            Ok(event) => self.events.extend(event),
                            Err(fault) => self.control.fail(fault),
                        }
                    }
                    TrackOutput::Gap { from, to } => self.events.push_back(Event::Gap {
                        track: kind,
                        messages: to - from,
                    }),
                    TrackOutput::KeyframeRequest => self.control.request_keyframe(),
                }
            }
        }
    }
}

/// What a message is to a decoder, if anything.
fn read(kind: Track, message: &Message, line: &mut TimeLine) -> Result<Option<Event>, String> {
    let body = &message.payload;
    match kind {
        Track::Audio => match AudioBody::parse(body) {
            Ok(body) => match body.packet {
                AudioPacket::Config(head) => config::audio(body.codec, head).map(Some),
                AudioPacket::Coded(data) => Ok(Some(Event::Sound {
                    time: line.place(message.timestamp),
                    data,
                })),
                AudioPacket::End => Ok(None),
            },
            Err(error) => Err(error.to_string()),
        },
        _ => match VideoBody::parse(body) {
            Ok(body) => match body.packet {
                VideoPacket::Config(record) => config::video(record).map(Some),
                VideoPacket::Coded { composition, data } => Ok(Some(Event::Picture {
                    time: line.place(message.timestamp) + f64::from(composition),
                    hold: 0.0,
                    key: body.frame_type.is_key(),
                    data,
                })),
                _ => Ok(None),
            },
            Err(error) => Err(error.to_string()),
        },
    }
}

/// A lost packet of a picture needs about one and a half round trips to come again; waiting that long is better than
/// doing without pictures until a keyframe. Sound is not sent again, only ahead.
fn limits(kind: Track, round_trip: f64) -> TrackLimits {
    let round_trip = round_trip.clamp(0.0, 10_000.0) as u64;
    let patience = match kind {
        Track::Video | Track::Data => (3 * round_trip).clamp(150, 600),
        Track::Audio => (round_trip + 40).clamp(60, 200),
    };
    TrackLimits {
        patience,
        max_held: 128,
        max_held_bytes: 8 << 20,
        request_interval: 300,
    }
}
