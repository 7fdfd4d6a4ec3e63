//! One NAL unit and its header (§7.3.1).

use super::H264Error;
use bytes::Bytes;

/// What a NAL unit holds (table 7-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NalType {
    /// Slice of a picture that is not IDR, or a partition of one (1 to 4).
    Slice,
    /// Slice of an IDR picture (5).
    Idr,
    /// Supplemental enhancement information (6).
    Sei,
    /// Sequence parameter set (7).
    Sps,
    /// Picture parameter set (8).
    Pps,
    /// Access unit delimiter (9).
    Delimiter,
    /// Anything else.
    Other(u8),
}

impl NalType {
    /// Whether this is part of a picture.
    pub fn is_slice(self) -> bool {
        matches!(self, Self::Slice | Self::Idr)
    }
}

/// One NAL unit, header included, without start code or length; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nal(Bytes);

impl Nal {
    /// Takes the bytes of one NAL unit.
    pub fn new(bytes: Bytes) -> Result<Self, H264Error> {
        if bytes.is_empty() {
            Err(H264Error::EmptyNal)
        } else {
            Ok(Self(bytes))
        }
    }

    /// The bytes, header included.
    pub fn bytes(&self) -> &Bytes {
        &self.0
    }

    /// What it holds.
    pub fn nal_type(&self) -> NalType {
        match self.header() & 0x1F {
            1..=4 => NalType::Slice,
            5 => NalType::Idr,
            6 => NalType::Sei,
            7 => NalType::Sps,
            8 => NalType::Pps,
            9 => NalType::Delimiter,
            other => NalType::Other(other),
        }
    }

    /// 0 if no other picture is predicted from this one.
    pub fn ref_idc(&self) -> u8 {
        self.header() >> 5 & 0x03
    }

    fn header(&self) -> u8 {
        self.0.first().copied().unwrap_or(0)
    }
}
