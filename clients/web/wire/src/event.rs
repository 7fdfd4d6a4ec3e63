//! What a link wants done, or tells.

use crate::control::Address;
use bytes::Bytes;
use counterpart_shared::quic::Track;
use counterpart_shared::rtmp::{Received, Status};

/// Something to do or to know.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Send this on the control stream.
    Send(Bytes),
    /// The node lets the stream begin.
    Ready,
    /// The node said no.
    Refused(Told),
    /// The node ended the stream.
    Closed(Told),
    /// What came cannot be read.
    Failed(String),
    /// The node says something about the stream that is no end.
    Status(Told),
    /// The next picture is to be a keyframe.
    KeyframeRequest,
    /// So many bits per second get through, pictures and sound together.
    Bitrate(u32),
    /// Media may come over one more connection, too.
    Subflow(Address),
    /// What came of what is published.
    Received(Received),
    /// Nothing more is needed of this unidirectional stream: stop it.
    Whole(u32),
    /// A round trip took so many milliseconds.
    RoundTrip(f64),
    /// What the pictures' decoder needs first.
    VideoConfig {
        /// `avc1.42e01f`.
        codec: String,
        /// The AVCDecoderConfigurationRecord.
        record: Bytes,
    },
    /// One picture, length-prefixed NAL units.
    Picture {
        /// Milliseconds on the stream's time line, when it is to be shown.
        time: f64,
        /// For how many milliseconds it is best held before that, see [`PlayOut`](counterpart_shared::quic::PlayOut).
        hold: f64,
        /// Whether decoding can start here.
        key: bool,
        /// The NAL units.
        data: Bytes,
    },
    /// What the sound's decoder needs first.
    AudioConfig {
        /// `opus` or `mp4a.40.2`.
        codec: String,
        /// Samples per second.
        rate: u32,
        /// Channels.
        channels: u32,
        /// OpusHead or AudioSpecificConfig.
        description: Bytes,
    },
    /// One packet of sound.
    Sound {
        /// Milliseconds on the stream's time line.
        time: f64,
        /// The packet.
        data: Bytes,
    },
    /// So many messages of this track will never come.
    Gap {
        /// The track.
        track: Track,
        /// How many.
        messages: u64,
    },
}

/// What the node says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Such as `NetStream.Play.Stop`.
    pub code: String,
    /// For people.
    pub text: String,
}

impl From<Status> for Told {
    fn from(status: Status) -> Self {
        Self {
            code: status.code,
            text: status.description,
        }
    }
}
