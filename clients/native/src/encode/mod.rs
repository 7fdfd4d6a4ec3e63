//! From pictures and sound to the bodies of RTMP messages.

mod aac;
mod audio;
mod error;
mod opus;
pub mod tone;
mod video;

pub use audio::{AudioCodec, AudioEncoder, AudioSettings, SoundPacket};
pub use error::EncodeError;
pub use video::{CodedPicture, VideoEncoder, VideoSettings};

/// Samples per second of all sound.
pub const SAMPLE_RATE: u32 = 48_000;
