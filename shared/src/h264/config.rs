//! AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3.1).

use super::{H264Error, Nal, NalType};
use bytes::{Buf, BufMut, Bytes, BytesMut};

/// What a decoder needs before the first picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecoderConfig {
    /// profile_idc.
    pub profile: u8,
    /// The byte of constraint_set flags.
    pub constraints: u8,
    /// level_idc.
    pub level: u8,
    /// Bytes of the length before each NAL unit: 1, 2 or 4.
    pub length_size: u8,
    /// Sequence parameter sets; at most 31.
    pub sps: Vec<Nal>,
    /// Picture parameter sets; at most 255.
    pub pps: Vec<Nal>,
    /// The part that only the high profiles have; some writers leave it out.
    pub high: Option<HighProfile>,
}

/// What the record says in addition for profiles 100, 110, 122 and 144.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HighProfile {
    /// chroma_format_idc: 0 to 3.
    pub chroma_format: u8,
    /// Bits per luma sample: 8 to 15.
    pub luma_bits: u8,
    /// Bits per chroma sample: 8 to 15.
    pub chroma_bits: u8,
    /// Sequence parameter set extensions.
    pub sps_ext: Vec<Nal>,
}

const MAX_SPS: usize = 31;
const MAX_PPS: usize = 255;

impl DecoderConfig {
    /// The record for these parameter sets, with 4-byte lengths.
    pub fn from_parameter_sets(sps: Nal, pps: Nal) -> Result<Self, H264Error> {
        for (nal, wanted) in [(&sps, NalType::Sps), (&pps, NalType::Pps)] {
            if nal.nal_type() != wanted {
                return Err(H264Error::NotParameterSet(nal.bytes()[0] & 0x1F));
            }
        }
        let parsed = super::Sps::parse(&sps)?;
        let high = has_high_part(parsed.profile).then(|| HighProfile {
            chroma_format: parsed.chroma_format,
            luma_bits: parsed.luma_bits,
            chroma_bits: parsed.chroma_bits,
            sps_ext: Vec::new(),
        });
        Ok(Self {
            profile: parsed.profile,
            constraints: parsed.constraints,
            level: parsed.level,
            length_size: 4,
            sps: vec![sps],
            pps: vec![pps],
            high,
        })
    }

    /// Reads a record. Bytes behind it are ignored.
    pub fn parse(record: &Bytes) -> Result<Self, H264Error> {
        let mut rest = record.clone();
        let Some(&[version, profile, constraints, level, lengths]) = rest.first_chunk::<5>() else {
            return Err(H264Error::Truncated("configuration record"));
        };
        if version != 1 {
            return Err(H264Error::Version(version));
        }
        let length_size = (lengths & 0x03) + 1;
        if length_size == 3 {
            return Err(H264Error::LengthSize(3));
        }
        rest.advance(5);
        let count = byte(&mut rest)? & 0x1F;
        let sps = sets(&mut rest, count)?;
        let count = byte(&mut rest)?;
        let pps = sets(&mut rest, count)?;
        let high = high_part(profile, &mut rest)?;
        Ok(Self {
            profile,
            constraints,
            level,
            length_size,
            sps,
            pps,
            high,
        })
    }

    /// The record.
    pub fn encode(&self) -> Result<Bytes, H264Error> {
        if !matches!(self.length_size, 1 | 2 | 4) {
            return Err(H264Error::LengthSize(self.length_size));
        }
        let mut out = BytesMut::new();
        out.put_slice(&[1, self.profile, self.constraints, self.level]);
        out.put_u8(0xFC | (self.length_size - 1));
        put_sets(&mut out, 0xE0, &self.sps, MAX_SPS)?;
        put_sets(&mut out, 0, &self.pps, MAX_PPS)?;
        if let Some(high) = &self.high
            && has_high_part(self.profile)
        {
            out.put_u8(0xFC | high.chroma_format);
            out.put_u8(0xF8 | high.luma_bits.saturating_sub(8));
            out.put_u8(0xF8 | high.chroma_bits.saturating_sub(8));
            put_sets(&mut out, 0, &high.sps_ext, MAX_PPS)?;
        }
        Ok(out.freeze())
    }

    /// The codec's name in the form `avc1.42e01f` (RFC 6381 §3.3).
    pub fn codec_string(&self) -> String {
        format!(
            "avc1.{:02x}{:02x}{:02x}",
            self.profile, self.constraints, self.level
        )
    }
}

fn has_high_part(profile: u8) -> bool {
    matches!(profile, 100 | 110 | 122 | 144)
}

fn high_part(profile: u8, rest: &mut Bytes) -> Result<Option<HighProfile>, H264Error> {
    if !has_high_part(profile) || rest.len() < 4 {
        return Ok(None);
    }
    let chroma_format = rest.get_u8() & 0x03;
    let luma_bits = (rest.get_u8() & 0x07) + 8;
    let chroma_bits = (rest.get_u8() & 0x07) + 8;
    let count = rest.get_u8();
    let sps_ext = sets(rest, count)?;
    Ok(Some(HighProfile {
        chroma_format,
        luma_bits,
        chroma_bits,
        sps_ext,
    }))
}

fn sets(rest: &mut Bytes, count: u8) -> Result<Vec<Nal>, H264Error> {
    (0..count).map(|_| set(rest)).collect()
}

fn set(rest: &mut Bytes) -> Result<Nal, H264Error> {
    if rest.len() < 2 {
        return Err(H264Error::Truncated("configuration record"));
    }
    let len = usize::from(rest.get_u16());
    if len > rest.len() {
        return Err(H264Error::NalLength {
            len,
            left: rest.len(),
        });
    }
    Nal::new(rest.split_to(len))
}

fn put_sets(out: &mut BytesMut, flags: u8, sets: &[Nal], limit: usize) -> Result<(), H264Error> {
    if sets.len() > limit {
        return Err(H264Error::TooManySets(sets.len()));
    }
    out.put_u8(flags | sets.len() as u8);
    for nal in sets {
        let len = nal.bytes().len();
        let limit = usize::from(u16::MAX);
        let short = u16::try_from(len).map_err(|_| H264Error::TooLarge { len, limit })?;
        out.put_u16(short);
        out.put_slice(nal.bytes());
    }
    Ok(())
}

fn byte(rest: &mut Bytes) -> Result<u8, H264Error> {
    if rest.is_empty() {
        return Err(H264Error::Truncated("configuration record"));
    }
    Ok(rest.get_u8())
}
