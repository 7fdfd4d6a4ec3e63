//! What a stream carries, read from its configurations.

use super::cache::Cache;
use crate::frames::Frame;
use counterpart_shared::aac::AudioSpecificConfig;
use counterpart_shared::api::{AudioFormat, StreamFormat, VideoFormat};
use counterpart_shared::flv::{AudioBody, AudioCodec, AudioPacket, VideoBody, VideoPacket};
use counterpart_shared::h264::{DecoderConfig, Sps};
use counterpart_shared::opus::{CLOCK, OpusHead};

/// As `stream.begin` tells it. A configuration that cannot be read leaves its track out.
pub(super) fn of(cache: &Cache) -> StreamFormat {
    StreamFormat {
        video: cache.video().and_then(video),
        audio: cache.audio().and_then(audio),
    }
}

fn video(frame: &Frame) -> Option<VideoFormat> {
    let body = VideoBody::parse(&frame.message.payload).ok()?;
    let VideoPacket::Config(record) = body.packet else {
        return None;
    };
    let config = DecoderConfig::parse(&record).ok()?;
    let sps = Sps::parse(config.sps.first()?).ok()?;
    Some(VideoFormat {
        codec: "h264".to_owned(),
        width: sps.width,
        height: sps.height,
    })
}

fn audio(frame: &Frame) -> Option<AudioFormat> {
    let body = AudioBody::parse(&frame.message.payload).ok()?;
    let AudioPacket::Config(config) = body.packet else {
        return None;
    };
    match body.codec {
        AudioCodec::Aac => AudioSpecificConfig::parse(&config)
            .ok()
            .map(|config| AudioFormat {
                codec: "aac".to_owned(),
                rate: config.sample_rate,
                channels: config.channels(),
            }),
        AudioCodec::Opus => OpusHead::parse(&config).ok().map(|head| AudioFormat {
            codec: "opus".to_owned(),
            rate: CLOCK,
            channels: head.channels,
        }),
    }
}
