//! One interface for both sound codecs.

use super::aac::AacEncoder;
use super::opus::OpusEncoder;
use super::{EncodeError, SAMPLE_RATE};
use bytes::Bytes;
use std::fmt;
use std::str::FromStr;

/// How sound is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AudioCodec {
    /// AAC-LC, 1024 samples a packet.
    Aac,
    /// Opus, 20 ms a packet.
    Opus,
}

impl fmt::Display for AudioCodec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AudioCodec::Aac => "aac",
            AudioCodec::Opus => "opus",
        })
    }
}

impl FromStr for AudioCodec {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "aac" => Ok(AudioCodec::Aac),
            "opus" => Ok(AudioCodec::Opus),
            other => Err(format!("'{other}' is neither aac nor opus")),
        }
    }
}

/// What sound to make of the samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AudioSettings {
    /// How it is encoded.
    pub codec: AudioCodec,
    /// 1 or 2.
    pub channels: u8,
    /// Bits per second.
    pub bitrate: u32,
}

/// One packet of sound as a message body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoundPacket {
    /// The body.
    pub body: Bytes,
    /// The sample of the input, since the start, with which its decoded sound begins; negative while only the
    /// encoder's own delay comes out.
    pub first_sample: i64,
}

impl SoundPacket {
    /// Milliseconds from the first sample of the input to the first of this packet.
    pub fn offset_ms(&self) -> f64 {
        self.first_sample as f64 * 1000.0 / f64::from(SAMPLE_RATE)
    }
}

/// Encodes 48 kHz sound in blocks of [`block`](Self::block) samples of one channel; both channels get the same.
#[derive(Debug)]
pub struct AudioEncoder(Codec);

#[derive(Debug)]
enum Codec {
    Aac(AacEncoder),
    Opus(OpusEncoder),
}

impl AudioEncoder {
    /// With these settings.
    pub fn new(settings: AudioSettings) -> Result<Self, EncodeError> {
        if !(1..=2).contains(&settings.channels) {
            return Err(EncodeError::Channels(settings.channels));
        }
        Ok(Self(match settings.codec {
            AudioCodec::Aac => Codec::Aac(AacEncoder::new(settings)?),
            AudioCodec::Opus => Codec::Opus(OpusEncoder::new(settings)?),
        }))
    }

    /// Samples of one block.
    pub fn block(&self) -> usize {
        match &self.0 {
            Codec::Aac(_) => AacEncoder::BLOCK,
            Codec::Opus(_) => OpusEncoder::BLOCK,
        }
    }

    /// The configuration as a message body.
    pub fn config(&self) -> Result<Bytes, EncodeError> {
        match &self.0 {
            Codec::Aac(encoder) => encoder.config(),
            Codec::Opus(encoder) => Ok(encoder.config()),
        }
    }

    /// Encodes one block. The first ones may give nothing.
    pub fn encode(&mut self, samples: &[i16]) -> Result<Option<SoundPacket>, EncodeError> {
        match &mut self.0 {
            Codec::Aac(encoder) => encoder.encode(samples),
            Codec::Opus(encoder) => encoder.encode(samples).map(Some),
        }
    }
}

/// Each sample as often as there are channels.
pub(super) fn interleave(samples: &[i16], channels: u8) -> Vec<i16> {
    samples
        .iter()
        .flat_map(|&sample| std::iter::repeat_n(sample, usize::from(channels)))
        .collect()
}
