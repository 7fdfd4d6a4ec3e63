//! The links for JavaScript. `poll` gives the number of what comes next, 0 for nothing; `code`, `text`, `bytes`, `number`
//! `time` and `hold` then have what it brings. `src/media/wire.ts` gives all that names.

use crate::{Address, Event, Packet, PlayLink, PublishLink, Told};
use bytes::Bytes;
use counterpart_shared::quic::Track;
use std::collections::VecDeque;
use wasm_bindgen::prelude::wasm_bindgen;

/// What the last `poll` gave.
#[derive(Debug, Default)]
struct Current {
    code: String,
    text: String,
    bytes: Bytes,
    number: f64,
    time: f64,
    hold: f64,
}

impl Current {
    /// Keeps the event and gives its number.
    fn take(&mut self, event: Option<Event>) -> u32 {
        let (number, current) = match event {
            None => return 0,
            Some(Event::Send(bytes)) => (1, Self::of_bytes(bytes)),
            Some(Event::Ready) => (2, Self::default()),
            Some(Event::Refused(told)) => (3, told.into()),
            Some(Event::Closed(told)) => (4, told.into()),
            Some(Event::Failed(text)) => (5, Self::of_text(text)),
            Some(Event::Status(told)) => (6, told.into()),
            Some(Event::KeyframeRequest) => (7, Self::default()),
            Some(Event::Bitrate(bits)) => (8, Self::of_number(f64::from(bits))),
            Some(Event::RoundTrip(ms)) => (9, Self::of_number(ms)),
            Some(Event::VideoConfig { codec, record }) => (10, Self::of_config(codec, record)),
            Some(Event::Picture {
                time,
                hold,
                key,
                data,
            }) => {
                let number = f64::from(u8::from(key));
                let picture = Self::of_bytes(data);
                (
                    11,
                    Self {
                        time,
                        hold,
                        number,
                        ..picture
                    },
                )
            }
            Some(Event::AudioConfig {
                codec,
                rate,
                channels,
                description,
            }) => {
                let (number, time) = (f64::from(rate), f64::from(channels));
                let config = Self::of_config(codec, description);
                (
                    12,
                    Self {
                        number,
                        time,
                        ..config
                    },
                )
            }
            Some(Event::Sound { time, data }) => (
                13,
                Self {
                    time,
                    ..Self::of_bytes(data)
                },
            ),
            Some(Event::Gap { track, messages }) => {
                let time = f64::from(u8::from(track == Track::Audio));
                (
                    14,
                    Self {
                        time,
                        ..Self::of_number(messages as f64)
                    },
                )
            }
            Some(Event::Subflow(address)) => (15, Self::of_address(&address)),
            Some(Event::Received(received)) => (
                16,
                Self {
                    time: received.pictures as f64,
                    ..Self::of_number(received.round_trip as f64)
                },
            ),
            Some(Event::Whole(stream)) => (17, Self::of_number(f64::from(stream))),
        };
        *self = current;
        number
    }

    fn of_bytes(bytes: Bytes) -> Self {
        Self {
            bytes,
            ..Self::default()
        }
    }

    fn of_text(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }

    fn of_address(address: &Address) -> Self {
        Self::of_config(address.url(), address.sha256().to_vec().into())
    }

    fn of_number(number: f64) -> Self {
        Self {
            number,
            ..Self::default()
        }
    }

    fn of_config(code: String, bytes: Bytes) -> Self {
        Self {
            code,
            bytes,
            ..Self::default()
        }
    }
}

impl From<Told> for Current {
    fn from(told: Told) -> Self {
        Self {
            code: told.code,
            text: told.text,
            ..Self::default()
        }
    }
}

/// A media URL, taken apart.
#[wasm_bindgen]
#[derive(Debug)]
pub struct WireAddress(Address);

#[wasm_bindgen]
impl WireAddress {
    /// Reads a URL; throws a sentence.
    #[wasm_bindgen(constructor)]
    pub fn new(url: &str) -> Result<WireAddress, String> {
        url.parse()
            .map(Self)
            .map_err(|error: crate::AddressError| error.to_string())
    }

    /// What the WebTransport constructor takes.
    pub fn url(&self) -> String {
        self.0.url()
    }

    /// SHA-256 of the certificate to expect.
    pub fn sha256(&self) -> Vec<u8> {
        self.0.sha256().to_vec()
    }
}

/// See [`PublishLink`].
#[wasm_bindgen]
#[derive(Debug)]
pub struct WirePublish {
    link: PublishLink,
    current: Current,
    stand_in: VecDeque<Bytes>,
}

#[wasm_bindgen]
impl WirePublish {
    /// See [`PublishLink::new`].
    #[wasm_bindgen(constructor)]
    pub fn new(address: &WireAddress) -> WirePublish {
        Self {
            link: PublishLink::new(&address.0),
            current: Current::default(),
            stand_in: VecDeque::new(),
        }
    }

    /// See [`PublishLink::receive`].
    pub fn receive(&mut self, bytes: &[u8], now: f64) {
        self.link.receive(bytes, now);
    }

    /// See [`PublishLink::ping`].
    pub fn ping(&mut self, now: f64) {
        self.link.ping(now);
    }

    /// See [`PublishLink::close`].
    pub fn close(&mut self) {
        self.link.close();
    }

