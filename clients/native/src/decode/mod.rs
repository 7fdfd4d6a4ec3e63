//! From the bodies of RTMP messages to pictures and sound, and what can be measured in them.

mod beep;
mod error;
mod goertzel;
mod sound;
mod video;

pub use beep::BeepDetector;
pub use error::DecodeError;
pub use goertzel::{amplitude, strongest};
pub use sound::{Sound, SoundDecoder};
pub use video::{Decoded, VideoDecoder, luma, write_png};
