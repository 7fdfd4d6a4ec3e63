//! The sequence parameter set (§7.3.2.1.1), as far as size and frame rate need it.

use super::bits::BitReader;
use super::{H264Error, Nal, NalType, unescape};

/// Widest and highest picture that is accepted: level 6.2 at 16:9 and some room. What a stream
/// claims decides how much memory a decoder takes.
const MAX_SIDE: u64 = 16_384;
const MAX_PIXELS: u64 = 139_264 * 256;

/// Numerator and denominator.
type Aspect = (u16, u16);
/// Numerator and denominator.
type Rate = (u32, u32);

/// What a sequence parameter set says about the pictures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sps {
    /// profile_idc.
    pub profile: u8,
    /// The byte of constraint_set flags.
    pub constraints: u8,
    /// level_idc.
    pub level: u8,
    /// chroma_format_idc.
    pub chroma_format: u8,
    /// Bits per luma sample.
    pub luma_bits: u8,
    /// Bits per chroma sample.
    pub chroma_bits: u8,
    /// Width in pixels after cropping.
    pub width: u32,
    /// Height in pixels after cropping.
    pub height: u32,
    /// Sample aspect ratio, where given.
    pub aspect: Option<(u16, u16)>,
    /// Frames per second as numerator and denominator, where given.
    pub frame_rate: Option<(u32, u32)>,
}

impl Sps {
    /// Reads an SPS NAL unit, header included.
    pub fn parse(nal: &Nal) -> Result<Self, H264Error> {
        if nal.nal_type() != NalType::Sps {
            return Err(H264Error::NotParameterSet(nal.bytes()[0] & 0x1F));
        }
        let payload = unescape(&nal.bytes()[1..]);
        let mut bits = Bits(BitReader::new(&payload));
        let [profile, constraints, level] = [bits.u(8)? as u8, bits.u(8)? as u8, bits.u(8)? as u8];
        bits.bounded("seq_parameter_set_id", 31)?;
        let format = Format::read(profile, &mut bits)?;
        bits.bounded("log2_max_frame_num_minus4", 12)?;
        skip_order_count(&mut bits)?;
        bits.bounded("max_num_ref_frames", 16)?;
        bits.u(1)?;
        let (width, height) = size(&format, &mut bits)?;
        let (aspect, frame_rate) = if bits.flag()? {
            usability(&mut bits)
        } else {
            (None, None)
        };
        Ok(Self {
            profile,
            constraints,
            level,
            chroma_format: format.chroma_format,
            luma_bits: format.luma_bits,
            chroma_bits: format.chroma_bits,
            width,
            height,
            aspect,
            frame_rate,
        })
    }
}

struct Bits<'a>(BitReader<'a>);

impl Bits<'_> {
    fn u(&mut self, count: u32) -> Result<u32, H264Error> {
        self.0
            .bits(count)
            .ok_or(H264Error::Truncated("sequence parameter set"))
    }

    fn flag(&mut self) -> Result<bool, H264Error> {
        Ok(self.u(1)? == 1)
    }

    fn ue(&mut self) -> Result<u32, H264Error> {
        self.0
            .ue()
            .ok_or(H264Error::Truncated("sequence parameter set"))
    }

    fn se(&mut self) -> Result<i64, H264Error> {
        self.0
            .se()
            .ok_or(H264Error::Truncated("sequence parameter set"))
    }

    fn bounded(&mut self, what: &'static str, max: u32) -> Result<u32, H264Error> {
        let value = self.ue()?;
        let error = H264Error::OutOfBounds {
            what,
            value: u64::from(value),
        };
        if value > max { Err(error) } else { Ok(value) }
    }
}

struct Format {
    chroma_format: u8,
    separate_planes: bool,
    luma_bits: u8,
    chroma_bits: u8,
}

impl Format {
    fn read(profile: u8, bits: &mut Bits<'_>) -> Result<Self, H264Error> {
        let mut format = Self {
            chroma_format: 1,
            separate_planes: false,
            luma_bits: 8,
            chroma_bits: 8,
        };
        if !matches!(
            profile,
            44 | 83 | 86 | 100 | 110 | 118 | 122 | 128 | 134 | 135 | 138 | 139 | 244
        ) {
            return Ok(format);
        }
        format.chroma_format = bits.bounded("chroma_format_idc", 3)? as u8;
        format.separate_planes = format.chroma_format == 3 && bits.flag()?;
        format.luma_bits = 8 + bits.bounded("bit_depth_luma_minus8", 6)? as u8;
        format.chroma_bits = 8 + bits.bounded("bit_depth_chroma_minus8", 6)? as u8;
        bits.u(1)?;
        if bits.flag()? {
            let lists = if format.chroma_format == 3 { 12 } else { 8 };
            for list in 0..lists {
                if bits.flag()? {
                    skip_scaling_list(bits, if list < 6 { 16 } else { 64 })?;
                }
            }
        }
        Ok(format)
    }
}

