//! Why bytes are not AAC as it is carried here.

/// A fault in AAC bytes, or a form of AAC that is not supported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AacError {
    /// The bits end before the structure does.
    #[error("ends inside {0}")]
    Truncated(&'static str),
    /// An object type that is not AAC.
    #[error("audio object type {0} is not supported")]
    ObjectType(u8),
    /// A sampling frequency index that is reserved, or a rate of 0 or over 96 kHz.
    #[error("sampling frequency {0} is not supported")]
    SampleRate(u32),
    /// Channels that the configuration number does not name (0 or over 7).
    #[error("channel configuration {0} is not supported")]
    Channels(u8),
    /// No ADTS sync word.
    #[error("no ADTS sync word")]
    NoSync,
    /// A frame that ADTS cannot hold or whose length cannot be.
    #[error("ADTS frame length {0} is out of bounds")]
    FrameLength(usize),
}
