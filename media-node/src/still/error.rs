//! Why there is no still.

use crate::record::RecordError;
use std::sync::Arc;
use std::time::Duration;

/// What came instead of a still.
#[derive(Debug, thiserror::Error)]
pub enum StillError {
    /// Nobody publishes, or the stream is over.
    #[error("nobody publishes this stream")]
    NotLive,
    /// It ended meanwhile.
    #[error("the stream has ended: {0}")]
    Ended(Arc<str>),
    /// As many are being taken as the node takes at once.
    #[error("too many stills are being taken")]
    Busy,
    /// There is none that a decoder could begin with.
    #[error("no keyframe came within {0:?}")]
    NoPicture(Duration),
    /// The decoder makes nothing of them.
    #[error("the pictures cannot be decoded: {0}")]
    Undecodable(String),
    /// More than a still is made of.
    #[error("a picture of {width} × {height} is too large, at most {max} pixels")]
    TooLarge {
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
        /// Most pixels.
        max: u64,
    },
    /// The disk refused.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The thread has died.
    #[error("the decoder's thread: {0}")]
    Thread(String),
}
