//! AMF0, the notation of RTMP's commands and metadata (Action Message Format 0, 2007-12-11).
//!
//! | section | here |
//! |---|---|
//! | §2.1 types and markers | [`Value`] |
//! | §2.2–2.13 their bytes | [`Reader`], [`write()`] |
//!
//! The reader is bounded in depth and in number of values, because both come from the peer.

mod error;
mod reader;
mod value;
mod writer;

#[cfg(test)]
mod tests;

pub use error::Amf0Error;
pub use reader::{Amf0Limits, Reader, read_all};
pub use value::Value;
pub use writer::{write, write_all};
