//! The body of a video message: classic AVC and the enhanced header with FourCC `avc1`.

use super::FlvError;
use bytes::{BufMut, Bytes, BytesMut};

const CODEC_AVC: u8 = 7;
const FOURCC_AVC: [u8; 4] = *b"avc1";
const ENHANCED: u8 = 0x80;

/// PacketType of the enhanced header.
mod packet_type {
    pub(super) const SEQUENCE_START: u8 = 0;
    pub(super) const CODED_FRAMES: u8 = 1;
    pub(super) const SEQUENCE_END: u8 = 2;
    pub(super) const CODED_FRAMES_X: u8 = 3;
    pub(super) const METADATA: u8 = 4;
}

/// What other pictures a picture needs, as the FLV header says it (E.4.3.1, FrameType).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FrameType {
    /// Decodes by itself; nothing after it needs anything before it.
    Key,
    /// Needs earlier pictures.
    Inter,
    /// Needs earlier pictures and is needed by none.
    Disposable,
    /// A keyframe that a server made.
    GeneratedKey,
    /// No picture: a command to the player.
    Command,
}

impl FrameType {
    fn from_bits(bits: u8) -> Result<Self, FlvError> {
        Ok(match bits {
            1 => Self::Key,
            2 => Self::Inter,
            3 => Self::Disposable,
            4 => Self::GeneratedKey,
            5 => Self::Command,
            other => return Err(FlvError::FrameType(other)),
        })
    }

    fn bits(self) -> u8 {
        match self {
            Self::Key => 1,
            Self::Inter => 2,
            Self::Disposable => 3,
            Self::GeneratedKey => 4,
            Self::Command => 5,
        }
    }

    /// Whether decoding can start here.
    pub fn is_key(self) -> bool {
        matches!(self, Self::Key | Self::GeneratedKey)
    }
}

/// What a video message carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VideoPacket {
    /// The AVCDecoderConfigurationRecord; see [`DecoderConfig`](crate::h264::DecoderConfig).
    Config(Bytes),
    /// One picture as length-prefixed NAL units.
    Coded {
        /// Milliseconds from decoding to showing; a signed 24-bit number.
        composition: i32,
        /// The NAL units.
        data: Bytes,
    },
    /// No more pictures under this configuration.
    End,
    /// Colour information in AMF0 (enhanced header only).
    Metadata(Bytes),
    /// A command to the player: 0 seek begins, 1 seek ends.
    Command(u8),
}

/// The body of one video message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoBody {
    /// What the picture needs.
    pub frame_type: FrameType,
    /// What is inside.
    pub packet: VideoPacket,
}

impl VideoBody {
    /// A sequence header.
    pub fn config(record: Bytes) -> Self {
        let packet = VideoPacket::Config(record);
        Self {
            frame_type: FrameType::Key,
            packet,
        }
    }

    /// One picture. `composition` is cut to what 24 bits can say.
    pub fn coded(frame_type: FrameType, composition: i32, data: Bytes) -> Self {
        let composition = composition.clamp(-0x80_0000, 0x7F_FFFF);
        Self {
            frame_type,
            packet: VideoPacket::Coded { composition, data },
        }
    }

    /// Reads a classic AVC body or an enhanced one with FourCC `avc1`.
    pub fn parse(body: &Bytes) -> Result<Self, FlvError> {
        let first = byte(body, 0)?;
        if first & ENHANCED != 0 {
            parse_enhanced(first, body)
        } else {
            parse_classic(first, body)
        }
    }

    /// The body with the classic header. Metadata has none and gets the enhanced one.
    pub fn encode(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(self.payload_len() + 8);
        if let VideoPacket::Metadata(_) = self.packet {
            return self.encode_enhanced();
        }
        out.put_u8(self.frame_type.bits() << 4 | CODEC_AVC);
        match &self.packet {
            VideoPacket::Config(record) => put_avc(&mut out, 0, 0, record),
            VideoPacket::Coded { composition, data } => put_avc(&mut out, 1, *composition, data),
            VideoPacket::End => put_avc(&mut out, 2, 0, &[]),
            VideoPacket::Command(command) => out.put_u8(*command),
            VideoPacket::Metadata(_) => {}
        }
        out.freeze()
    }

