//! OpusHead, the identification header (RFC 7845 §5.1).

use super::OpusError;

const MAGIC: &[u8; 8] = b"OpusHead";

/// What an Opus decoder needs before the first packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpusHead {
    /// Output channels, at least 1.
    pub channels: u8,
    /// Samples of 48 kHz to throw away at the beginning.
    pub pre_skip: u16,
    /// Rate of the sound before coding; information only.
    pub input_rate: u32,
    /// Gain to apply, in 1/256 dB.
    pub gain: i16,
    /// How channels are spread over streams; `None` is family 0, mono or stereo in one stream.
    pub mapping: Option<ChannelMapping>,
}

/// Channel mapping of a family other than 0 (§5.1.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelMapping {
    /// Mapping family, 1 to 255.
    pub family: u8,
    /// Streams in each packet.
    pub streams: u8,
    /// How many of them are stereo.
    pub coupled: u8,
    /// For each output channel the decoded one; 255 is silence.
    pub table: Vec<u8>,
}

impl OpusHead {
    /// One or two channels in one stream.
    pub fn new(channels: u8, pre_skip: u16, input_rate: u32) -> Self {
        Self {
            channels,
            pre_skip,
            input_rate,
            gain: 0,
            mapping: None,
        }
    }

    /// Reads the header. Bytes behind it are ignored.
    pub fn parse(head: &[u8]) -> Result<Self, OpusError> {
        if !head.starts_with(MAGIC) {
            return Err(OpusError::NoMagic);
        }
        let Some(&[version, channels, p0, p1, r0, r1, r2, r3, g0, g1, family]) =
            head[MAGIC.len()..].first_chunk::<11>()
        else {
            return Err(OpusError::Truncated("OpusHead"));
        };
        if version & 0xF0 != 0 {
            return Err(OpusError::Version(version));
        }
        let mapping = match family {
            0 => None,
            family => Some(ChannelMapping::parse(family, channels, &head[19..])?),
        };
        if channels == 0 || (family == 0 && channels > 2) {
            return Err(OpusError::Channels { channels, family });
        }
        Ok(Self {
            channels,
            pre_skip: u16::from_le_bytes([p0, p1]),
            input_rate: u32::from_le_bytes([r0, r1, r2, r3]),
            gain: i16::from_le_bytes([g0, g1]),
            mapping,
        })
    }

    /// The header.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend([1, self.channels]);
        out.extend(self.pre_skip.to_le_bytes());
        out.extend(self.input_rate.to_le_bytes());
        out.extend(self.gain.to_le_bytes());
        match &self.mapping {
            None => out.push(0),
            Some(mapping) => {
                out.extend([mapping.family, mapping.streams, mapping.coupled]);
                out.extend(&mapping.table);
            }
        }
        out
    }
}

impl ChannelMapping {
    fn parse(family: u8, channels: u8, rest: &[u8]) -> Result<Self, OpusError> {
        let Some((&[streams, coupled], table)) = rest.split_first_chunk::<2>() else {
            return Err(OpusError::Truncated("OpusHead"));
        };
        let table = table
            .get(..usize::from(channels))
            .ok_or(OpusError::Truncated("OpusHead"))?;
        let decoded = u16::from(streams) + u16::from(coupled);
        let bad = |&index: &u8| index != 255 && u16::from(index) >= decoded;
        if streams == 0 || coupled > streams || decoded > 255 || table.iter().any(bad) {
            return Err(OpusError::Channels { channels, family });
        }
        Ok(Self {
            family,
            streams,
            coupled,
            table: table.to_vec(),
        })
    }
}
