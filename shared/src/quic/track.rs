//! Back into order: messages of one track that came on different QUIC streams and datagrams.

use crate::rtmp::{Message, MessageKind};

/// What is numbered together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Track {
    /// Message type 9.
    Video,
    /// Message type 8.
    Audio,
    /// Message types 15 and 18.
    Data,
}

impl Track {
    /// The track of a kind of message, `None` for what does not travel as media.
    pub fn of(kind: MessageKind) -> Option<Track> {
        match kind {
            MessageKind::Video => Some(Track::Video),
            MessageKind::Audio => Some(Track::Audio),
            MessageKind::DataAmf0 | MessageKind::DataAmf3 => Some(Track::Data),
            _ => None,
        }
    }
}

/// Whether the body of a video message is a picture that decodes by itself (FLV 1.0 E.4.3.1 FrameType 1, also in the
/// enhanced form), not the codec's configuration.
pub fn is_keyframe(payload: &[u8]) -> bool {
    todo!()
}

/// Whether the body of a video message is the codec's configuration (AVCPacketType 0, or enhanced SequenceStart).
pub fn is_configuration(payload: &[u8]) -> bool {
    todo!()
}

/// How a track is put in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackLimits {
    /// How long a gap is waited for, in milliseconds.
    pub patience: u64,
    /// Messages that wait behind a gap.
    pub max_held: usize,
    /// Their bytes.
    pub max_held_bytes: usize,
    /// The least time between two [`TrackOutput::KeyframeRequest`], in milliseconds.
    pub request_interval: u64,
}

/// What comes out of a track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrackOutput {
    /// The next message in order.
    Message {
        /// Its sequence.
        sequence: u64,
        /// The message.
        message: Message,
    },
    /// Messages `from..to` were given up.
    Gap {
        /// The first.
        from: u64,
        /// The one after the last.
        to: u64,
    },
    /// Video only: nothing decodes until a keyframe comes; ask the sender for one.
    KeyframeRequest,
}

/// Puts one track in order.
///
/// **Driving.** [`push`](Self::push) each message as it comes, then [`poll`](Self::poll) until `None`; poll again at
/// [`deadline`](Self::deadline). Times are milliseconds of any clock that does not go back.
#[derive(Debug)]
pub struct TrackReceiver {}

impl TrackReceiver {
    /// Before message 0.
    pub fn new(track: Track, limits: TrackLimits) -> Self {
        todo!()
    }

    /// Takes a message; a duplicate or one that comes after it was given up is dropped and counted.
    pub fn push(&mut self, sequence: u64, message: Message, now: u64) {
        todo!()
    }

    /// What comes next.
    pub fn poll(&mut self, now: u64) -> Option<TrackOutput> {
        todo!()
    }

    /// When to poll again although nothing came.
    pub fn deadline(&self) -> Option<u64> {
        todo!()
    }

    /// Messages that came twice or too late.
    pub fn discarded(&self) -> u64 {
        todo!()
    }

    /// Messages that never came or that nothing could be made of, up to now.
    pub fn lost(&self) -> u64 {
        todo!()
    }
}