/// §7.3.2.1.1.1
fn skip_scaling_list(bits: &mut Bits<'_>, size: usize) -> Result<(), H264Error> {
    let (mut last, mut next) = (8i64, 8i64);
    for _ in 0..size {
        if next != 0 {
            next = (last + bits.se()?).rem_euclid(256);
        }
        last = if next == 0 { last } else { next };
    }
    Ok(())
}

fn skip_order_count(bits: &mut Bits<'_>) -> Result<(), H264Error> {
    match bits.bounded("pic_order_cnt_type", 2)? {
        0 => {
            bits.bounded("log2_max_pic_order_cnt_lsb_minus4", 12)?;
        }
        1 => {
            bits.u(1)?;
            bits.se()?;
            bits.se()?;
            for _ in 0..bits.bounded("num_ref_frames_in_pic_order_cnt_cycle", 255)? {
                bits.se()?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Width and height in pixels (§7.4.2.1.1, equations 7-13 to 7-22).
fn size(format: &Format, bits: &mut Bits<'_>) -> Result<(u32, u32), H264Error> {
    let columns = u64::from(bits.ue()?) + 1;
    let rows = u64::from(bits.ue()?) + 1;
    let frame_only = bits.flag()?;
    if !frame_only {
        bits.u(1)?;
    }
    let fields = if frame_only { 1 } else { 2 };
    bits.u(1)?;
    let (width, height) = (columns * 16, rows * 16 * fields);
    for (what, value) in [("width", width), ("height", height)] {
        if value > MAX_SIDE {
            return Err(H264Error::OutOfBounds { what, value });
        }
    }
    if width * height > MAX_PIXELS {
        return Err(H264Error::OutOfBounds {
            what: "pixels",
            value: width * height,
        });
    }
    let (crop_x, crop_y) = if bits.flag()? {
        cropping(format, fields, bits)?
    } else {
        (0, 0)
    };
    let cut = |what, whole: u64, crop: u64| match whole.checked_sub(crop) {
        Some(left @ 1..) => Ok(left as u32),
        _ => Err(H264Error::OutOfBounds { what, value: crop }),
    };
    Ok((
        cut("horizontal cropping", width, crop_x)?,
        cut("vertical cropping", height, crop_y)?,
    ))
}

fn cropping(format: &Format, fields: u64, bits: &mut Bits<'_>) -> Result<(u64, u64), H264Error> {
    let mut sum = || Ok::<_, H264Error>(u64::from(bits.ue()?) + u64::from(bits.ue()?));
    let (x, y) = (sum()?, sum()?);
    let (unit_x, unit_y) = match (format.chroma_format, format.separate_planes) {
        (1, _) => (2, 2),
        (2, _) => (2, 1),
        _ => (1, 1),
    };
    Ok((x * unit_x, y * unit_y * fields))
}

/// Aspect ratio and frame rate from the usability information (§E.1.1). It is advice only, so
/// bits that are missing mean that nothing is known.
fn usability(bits: &mut Bits<'_>) -> (Option<Aspect>, Option<Rate>) {
    let aspect = aspect(bits);
    let rate = aspect
        .as_ref()
        .ok()
        .and_then(|_| frame_rate(bits).ok().flatten());
    (aspect.ok().flatten(), rate)
}

fn aspect(bits: &mut Bits<'_>) -> Result<Option<Aspect>, H264Error> {
    const EXTENDED: u32 = 255;
    /// Table E-1, from aspect_ratio_idc 1 on.
    const RATIOS: [(u16, u16); 16] = [
        (1, 1),
        (12, 11),
        (10, 11),
        (16, 11),
        (40, 33),
        (24, 11),
        (20, 11),
        (32, 11),
        (80, 33),
        (18, 11),
        (15, 11),
        (64, 33),
        (160, 99),
        (4, 3),
        (3, 2),
        (2, 1),
    ];
    if !bits.flag()? {
        return Ok(None);
    }
    let ratio = match bits.u(8)? {
        EXTENDED => Some((bits.u(16)? as u16, bits.u(16)? as u16)),
        index => RATIOS.get((index as usize).wrapping_sub(1)).copied(),
    };
    Ok(ratio.filter(|&(w, h)| w > 0 && h > 0))
}

fn frame_rate(bits: &mut Bits<'_>) -> Result<Option<Rate>, H264Error> {
    if bits.flag()? {
        bits.u(1)?;
    }
    if bits.flag()? {
        bits.u(4)?;
        if bits.flag()? {
            bits.u(24)?;
        }
    }
    if bits.flag()? {
        bits.ue()?;
        bits.ue()?;
    }
    if !bits.flag()? {
        return Ok(None);
    }
    let (units, scale) = (bits.u(32)?, bits.u(32)?);
    // Two fields make a frame, so the tick counts twice (§E.2.1).
    Ok(units
        .checked_mul(2)
        .filter(|&frame| frame > 0 && scale > 0)
        .map(|frame| (scale, frame)))
}
