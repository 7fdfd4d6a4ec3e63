//! Why something could not be decoded.

/// What arrived is not what a decoder takes.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The body.
    #[error("not an FLV body")]
    Flv(#[from] counterpart_shared::flv::FlvError),
    /// The NAL units or their configuration.
    #[error("not H.264 as FLV carries it")]
    H264(#[from] counterpart_shared::h264::H264Error),
    /// The picture.
    #[error("the H.264 decoder failed")]
    Video(#[from] openh264::Error),
    /// An Opus packet or head.
    #[error("the Opus decoder failed")]
    Opus(#[from] opus::Error),
    /// An OpusHead.
    #[error("not an Opus configuration")]
    OpusHead(#[from] counterpart_shared::opus::OpusError),
    /// An AAC packet or configuration.
    #[error("the AAC decoder failed: {0}")]
    Aac(String),
    /// A picture or packet before its configuration.
    #[error("a {0} before its configuration")]
    NoConfig(&'static str),
    /// A PNG could not be written.
    #[error("cannot write a picture as PNG")]
    Png(#[from] png::EncodingError),
    /// Its file could not be made.
    #[error("cannot create a file for a picture")]
    Io(#[from] std::io::Error),
}
