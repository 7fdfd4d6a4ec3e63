//! What was played.

use super::delays::Spread;
use crate::end::End;
use serde::Serialize;

/// How far a play is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PlayProgress {
    /// Pictures decoded.
    pub pictures: u64,
    /// Packets of sound decoded.
    pub sounds: u64,
    /// Messages that never came (QUIC).
    pub lost: u64,
    /// Size of the last picture.
    pub size: Option<(usize, usize)>,
    /// Delay of the last picture, when it has a mark.
    pub delay_ms: Option<f64>,
}

/// What a play came to.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PlayReport {
    /// How it ended.
    pub end: End,
    /// From the first attempt to connect until the node let the play begin.
    pub connect_ms: f64,
    /// From the first attempt to connect to the end.
    pub duration_ms: f64,
    /// From the first attempt to connect until the first keyframe came.
    pub first_keyframe_ms: Option<f64>,
    /// From the first attempt to connect until the first picture was decoded.
    pub first_picture_ms: Option<f64>,
    /// Size of the last picture.
    pub size: Option<(usize, usize)>,
    /// Pictures decoded.
    pub pictures: u64,
    /// Keyframes that came.
    pub keyframes: u64,
    /// Pictures that came and could not be decoded.
    pub undecodable: u64,
    /// Pictures decoded without a readable mark.
    pub unmarked: u64,
    /// Gaps in the pictures (QUIC), and how many messages they took.
    pub video_gaps: u64,
    /// See [`video_gaps`](Self::video_gaps).
    pub video_lost: u64,
    /// From the capture of a picture until it was decoded.
    pub frame_delay: Option<Spread>,
    /// From one decoded picture to the next.
    pub picture_interval: Option<Spread>,
    /// Intervals of more than a quarter of a second.
    pub freezes: u64,
    /// `aac` or `opus`.
    pub audio_codec: Option<String>,
    /// Packets of sound decoded.
    pub sounds: u64,
    /// Packets of sound that came and could not be decoded.
    pub sounds_undecodable: u64,
    /// Steps in the sound's time line beyond the length of its packets.
    pub audio_gaps: u64,
    /// How much sound they took.
    pub audio_gap_ms: f64,
    /// From the beginning of a beep until it was decoded; measured in the second it belongs to, so delays of a second
    /// and more come out a second shorter.
    pub sound_delay: Option<Spread>,
    /// How much later than its flash a beep begins on the stream's time line.
    pub av_step: Option<Spread>,
    /// The frequency that was the strongest of most packets between the beeps.
    pub tone_hz: Option<f64>,
    /// Bytes of pictures and sound.
    pub bytes: u64,
    /// PNG files written.
    pub pngs: u64,
    /// What the node said about the stream.
    pub statuses: Vec<String>,
    /// What could not be written.
    pub faults: Vec<String>,
}
