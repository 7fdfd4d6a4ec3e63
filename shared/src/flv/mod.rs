//! FLV: the bodies of RTMP's audio and video messages, and the tags of a file or an HTTP-FLV answer.
//!
//! | item | where it is specified |
//! |---|---|
//! | [`VideoBody`], [`AudioBody`] | FLV 10.1 annex E.4.2, E.4.3; Enhanced RTMP v2, "Enhanced Video/Audio" |
//! | [`TagReader`], [`Tag`], [`file_header`] | FLV 10.1 annex E.2, E.3 |
//! | [`classify`] | both, and H.264 §7.4.1 for `nal_ref_idc` |
//!
//! Reading never copies: what comes out are slices of the [`Bytes`](bytes::Bytes) that went in.

mod audio;
mod classify;
mod error;
mod tag;
mod video;

#[cfg(test)]
mod tests;

pub use audio::{AudioBody, AudioCodec, AudioPacket};
pub use classify::{FrameKind, classify};
pub use error::FlvError;
pub use tag::{
    FILE_HEADER_LEN, MAX_TAG_BODY, Tag, TagKind, TagReader, file_header, tag_header, tag_trailer,
};
pub use video::{FrameType, VideoBody, VideoPacket};
