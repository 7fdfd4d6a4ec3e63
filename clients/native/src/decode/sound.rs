//! Sound.

use super::DecodeError;
use bytes::Bytes;
use counterpart_shared::flv::{AudioBody, AudioCodec, AudioPacket};
use counterpart_shared::opus::OpusHead;
use fdk_aac::dec::{Decoder as Fdk, DecoderError as FdkError, Transport};
use opus::{Channels, Decoder as Opus};

/// 120 ms of two channels, the longest Opus packet; AAC's are shorter.
const MAX_SAMPLES: usize = 5760 * 2;

/// Decoded samples, channels mixed into one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    /// Samples per second.
    pub rate: u32,
    /// So many samples late it is: the decoder's own delay, by which the first sample is before the packet's time.
    pub delay: usize,
    /// The samples.
    pub samples: Vec<i16>,
}

impl Sound {
    /// When its first sample is to be heard, if its packet's time is `packet`, in milliseconds.
    pub fn start(&self, packet: f64) -> f64 {
        packet - self.delay as f64 * 1000.0 / f64::from(self.rate.max(1))
    }
}

/// Decodes the bodies of one audio track in their order.
#[derive(Default)]
pub struct SoundDecoder {
    codec: Option<Codec>,
}

enum Codec {
    Opus { decoder: Opus, channels: usize },
    Aac(Fdk),
}

impl std::fmt::Debug for SoundDecoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SoundDecoder")
            .field("codec", &self.codec())
            .finish()
    }
}

impl SoundDecoder {
    /// Before any configuration.
    pub fn new() -> Self {
        Self::default()
    }

    /// What is decoded, once it is known.
    pub fn codec(&self) -> Option<AudioCodec> {
        self.codec.as_ref().map(|codec| match codec {
            Codec::Opus { .. } => AudioCodec::Opus,
            Codec::Aac(_) => AudioCodec::Aac,
        })
    }

    /// Takes the body of one audio message; a configuration gives no sound.
    pub fn decode(&mut self, body: &Bytes) -> Result<Option<Sound>, DecodeError> {
        let body = AudioBody::parse(body)?;
        match body.packet {
            AudioPacket::Config(config) => {
                self.codec = Some(open(body.codec, &config)?);
                Ok(None)
            }
            AudioPacket::Coded(data) => {
                let codec = self
                    .codec
                    .as_mut()
                    .ok_or(DecodeError::NoConfig("packet of sound"))?;
                codec.decode(&data).map(Some)
            }
            AudioPacket::End => Ok(None),
        }
    }
}

fn open(codec: AudioCodec, config: &[u8]) -> Result<Codec, DecodeError> {
    match codec {
        AudioCodec::Opus => {
            let (channels, count) = match OpusHead::parse(config)?.channels {
                1 => (Channels::Mono, 1),
                _ => (Channels::Stereo, 2),
            };
            let decoder = Opus::new(crate::encode::SAMPLE_RATE, channels)?;
            Ok(Codec::Opus {
                decoder,
                channels: count,
            })
        }
        AudioCodec::Aac => {
            let mut decoder = Fdk::new(Transport::Raw);
            decoder.config_raw(config).map_err(fault)?;
            Ok(Codec::Aac(decoder))
        }
    }
}

impl Codec {
    fn decode(&mut self, data: &[u8]) -> Result<Sound, DecodeError> {
        let mut samples = vec![0; MAX_SAMPLES];
        match self {
            Codec::Opus { decoder, channels } => {
                let count = decoder.decode(data, &mut samples, false)?;
                Ok(Sound {
                    rate: crate::encode::SAMPLE_RATE,
                    delay: 0,
                    samples: mix(&samples[..count * *channels], *channels),
                })
            }
            Codec::Aac(decoder) => decode_aac(decoder, data, &mut samples),
        }
    }
}

fn decode_aac(decoder: &mut Fdk, data: &[u8], samples: &mut [i16]) -> Result<Sound, DecodeError> {
    decoder.fill(data).map_err(fault)?;
    decoder.decode_frame(samples).map_err(fault)?;
    let length = decoder.decoded_frame_size().min(samples.len());
    let info = decoder.stream_info();
    let channels = usize::try_from(info.numChannels).unwrap_or(0).max(1);
    Ok(Sound {
        rate: u32::try_from(info.sampleRate).unwrap_or(0),
        delay: info.outputDelay as usize,
        samples: mix(&samples[..length], channels),
    })
}

fn mix(samples: &[i16], channels: usize) -> Vec<i16> {
    let mean = |frame: &[i16]| {
        let sum: i32 = frame.iter().map(|&sample| i32::from(sample)).sum();
        (sum / frame.len() as i32) as i16
    };
    samples.chunks_exact(channels).map(mean).collect()
}

fn fault(error: FdkError) -> DecodeError {
    DecodeError::Aac(error.to_string())
}
