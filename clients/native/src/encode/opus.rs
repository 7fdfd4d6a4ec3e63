//! Opus for conversation.

use super::audio::{AudioSettings, SoundPacket, interleave};
use super::{EncodeError, SAMPLE_RATE};
use bytes::Bytes;
use counterpart_shared::flv::{AudioBody, AudioCodec};
use counterpart_shared::opus::OpusHead;
use opus::{Application, Bitrate, Channels, Encoder};

/// The longest packet (RFC 6716 §3.4, requirement R2, one frame).
const MAX_PACKET: usize = 1275;

/// Encodes blocks of 20 ms.
#[derive(Debug)]
pub(super) struct OpusEncoder {
    encoder: Encoder,
    channels: u8,
    lookahead: u16,
    blocks: i64,
}

impl OpusEncoder {
    /// 20 ms.
    pub(super) const BLOCK: usize = 960;

    pub(super) fn new(settings: AudioSettings) -> Result<Self, EncodeError> {
        let channels = match settings.channels {
            1 => Channels::Mono,
            _ => Channels::Stereo,
        };
        let mut encoder = Encoder::new(SAMPLE_RATE, channels, Application::Voip)?;
        let bitrate = i32::try_from(settings.bitrate).unwrap_or(i32::MAX);
        encoder.set_bitrate(Bitrate::Bits(bitrate))?;
        encoder.set_inband_fec(true)?;
        let lookahead = u16::try_from(encoder.get_lookahead()?).unwrap_or(0);
        Ok(Self {
            encoder,
            channels: settings.channels,
            lookahead,
            blocks: 0,
        })
    }

    pub(super) fn config(&self) -> Bytes {
        let head = OpusHead::new(self.channels, self.lookahead, SAMPLE_RATE);
        AudioBody::config(AudioCodec::Opus, head.encode().into()).encode()
    }

    pub(super) fn encode(&mut self, samples: &[i16]) -> Result<SoundPacket, EncodeError> {
        let samples = interleave(samples, self.channels);
        let data = self.encoder.encode_vec(&samples, MAX_PACKET)?;
        let first_sample = self.blocks * Self::BLOCK as i64 - i64::from(self.lookahead);
        self.blocks += 1;
        Ok(SoundPacket {
            body: AudioBody::coded(AudioCodec::Opus, data.into()).encode(),
            first_sample,
        })
    }
}