    /// The body with the enhanced header.
    pub fn encode_enhanced(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(self.payload_len() + 8);
        let mut header = |kind: u8| {
            out.put_u8(ENHANCED | self.frame_type.bits() << 4 | kind);
            out.put_slice(&FOURCC_AVC);
        };
        match &self.packet {
            VideoPacket::Config(record) => {
                header(packet_type::SEQUENCE_START);
                out.put_slice(record);
            }
            VideoPacket::Coded {
                composition: 0,
                data,
            } => {
                header(packet_type::CODED_FRAMES_X);
                out.put_slice(data);
            }
            VideoPacket::Coded { composition, data } => {
                header(packet_type::CODED_FRAMES);
                out.put_slice(&composition.to_be_bytes()[1..]);
                out.put_slice(data);
            }
            VideoPacket::End => header(packet_type::SEQUENCE_END),
            VideoPacket::Metadata(data) => {
                header(packet_type::METADATA);
                out.put_slice(data);
            }
            VideoPacket::Command(command) => {
                out.put_u8(ENHANCED | self.frame_type.bits() << 4);
                out.put_u8(*command);
            }
        }
        out.freeze()
    }

    fn payload_len(&self) -> usize {
        match &self.packet {
            VideoPacket::Config(data) | VideoPacket::Metadata(data) => data.len(),
            VideoPacket::Coded { data, .. } => data.len(),
            VideoPacket::End | VideoPacket::Command(_) => 0,
        }
    }
}

fn put_avc(out: &mut BytesMut, kind: u8, composition: i32, data: &[u8]) {
    out.put_u8(kind);
    out.put_slice(&composition.to_be_bytes()[1..]);
    out.put_slice(data);
}

fn parse_classic(first: u8, body: &Bytes) -> Result<VideoBody, FlvError> {
    let frame_type = FrameType::from_bits(first >> 4)?;
    if first & 0x0F != CODEC_AVC {
        return Err(FlvError::VideoCodec(first & 0x0F));
    }
    if frame_type == FrameType::Command {
        let packet = VideoPacket::Command(byte(body, 1)?);
        return Ok(VideoBody { frame_type, packet });
    }
    let kind = byte(body, 1)?;
    let composition = signed24(body, 2)?;
    let data = body.slice(5..);
    let packet = match kind {
        0 => VideoPacket::Config(data),
        1 => VideoPacket::Coded { composition, data },
        2 => VideoPacket::End,
        other => return Err(FlvError::PacketType(other)),
    };
    Ok(VideoBody { frame_type, packet })
}

fn parse_enhanced(first: u8, body: &Bytes) -> Result<VideoBody, FlvError> {
    let frame_type = FrameType::from_bits(first >> 4 & 0x07)?;
    let kind = first & 0x0F;
    if frame_type == FrameType::Command && kind != packet_type::METADATA {
        let packet = VideoPacket::Command(byte(body, 1)?);
        return Ok(VideoBody { frame_type, packet });
    }
    if kind > packet_type::METADATA {
        return Err(FlvError::PacketType(kind));
    }
    four_cc(body, &FOURCC_AVC)?;
    let packet = match kind {
        packet_type::SEQUENCE_START => VideoPacket::Config(body.slice(5..)),
        packet_type::CODED_FRAMES => {
            let composition = signed24(body, 5)?;
            VideoPacket::Coded {
                composition,
                data: body.slice(8..),
            }
        }
        packet_type::CODED_FRAMES_X => VideoPacket::Coded {
            composition: 0,
            data: body.slice(5..),
        },
        packet_type::SEQUENCE_END => VideoPacket::End,
        _ => VideoPacket::Metadata(body.slice(5..)),
    };
    Ok(VideoBody { frame_type, packet })
}

/// Checks the FourCC behind the first byte of an enhanced header.
fn four_cc(body: &[u8], wanted: &[u8; 4]) -> Result<(), FlvError> {
    let found = four_cc_of(body)?;
    if found == *wanted {
        Ok(())
    } else {
        Err(FlvError::FourCc(found))
    }
}

/// The FourCC behind the first byte of an enhanced header.
pub(super) fn four_cc_of(body: &[u8]) -> Result<[u8; 4], FlvError> {
    let found = body.get(1..5).and_then(|b| b.try_into().ok());
    found.ok_or(FlvError::Truncated {
        needed: 5,
        have: body.len(),
    })
}

pub(super) fn byte(body: &[u8], at: usize) -> Result<u8, FlvError> {
    let found = body.get(at).copied();
    found.ok_or(FlvError::Truncated {
        needed: at + 1,
        have: body.len(),
    })
}

fn signed24(body: &[u8], at: usize) -> Result<i32, FlvError> {
    match body.get(at..at + 3) {
        Some(&[a, b, c]) => Ok(i32::from_be_bytes([a, b, c, 0]) >> 8),
        _ => Err(FlvError::Truncated {
            needed: at + 3,
            have: body.len(),
        }),
    }
}
