//! The session on the control stream.

use crate::event::Event;
use crate::times::wrap;
use bytes::{Bytes, BytesMut};
use counterpart_shared::rtmp::chunk::{ChunkLimits, ChunkReader, ChunkWriter};
use counterpart_shared::rtmp::{Heard, Message, Subflow};
use counterpart_shared::session::{ClientOutput, ClientSession, MediaUrl, Scheme, UrlError};
use std::collections::VecDeque;
use std::fmt;
use std::str::FromStr;

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(MediaUrl);

/// Why a text is no address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddressError {
    /// It is no media URL.
    Url(UrlError),
    /// Another carrier's URL.
    Scheme(Scheme),
    /// No certificate is named.
    NoPin,
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(error) => error.fmt(f),
            Self::Scheme(scheme) => write!(f, "a {scheme:?} URL is not for WebTransport"),
            Self::NoPin => f.write_str("the URL names no certificate (#sha256=…)"),
        }
    }
}

impl FromStr for Address {
    type Err = AddressError;
    fn from_str(text: &str) -> Result<Self, AddressError> {
        let url: MediaUrl = text.parse().map_err(AddressError::Url)?;
        if url.scheme != Scheme::WebTransport {
            return Err(AddressError::Scheme(url.scheme));
        }
        url.sha256.ok_or(AddressError::NoPin)?;
        Ok(Self(url))
    }
}

impl Address {
    /// What the WebTransport constructor takes.
    pub fn url(&self) -> String {
        MediaUrl {
            sha256: None,
            ..self.0.clone()
        }
        .to_string()
    }

    /// SHA-256 of the certificate to expect.
    pub fn sha256(&self) -> [u8; 32] {
        self.0.sha256.unwrap_or_default()
    }
}

impl Address {
    /// Where one more connection of this one leads: the node names all but the port, which may be another one here than there.
    fn of_subflow(&self, subflow: Subflow) -> Result<Self, AddressError> {
        let Subflow {
            host,
            ticket,
            sha256,
        } = subflow;
        let port = self.0.port;
        format!("https://{host}:{port}/rtmp/subflow/{ticket}#sha256={sha256}").parse()
    }
}

/// What the two links share.
#[derive(Debug)]
pub(crate) struct Control {
    address: Address,
    session: ClientSession,
    reader: ChunkReader,
    writer: ChunkWriter,
    events: VecDeque<Event>,
    /// When something was sent that is answered, before pings can be.
    asked: Option<f64>,
    over: bool,
}

impl Control {
    /// Connects and publishes.
    pub(crate) fn publish(address: &Address) -> Self {
        let Address(url) = address;
        let name = url.name_with_query();
        let session = ClientSession::publish(&url.app, &url.tc_url(), &name);
        Self::new(address, session)
    }

    /// Connects and plays.
    pub(crate) fn play(address: &Address) -> Self {
        let Address(url) = address;
        let name = url.name_with_query();
        let session = ClientSession::play(&url.app, &url.tc_url(), &name);
        Self::new(address, session)
    }

    fn new(address: &Address, session: ClientSession) -> Self {
        Self {
            address: address.clone(),
            session,
            reader: ChunkReader::new(ChunkLimits::default()),
            writer: ChunkWriter::new(),
            events: VecDeque::new(),
            asked: None,
            over: false,
        }
    }

    /// Takes what the control stream brought.
    pub(crate) fn receive(&mut self, bytes: &[u8], now: f64) {
        if let Some(asked) = self.asked.take() {
            self.events.push_back(Event::RoundTrip(now - asked));
        }
        self.reader.push(bytes);
        while !self.over {
            let received = match self.reader.next_message() {
                Ok(Some(message)) => self.session.receive(message).map_err(|e| e.to_string()),
                Ok(None) => break,
                Err(error) => Err(error.to_string()),
            };
            match received {
                Ok(()) => self.perform(now),
                Err(error) => self.fail(error),
            }
        }
        if let Some(acknowledgement) = self.reader.acknowledgement() {
            self.send(&acknowledgement);
        }
    }

