//! AAC-LC, as a live-pusher sends it.

use super::audio::{AudioSettings, SoundPacket, interleave};
use super::{EncodeError, SAMPLE_RATE};
use bytes::Bytes;
use counterpart_shared::aac::AudioSpecificConfig;
use counterpart_shared::flv::{AudioBody, AudioCodec};
use fdk_aac::enc::{
    AudioObjectType, BitRate, ChannelMode, Encoder, EncoderError, EncoderParams, Transport,
};

/// The longest packet: 6144 bits for each channel (ISO/IEC 14496-3 §4.5.3).
const MAX_PACKET: usize = 2 * 768;

/// Encodes blocks of 1024 samples.
#[derive(Debug)]
pub(super) struct AacEncoder {
    encoder: Encoder,
    channels: u8,
    delay: i64,
    packets: i64,
}

impl AacEncoder {
    /// Samples of a packet (ISO/IEC 14496-3, frameLengthFlag 0).
    pub(super) const BLOCK: usize = 1024;

    pub(super) fn new(settings: AudioSettings) -> Result<Self, EncodeError> {
        let encoder = Encoder::new(EncoderParams {
            bit_rate: BitRate::Cbr(settings.bitrate),
            sample_rate: SAMPLE_RATE,
            transport: Transport::Raw,
            channels: match settings.channels {
                1 => ChannelMode::Mono,
                _ => ChannelMode::Stereo,
            },
            audio_object_type: AudioObjectType::Mpeg4LowComplexity,
        })
        .map_err(fault)?;
        let delay = i64::from(encoder.info().map_err(fault)?.nDelay);
        Ok(Self {
            encoder,
            channels: settings.channels,
            delay,
            packets: 0,
        })
    }

    pub(super) fn config(&self) -> Result<Bytes, EncodeError> {
        let config = AudioSpecificConfig::lc(SAMPLE_RATE, self.channels)
            .map_err(|error| EncodeError::Aac(error.to_string()))?;
        Ok(AudioBody::config(AudioCodec::Aac, config.encode().into()).encode())
    }

    pub(super) fn encode(&mut self, samples: &[i16]) -> Result<Option<SoundPacket>, EncodeError> {
        let samples = interleave(samples, self.channels);
        let mut packet = [0; MAX_PACKET];
        let info = self.encoder.encode(&samples, &mut packet).map_err(fault)?;
        if info.output_size == 0 {
            return Ok(None);
        }
        let first_sample = self.packets * Self::BLOCK as i64 - self.delay;
        self.packets += 1;
        let data = Bytes::copy_from_slice(&packet[..info.output_size]);
        Ok(Some(SoundPacket {
            body: AudioBody::coded(AudioCodec::Aac, data).encode(),
            first_sample,
        }))
    }
}

fn fault(error: EncoderError) -> EncodeError {
    EncodeError::Aac(error.to_string())
}
