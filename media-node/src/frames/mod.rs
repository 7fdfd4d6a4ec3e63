//! One picture, one packet of sound or one configuration, as it goes from its publisher to every reader.

use counterpart_shared::flv::{FrameKind, TagKind, classify};
use counterpart_shared::quic::Track;
use counterpart_shared::rtmp::Message;
use std::time::Instant;

/// A message of a published stream, looked at once. Cloning shares the body.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The message as it came, but for its timestamp, which the hub keeps monotonic over takeovers.
    pub message: Message,
    /// What it is.
    pub kind: FrameKind,
    /// When it arrived whole.
    pub arrived: Instant,
}

impl Frame {
    /// Looks at a message. `None` for what no reader can use: unknown codecs, ends, commands.
    pub fn new(message: Message, now: Instant) -> Option<Self> {
        let tag = TagKind::from_id(message.kind.into())?;
        let kind = classify(tag, &message.payload);
        (kind != FrameKind::Other).then_some(Self {
            message,
            kind,
            arrived: now,
        })
    }

    /// Its track.
    pub fn track(&self) -> Track {
        match self.kind {
            FrameKind::AudioConfig | FrameKind::Audio => Track::Audio,
            FrameKind::Data | FrameKind::Other => Track::Data,
            _ => Track::Video,
        }
    }

    /// Whether it is sound in Opus, which not every reader can take.
    pub fn is_opus(&self) -> bool {
        let body = &self.message.payload;
        // Enhanced RTMP v2, "Enhanced Audio": format 9, then the packet type, then the FourCC.
        self.track() == Track::Audio
            && body.first().is_some_and(|first| first >> 4 == 9)
            && body.get(1..5) == Some(b"Opus")
    }

    /// Bytes of its body.
    pub fn len(&self) -> usize {
        self.message.payload.len()
    }

    /// Whether its body is empty.
    pub fn is_empty(&self) -> bool {
        self.message.payload.is_empty()
    }

    /// The same at another time of the stream.
    #[must_use]
    pub fn at(mut self, timestamp: u32) -> Self {
        self.message.timestamp = timestamp;
        self
    }
}
