//! Why something could not be encoded.

/// A setting that the encoder does not take, or a fault of the encoder.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// The H.264 encoder.
    #[error("the H.264 encoder failed")]
    Video(#[from] openh264::Error),
    /// What it made is not H.264 as it is carried here.
    #[error("the H.264 encoder made what cannot be carried")]
    H264(#[from] counterpart_shared::h264::H264Error),
    /// The Opus encoder.
    #[error("the Opus encoder failed")]
    Opus(#[from] opus::Error),
    /// The AAC encoder.
    #[error("the AAC encoder failed: {0}")]
    Aac(String),
    /// Sound has one or two channels.
    #[error("{0} channels; sound has 1 or 2 here")]
    Channels(u8),
}
