//! What to publish.

use super::report::PublishProgress;
use crate::encode::{AudioCodec, AudioSettings};
use crate::picture::PictureSource;
use crate::stop::Stop;
use tokio::sync::watch;

/// What to publish, and until when.
#[derive(Debug, Clone)]
pub struct PublishOptions {
    /// Where the pictures come from; none for sound only.
    pub picture: Option<PictureSource>,
    /// Whether mark and flash are drawn into them.
    pub mark: bool,
    /// Pictures per second, 1 to 60.
    pub fps: u32,
    /// Bits per second of the pictures; the node may ask for less.
    pub bitrate: u32,
    /// The sound; none for pictures only.
    pub audio: Option<AudioSettings>,
    /// The frequency of the tone between the beeps, which tells one publisher from another.
    pub tone_hz: f64,
    /// Ends it.
    pub stop: Stop,
    /// Tells how far it is.
    pub progress: watch::Sender<PublishProgress>,
}

/// The clock at 640×360, 25 pictures/s, 600 kbit/s, with mono Opus.
impl Default for PublishOptions {
    fn default() -> Self {
        Self {
            picture: Some(PictureSource::default()),
            mark: true,
            fps: 25,
            bitrate: 600_000,
            audio: Some(AudioSettings {
                codec: AudioCodec::Opus,
                channels: 1,
                bitrate: 32_000,
            }),
            tone_hz: 300.0,
            stop: Stop::default(),
            progress: watch::Sender::default(),
        }
    }
}
