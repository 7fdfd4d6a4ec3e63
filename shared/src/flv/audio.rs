//! The body of an audio message: classic AAC, and the enhanced header with `Opus` or `mp4a`.

use super::FlvError;
use super::video::{byte, four_cc_of};
use bytes::{BufMut, Bytes, BytesMut};

const FORMAT_ENHANCED: u8 = 9;
const FORMAT_AAC: u8 = 10;
/// AAC always says 44 kHz, 16 bit, stereo here; the truth is in its configuration (E.4.2.1).
const AAC_FLAGS: u8 = 0xAF;

const SEQUENCE_START: u8 = 0;
const CODED_FRAMES: u8 = 1;
const SEQUENCE_END: u8 = 2;

/// How the sound is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AudioCodec {
    /// AAC; its configuration is an [`AudioSpecificConfig`](crate::aac::AudioSpecificConfig).
    Aac,
    /// Opus; its configuration is an [`OpusHead`](crate::opus::OpusHead).
    Opus,
}

/// What an audio message carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AudioPacket {
    /// The codec's configuration.
    Config(Bytes),
    /// One packet of sound.
    Coded(Bytes),
    /// No more sound under this configuration (enhanced header only).
    End,
}

/// The body of one audio message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudioBody {
    /// How the sound is coded.
    pub codec: AudioCodec,
    /// What is inside.
    pub packet: AudioPacket,
}

impl AudioBody {
    /// A sequence header.
    pub fn config(codec: AudioCodec, config: Bytes) -> Self {
        Self {
            codec,
            packet: AudioPacket::Config(config),
        }
    }

    /// One packet of sound.
    pub fn coded(codec: AudioCodec, data: Bytes) -> Self {
        Self {
            codec,
            packet: AudioPacket::Coded(data),
        }
    }

    /// Reads a classic AAC body, or an enhanced one of AAC or Opus.
    pub fn parse(body: &Bytes) -> Result<Self, FlvError> {
        let first = byte(body, 0)?;
        match first >> 4 {
            FORMAT_AAC => parse_classic(body),
            FORMAT_ENHANCED => parse_enhanced(first & 0x0F, body),
            other => Err(FlvError::AudioFormat(other)),
        }
    }

    /// The body: AAC with the classic header where there is one, Opus with the enhanced.
    pub fn encode(&self) -> Bytes {
        match (&self.packet, self.codec) {
            (AudioPacket::Config(data), AudioCodec::Aac) => classic(0, data),
            (AudioPacket::Coded(data), AudioCodec::Aac) => classic(1, data),
            (AudioPacket::Config(data), codec) => enhanced(SEQUENCE_START, codec, data),
            (AudioPacket::Coded(data), codec) => enhanced(CODED_FRAMES, codec, data),
            (AudioPacket::End, codec) => enhanced(SEQUENCE_END, codec, &[]),
        }
    }
}

fn classic(kind: u8, data: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(data.len() + 2);
    out.put_slice(&[AAC_FLAGS, kind]);
    out.put_slice(data);
    out.freeze()
}

fn enhanced(kind: u8, codec: AudioCodec, data: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(data.len() + 5);
    out.put_u8(FORMAT_ENHANCED << 4 | kind);
    out.put_slice(match codec {
        AudioCodec::Aac => b"mp4a",
        AudioCodec::Opus => b"Opus",
    });
    out.put_slice(data);
    out.freeze()
}

fn parse_classic(body: &Bytes) -> Result<AudioBody, FlvError> {
    let packet = match byte(body, 1)? {
        0 => AudioPacket::Config(body.slice(2..)),
        1 => AudioPacket::Coded(body.slice(2..)),
        other => return Err(FlvError::PacketType(other)),
    };
    Ok(AudioBody {
        codec: AudioCodec::Aac,
        packet,
    })
}

fn parse_enhanced(kind: u8, body: &Bytes) -> Result<AudioBody, FlvError> {
    if kind > SEQUENCE_END {
        return Err(FlvError::PacketType(kind));
    }
    let codec = match &four_cc_of(body)? {
        b"Opus" => AudioCodec::Opus,
        b"mp4a" => AudioCodec::Aac,
        other => return Err(FlvError::FourCc(*other)),
    };
    let packet = match kind {
        SEQUENCE_START => AudioPacket::Config(body.slice(5..)),
        CODED_FRAMES => AudioPacket::Coded(body.slice(5..)),
        _ => AudioPacket::End,
    };
    Ok(AudioBody { codec, packet })
}
