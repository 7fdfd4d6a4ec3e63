//! What was published.

use crate::end::End;
use serde::Serialize;

/// How far a publish is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublishProgress {
    /// Pictures handed to the carrier.
    pub pictures: u64,
    /// Packets of sound handed to the carrier.
    pub sounds: u64,
    /// Bits per second that the pictures aim at.
    pub bitrate: u32,
    /// Width and height at which they are encoded; smaller than what is taken where the bitrate is low.
    pub size: Option<(usize, usize)>,
    /// What gets through with sound, in bits per second, once anybody has said so.
    pub limit: Option<u32>,
    /// Pictures that were not made or not sent because the link was full.
    pub full: u64,
}

/// What a publish came to.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PublishReport {
    /// How it ended.
    pub end: End,
    /// From the first attempt to connect until the node let the stream begin.
    pub connect_ms: f64,
    /// From then to the end.
    pub duration_ms: f64,
    /// Pictures handed to the carrier.
    pub pictures: u64,
    /// How many of them were keyframes.
    pub keyframes: u64,
    /// Pictures that were not made because the machine was late.
    pub skipped: u64,
    /// Pictures that were left out to keep to the bitrate.
    pub left_out: u64,
    /// Pictures and packets that were made and not sent because too much was on its way already.
    pub dropped: u64,
    /// Packets of sound handed to the carrier.
    pub sounds: u64,
    /// Bytes of both.
    pub bytes: u64,
    /// Keyframes that the node asked for.
    pub keyframe_requests: u64,
    /// Changes of the bitrate that the node caused.
    pub bitrate_changes: u64,
    /// Bits per second that the pictures aimed at last.
    pub bitrate: u32,
    /// Width and height of the last picture.
    pub size: Option<(usize, usize)>,
    /// Mean time to encode a picture.
    pub encode_ms: f64,
}