    /// What is to be done next.
    pub(crate) fn poll(&mut self, now: f64) -> Option<Event> {
        self.perform(now);
        let event = self.events.pop_front();
        if let (Some(Event::Send(_)), false) = (&event, self.stands()) {
            self.asked = Some(now);
        }
        event
    }

    /// The message stream, once it is ready.
    pub(crate) fn stream_id(&self) -> Option<u32> {
        self.session.stream_id()
    }

    pub(crate) fn ping(&mut self, now: f64) {
        if self.stands() {
            self.session.ping(wrap(now));
        }
    }

    pub(crate) fn request_keyframe(&mut self) {
        self.session.request_keyframe();
    }

    pub(crate) fn hear(&mut self, heard: Heard) {
        self.session.hear(heard);
    }

    pub(crate) fn close(&mut self) {
        self.session.close();
        self.over = true;
    }

    /// Ends with this fault.
    pub(crate) fn fail(&mut self, error: String) {
        if !self.over {
            self.events.push_back(Event::Failed(error));
        }
        self.over = true;
    }

    fn stands(&self) -> bool {
        self.session.stream_id().is_some()
    }

    /// All that is to be sent at one time is one event.
    fn perform(&mut self, now: f64) {
        let mut bytes = BytesMut::new();
        while let Some(output) = self.session.poll() {
            let event = match output {
                ClientOutput::Send(message) => {
                    self.write(&message, &mut bytes);
                    continue;
                }
                ClientOutput::Ready { .. } => Event::Ready,
                ClientOutput::Refused(status) => Event::Refused(status.into()),
                ClientOutput::Closed(status) => Event::Closed(status.into()),
                ClientOutput::Status(status) => Event::Status(status.into()),
                ClientOutput::KeyframeRequest => Event::KeyframeRequest,
                ClientOutput::Bitrate { bits_per_second } => Event::Bitrate(bits_per_second),
                ClientOutput::Subflow(subflow) => match self.address.of_subflow(subflow) {
                    Ok(address) => Event::Subflow(address),
                    Err(error) => {
                        self.fail(format!("a further connection's address: {error}"));
                        continue;
                    }
                },
                ClientOutput::Received(received) => Event::Received(received),
                ClientOutput::Pong { timestamp } => {
                    Event::RoundTrip(wrap(now).wrapping_sub(timestamp).into())
                }
                // A browser's transport takes no advice.
                ClientOutput::Growth { .. } | ClientOutput::Media(_) => continue,
            };
            self.over |= matches!(event, Event::Refused(_) | Event::Closed(_));
            self.events.push_back(event);
        }
        if !bytes.is_empty() {
            self.events.push_back(Event::Send(bytes.freeze()));
        }
    }

    fn send(&mut self, message: &Message) {
        let mut bytes = BytesMut::new();
        self.write(message, &mut bytes);
        self.events.push_back(Event::Send(bytes.freeze()));
    }

    fn write(&mut self, message: &Message, bytes: &mut BytesMut) {
        let mut pieces: VecDeque<Bytes> = VecDeque::new();
        self.writer.write(message, &mut pieces);
        pieces
            .iter()
            .for_each(|piece| bytes.extend_from_slice(piece));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_webtransport_url_with_a_pin() {
        let pin = "ab".repeat(32);
        let text = format!("https://l.localhost:4433/rtmp/live/c.caller?grant=J#sha256={pin}");
        let address: Address = text.parse().unwrap();
        assert_eq!(
            address.url(),
            "https://l.localhost:4433/rtmp/live/c.caller?grant=J"
        );
        assert_eq!(address.sha256(), [0xAB; 32]);
        let quic = format!("quic://l.localhost:4433/live/c.caller?grant=J#sha256={pin}");
        let refused: Vec<_> = [&quic, address.url().as_str(), "nothing"]
            .iter()
            .map(|text| text.parse::<Address>().unwrap_err().to_string())
            .collect();
        assert_eq!(refused[0], "a Quic URL is not for WebTransport");
        assert_eq!(refused[1], "the URL names no certificate (#sha256=…)");
    }
}
