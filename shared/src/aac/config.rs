//! AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1).

use super::AacError;
use crate::h264::bits::{BitReader, BitWriter};

const SBR: u8 = 5;
const PS: u8 = 29;
const ESCAPE: u8 = 31;
const EXPLICIT_RATE: u32 = 15;
const SYNC_SBR: u32 = 0x2B7;
const SYNC_PS: u32 = 0x548;
const MAX_RATE: u32 = 96_000;

/// samplingFrequencyIndex (table 1.18).
pub(super) const RATES: [u32; 13] = [
    96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
    7_350,
];

/// What an AAC decoder needs before the first packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudioSpecificConfig {
    /// The object type of the core: 2 is AAC-LC.
    pub object_type: u8,
    /// Samples per second of the core.
    pub sample_rate: u32,
    /// The channel configuration, 1 to 7.
    pub channel_config: u8,
    /// Frames have 960 samples instead of 1024.
    pub short_frames: bool,
    /// Present with HE-AAC, whose decoder puts out another rate.
    pub sbr: Option<Sbr>,
}

/// Spectral band replication, as HE-AAC signals it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sbr {
    /// Samples per second that a decoder with SBR puts out.
    pub sample_rate: u32,
    /// Parametric stereo as well (HE-AAC v2).
    pub parametric_stereo: bool,
}

impl AudioSpecificConfig {
    /// AAC-LC with frames of 1024 samples.
    pub fn lc(sample_rate: u32, channel_config: u8) -> Result<Self, AacError> {
        Ok(Self {
            object_type: 2,
            sample_rate: check_rate(sample_rate)?,
            channel_config: check_channels(channel_config)?,
            short_frames: false,
            sbr: None,
        })
    }

    /// Channels of the core: configuration 7 has eight.
    pub fn channels(&self) -> u8 {
        if self.channel_config == 7 {
            8
        } else {
            self.channel_config
        }
    }

    /// Samples per channel in one packet, at the core's rate.
    pub fn samples_per_packet(&self) -> u32 {
        if self.short_frames { 960 } else { 1024 }
    }

    /// Reads a configuration with explicit, backward compatible or no signalling of HE-AAC.
    pub fn parse(config: &[u8]) -> Result<Self, AacError> {
        let mut bits = Bits(BitReader::new(config));
        let first = bits.object_type()?;
        let sample_rate = bits.rate()?;
        let channel_config = check_channels(bits.u(4)? as u8)?;
        let mut sbr = None;
        let mut object_type = first;
        if first == SBR || first == PS {
            let sample_rate = bits.rate()?;
            sbr = Some(Sbr {
                sample_rate,
                parametric_stereo: first == PS,
            });
            object_type = bits.object_type()?;
        }
        let short_frames = bits.general_audio(object_type)?;
        if sbr.is_none() {
            // An extension that is cut is no extension; it is only advice here.
            sbr = bits.extension().ok().flatten();
        }
        Ok(Self {
            object_type,
            sample_rate,
            channel_config,
            short_frames,
            sbr,
        })
    }

    /// The configuration, HE-AAC signalled explicitly.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = BitWriter::default();
        match self.sbr {
            None => put_object_type(&mut out, self.object_type),
            Some(sbr) => put_object_type(&mut out, if sbr.parametric_stereo { PS } else { SBR }),
        }
        put_rate(&mut out, self.sample_rate);
        out.bits(4, u32::from(self.channel_config));
        if let Some(sbr) = self.sbr {
            put_rate(&mut out, sbr.sample_rate);
            put_object_type(&mut out, self.object_type);
        }
        out.bits(1, u32::from(self.short_frames));
        out.bits(2, 0);
        out.finish()
    }
}

struct Bits<'a>(BitReader<'a>);

impl Bits<'_> {
    fn u(&mut self, count: u32) -> Result<u32, AacError> {
        self.0
            .bits(count)
            .ok_or(AacError::Truncated("AudioSpecificConfig"))
    }

    fn object_type(&mut self) -> Result<u8, AacError> {
        let short = self.u(5)? as u8;
        Ok(if short == ESCAPE {
            32 + self.u(6)? as u8
        } else {
            short
        })
    }

    fn rate(&mut self) -> Result<u32, AacError> {
        match self.u(4)? {
            EXPLICIT_RATE => check_rate(self.u(24)?),
            index => RATES
                .get(index as usize)
                .copied()
                .ok_or(AacError::SampleRate(index)),
        }
    }

    /// GASpecificConfig (§4.4.1); says whether frames have 960 samples.
    fn general_audio(&mut self, object_type: u8) -> Result<bool, AacError> {
        check_core(object_type)?;
        let short_frames = self.u(1)? == 1;
        if self.u(1)? == 1 {
            self.u(14)?;
        }
        self.u(1)?;
        Ok(short_frames)
    }

    /// The backward compatible signalling behind the core's part (§1.6.5).
    fn extension(&mut self) -> Result<Option<Sbr>, AacError> {
        if self.0.left() < 16 || self.u(11)? != SYNC_SBR || self.object_type()? != SBR {
            return Ok(None);
        }
        if self.u(1)? == 0 {
            return Ok(None);
        }
        let sample_rate = self.rate()?;
        let parametric_stereo = self.0.left() >= 12 && self.u(11)? == SYNC_PS && self.u(1)? == 1;
        Ok(Some(Sbr {
            sample_rate,
            parametric_stereo,
        }))
    }
}

/// AAC main, LC, SSR and LTP; their configuration has the same layout.
fn check_core(object_type: u8) -> Result<(), AacError> {
    if (1..=4).contains(&object_type) {
        Ok(())
    } else {
        Err(AacError::ObjectType(object_type))
    }
}

fn check_rate(rate: u32) -> Result<u32, AacError> {
    if (1..=MAX_RATE).contains(&rate) {
        Ok(rate)
    } else {
        Err(AacError::SampleRate(rate))
    }
}

pub(super) fn check_channels(config: u8) -> Result<u8, AacError> {
    if (1..=7).contains(&config) {
        Ok(config)
    } else {
        Err(AacError::Channels(config))
    }
}

fn put_object_type(out: &mut BitWriter, object_type: u8) {
    match object_type.checked_sub(32) {
        None => out.bits(5, u32::from(object_type)),
        Some(rest) => {
            out.bits(5, u32::from(ESCAPE));
            out.bits(6, u32::from(rest));
        }
    }
}

fn put_rate(out: &mut BitWriter, rate: u32) {
    match RATES.iter().position(|&known| known == rate) {
        Some(index) => out.bits(4, index as u32),
        None => {
            out.bits(4, EXPLICIT_RATE);
            out.bits(24, rate);
        }
    }
}