    /// See [`PublishLink::picture`]; throws a sentence.
    pub fn picture(&mut self, annex_b: Vec<u8>, time: f64) -> Result<Option<Vec<u8>>, String> {
        let bytes = self.link.picture(annex_b.into(), time);
        bytes
            .map(|bytes| bytes.map(Vec::from))
            .map_err(|error| error.to_string())
    }

    /// See [`PublishLink::sequence`].
    pub fn sequence(&self) -> f64 {
        self.link.sequence() as f64
    }

    /// See [`PublishLink::loss`].
    pub fn loss(&self) -> f64 {
        self.link.loss()
    }

    /// See [`PublishLink::stand_in`]; how many there are. `next_stand_in` gives them.
    pub fn stand_in(&mut self, stream: &[u8], room: usize) -> usize {
        self.stand_in = self.link.stand_in(stream, room).into();
        self.stand_in.len()
    }

    /// The next datagram that `stand_in` has made.
    pub fn next_stand_in(&mut self) -> Option<Vec<u8>> {
        self.stand_in.pop_front().map(Vec::from)
    }

    /// See [`PublishLink::sound_config`].
    pub fn sound_config(&mut self, channels: u8, pre_skip: u16, rate: u32) -> Option<Vec<u8>> {
        self.link
            .sound_config(channels, pre_skip, rate)
            .map(Vec::from)
    }

    /// See [`PublishLink::sound`]; `in_stream` tells how it travels.
    pub fn sound(&mut self, opus: Vec<u8>, time: f64, max_size: usize) -> Option<Vec<u8>> {
        let packet = self.link.sound(opus.into(), time, max_size)?;
        self.current.number = f64::from(u8::from(matches!(packet, Packet::Stream(_))));
        match packet {
            Packet::Stream(bytes) | Packet::Datagram(bytes) => Some(bytes.into()),
        }
    }

    /// Whether the last `sound` goes on a unidirectional stream.
    pub fn in_stream(&self) -> bool {
        self.current.number != 0.0
    }

    /// See [`PublishLink::poll`].
    pub fn poll(&mut self, now: f64) -> u32 {
        let event = self.link.poll(now);
        self.current.take(event)
    }

    /// Of the event.
    pub fn code(&self) -> String {
        self.current.code.clone()
    }

    /// Of the event.
    pub fn text(&self) -> String {
        self.current.text.clone()
    }

    /// Of the event.
    pub fn bytes(&self) -> Vec<u8> {
        self.current.bytes.to_vec()
    }

    /// Of the event.
    pub fn time(&self) -> f64 {
        self.current.time
    }

    /// Of the event.
    pub fn number(&self) -> f64 {
        self.current.number
    }
}

/// See [`PlayLink`].
#[wasm_bindgen]
#[derive(Debug)]
pub struct WirePlay {
    link: PlayLink,
    current: Current,
}

#[wasm_bindgen]
impl WirePlay {
    /// See [`PlayLink::new`].
    #[wasm_bindgen(constructor)]
    pub fn new(address: &WireAddress) -> WirePlay {
        Self {
            link: PlayLink::new(&address.0),
            current: Current::default(),
        }
    }

    /// See [`PlayLink::receive`].
    pub fn receive(&mut self, bytes: &[u8], now: f64) {
        self.link.receive(bytes, now);
    }

    /// See [`PlayLink::open_stream`].
    pub fn open_stream(&mut self) -> u32 {
        self.link.open_stream()
    }

    /// See [`PlayLink::push_stream`].
    pub fn push_stream(&mut self, stream: u32, bytes: &[u8], now: f64) {
        self.link.push_stream(stream, bytes, now);
    }

    /// See [`PlayLink::end_stream`].
    pub fn end_stream(&mut self, stream: u32, now: f64) {
        self.link.end_stream(stream, now);
    }

    /// See [`PlayLink::push_datagram`].
    pub fn push_datagram(&mut self, datagram: Vec<u8>, now: f64) {
        self.link.push_datagram(datagram.into(), now);
    }

    /// See [`PlayLink::deadline`].
    pub fn deadline(&self) -> Option<f64> {
        self.link.deadline()
    }

    /// See [`PlayLink::request_keyframe`].
    pub fn request_keyframe(&mut self) {
        self.link.request_keyframe();
    }

    /// See [`PlayLink::ping`].
    pub fn ping(&mut self, now: f64) {
        self.link.ping(now);
    }

    /// See [`PlayLink::close`].
    pub fn close(&mut self) {
        self.link.close();
    }

    /// See [`PlayLink::poll`].
    pub fn poll(&mut self, now: f64) -> u32 {
        let event = self.link.poll(now);
        self.current.take(event)
    }

    /// Of the event.
    pub fn code(&self) -> String {
        self.current.code.clone()
    }

    /// Of the event.
    pub fn text(&self) -> String {
        self.current.text.clone()
    }

    /// Of the event.
    pub fn bytes(&self) -> Vec<u8> {
        self.current.bytes.to_vec()
    }

    /// Of the event.
    pub fn number(&self) -> f64 {
        self.current.number
    }

    /// Of the event.
    pub fn time(&self) -> f64 {
        self.current.time
    }

    /// Of the event.
    pub fn hold(&self) -> f64 {
        self.current.hold
    }
}
