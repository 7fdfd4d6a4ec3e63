//! What the recorder knows about a track before its first frame.

use bytes::Bytes;
use counterpart_shared::aac::AudioSpecificConfig;
use counterpart_shared::flv::AudioCodec;
use counterpart_shared::h264::{DecoderConfig, Sps};
use counterpart_shared::opus::{CLOCK, OpusHead, packet_samples};

/// Pictures: H.264 with one configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    pub(crate) config: DecoderConfig,
    /// 0 × 0 where the parameter set cannot be read; players look into it themselves.
    pub(crate) size: (u32, u32),
}

impl Picture {
    pub(crate) fn parse(record: &Bytes) -> Option<Self> {
        let config = DecoderConfig::parse(record).ok()?;
        let sps = config.sps.first().and_then(|nal| Sps::parse(nal).ok());
        let size = sps.map_or((0, 0), |sps| (sps.width, sps.height));
        Some(Self { config, size })
    }

    pub(crate) fn codec(&self) -> String {
        self.config.codec_string()
    }
}

/// Sound with one configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sound {
    /// AAC, and its configuration as received.
    Aac(AudioSpecificConfig, Bytes),
    /// Opus.
    Opus(OpusHead),
}

impl Sound {
    pub(crate) fn parse(codec: AudioCodec, config: &Bytes) -> Option<Self> {
        match codec {
            AudioCodec::Aac => {
                let parsed = AudioSpecificConfig::parse(config).ok()?;
                Some(Self::Aac(parsed, config.clone()))
            }
            AudioCodec::Opus => OpusHead::parse(config).ok().map(Self::Opus),
        }
    }

    pub(crate) fn is(&self, codec: AudioCodec) -> bool {
        matches!(
            (self, codec),
            (Self::Aac(..), AudioCodec::Aac) | (Self::Opus(_), AudioCodec::Opus)
        )
    }

    /// Ticks per second of the track.
    pub(crate) fn timescale(&self) -> u32 {
        match self {
            Self::Aac(config, _) => config.sample_rate,
            Self::Opus(_) => CLOCK,
        }
    }

    /// How long `packet` sounds, in ticks; `None` if it cannot be a packet.
    pub(crate) fn duration(&self, packet: &[u8]) -> Option<u32> {
        match self {
            Self::Aac(..) if packet.is_empty() => None,
            Self::Aac(config, _) => Some(config.samples_per_packet()),
            Self::Opus(_) => packet_samples(packet).ok(),
        }
    }

    pub(crate) fn codec(&self) -> String {
        match self {
            Self::Aac(config, _) => match config.sbr {
                None => format!("mp4a.40.{}", config.object_type),
                Some(sbr) if sbr.parametric_stereo => "mp4a.40.29".to_owned(),
                Some(_) => "mp4a.40.5".to_owned(),
            },
            Self::Opus(_) => "opus".to_owned(),
        }
    }
}

/// One coded picture or packet on its way into a file.
#[derive(Debug, Clone)]
pub(crate) struct Unit {
    /// Milliseconds on the recording's time line: decoding time of a picture.
    pub(crate) place: i64,
    /// When it arrived, in UNIX milliseconds.
    pub(crate) arrived_at: u64,
    pub(crate) kind: UnitKind,
    pub(crate) data: Bytes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnitKind {
    Picture {
        key: bool,
        /// Milliseconds from decoding to showing.
        composition: i32,
    },
    Sound {
        /// How long it sounds, in ticks of its track.
        ticks: u32,
    },
}
