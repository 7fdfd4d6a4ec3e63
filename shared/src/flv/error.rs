//! Why bytes are not FLV, or not FLV that is understood here.

/// A fault in FLV bytes, or a form of FLV that is not supported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FlvError {
    /// A body ends inside its own header.
    #[error("body of {have} bytes ends inside its header of {needed}")]
    Truncated {
        /// Bytes that the header takes.
        needed: usize,
        /// Bytes that are there.
        have: usize,
    },
    /// A video codec other than H.264 in the classic header.
    #[error("video codec {0} is not supported")]
    VideoCodec(u8),
    /// An audio format other than AAC in the classic header.
    #[error("audio format {0} is not supported")]
    AudioFormat(u8),
    /// A codec that the enhanced header names and that is not supported.
    #[error("codec '{}' is not supported", .0.escape_ascii())]
    FourCc([u8; 4]),
    /// A frame type outside 1 to 5.
    #[error("video frame type {0} does not exist")]
    FrameType(u8),
    /// A packet type that does not exist, or one of the enhanced ones that are not supported.
    #[error("packet type {0} is not supported")]
    PacketType(u8),
    /// The file does not begin with "FLV", version 1.
    #[error("not an FLV file: begins with {0:02x?}")]
    NotFlv([u8; 4]),
    /// The file header claims a length outside 9 to 1024.
    #[error("FLV header length {0} is out of bounds")]
    HeaderLength(u32),
    /// A tag that is neither audio, video nor script data, or that is encrypted.
    #[error("tag type {0:#04x} is not supported")]
    TagType(u8),
    /// A tag body over the reader's limit or over what 24 bits can say.
    #[error("tag body of {len} bytes is over the limit of {limit}")]
    TooLarge {
        /// Length of the body.
        len: usize,
        /// Longest body allowed.
        limit: usize,
    },
}
