//! What a connection tells its holder.

use super::CarryError;
use counterpart_shared::quic::Track;
use counterpart_shared::rtmp::{Message, Status};

/// Something came.
#[derive(Debug)]
pub enum Event {
    /// Picture, sound or data of what is played, in order within its track.
    Media(Message),
    /// So many messages of a track will never come (QUIC only).
    Gap {
        /// The track.
        track: Track,
        /// How many.
        messages: u64,
    },
    /// The next picture is to be a keyframe.
    KeyframeRequest,
    /// What gets through, in bits per second, says the node, who sees all legs.
    Bitrate(u32),
    /// What the publisher's own link takes, in bits per second.
    Room(u32),
    /// The node says something about the stream.
    Status(Status),
    /// The node ended the stream. Nothing comes after it.
    Closed(Status),
    /// The connection failed. Nothing comes after it.
    Failed(CarryError),
}
