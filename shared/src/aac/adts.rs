//! The ADTS header before each packet (ISO/IEC 13818-7 §6.2).

use super::config::{RATES, check_channels};
use super::{AacError, AudioSpecificConfig};

const LEN: usize = 7;
const LEN_WITH_CRC: usize = 9;
const MAX_FRAME: usize = 0x1FFF;

/// What an ADTS header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdtsHeader {
    /// The configuration that it repeats with each packet.
    pub config: AudioSpecificConfig,
    /// Bytes of the header itself: 7, or 9 with a CRC.
    pub header_len: usize,
    /// Bytes of header and packet together.
    pub frame_len: usize,
}

impl AdtsHeader {
    /// Reads the header at the beginning of `data`.
    pub fn parse(data: &[u8]) -> Result<Self, AacError> {
        let Some(&[b0, b1, b2, b3, b4, b5, _]) = data.first_chunk::<LEN>() else {
            return Err(AacError::Truncated("ADTS header"));
        };
        if b0 != 0xFF || b1 & 0xF6 != 0xF0 {
            return Err(AacError::NoSync);
        }
        let index = b2 >> 2 & 0x0F;
        let rate = RATES.get(usize::from(index)).copied();
        let header_len = if b1 & 1 == 1 { LEN } else { LEN_WITH_CRC };
        let frame_len = usize::from(b3 & 0x03) << 11 | usize::from(b4) << 3 | usize::from(b5) >> 5;
        if frame_len < header_len {
            return Err(AacError::FrameLength(frame_len));
        }
        let config = AudioSpecificConfig {
            object_type: (b2 >> 6) + 1,
            sample_rate: rate.ok_or(AacError::SampleRate(index.into()))?,
            channel_config: check_channels((b2 & 1) << 2 | b3 >> 6)?,
            short_frames: false,
            sbr: None,
        };
        Ok(Self {
            config,
            header_len,
            frame_len,
        })
    }

    /// The 7-byte header before a packet of `packet_len` bytes.
    pub fn encode(config: &AudioSpecificConfig, packet_len: usize) -> Result<[u8; LEN], AacError> {
        let rate = RATES.iter().position(|&rate| rate == config.sample_rate);
        let rate = rate.ok_or(AacError::SampleRate(config.sample_rate))? as u8;
        let profile = match config.object_type {
            kind @ 1..=4 => kind - 1,
            other => return Err(AacError::ObjectType(other)),
        };
        let channels = check_channels(config.channel_config)?;
        let frame = packet_len.saturating_add(LEN);
        if frame > MAX_FRAME {
            return Err(AacError::FrameLength(frame));
        }
        Ok([
            0xFF,
            0xF1,
            profile << 6 | rate << 2 | channels >> 2,
            (channels & 0x03) << 6 | (frame >> 11) as u8,
            (frame >> 3 & 0xFF) as u8,
            ((frame & 0x07) as u8) << 5 | 0x1F,
            0xFC,
        ])
    }
}
