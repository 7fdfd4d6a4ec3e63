//! Configurations of decoders, as WebCodecs names them.

use crate::event::Event;
use bytes::Bytes;
use counterpart_shared::aac::AudioSpecificConfig;
use counterpart_shared::flv::AudioCodec;
use counterpart_shared::h264::DecoderConfig;
use counterpart_shared::opus::{CLOCK, OpusHead};

/// Of an AVCDecoderConfigurationRecord; why not, in a sentence.
pub(crate) fn video(record: Bytes) -> Result<Event, String> {
    let config = DecoderConfig::parse(&record).map_err(|error| error.to_string())?;
    Ok(Event::VideoConfig {
        codec: config.codec_string(),
        record,
    })
}

/// Of an OpusHead or an AudioSpecificConfig.
pub(crate) fn audio(codec: AudioCodec, description: Bytes) -> Result<Event, String> {
    match codec {
        AudioCodec::Opus => {
            let head = OpusHead::parse(&description).map_err(|error| error.to_string())?;
            Ok(Event::AudioConfig {
                codec: "opus".to_owned(),
                rate: CLOCK,
                channels: u32::from(head.channels),
                description,
            })
        }
        AudioCodec::Aac => {
            let config =
                AudioSpecificConfig::parse(&description).map_err(|error| error.to_string())?;
            Ok(Event::AudioConfig {
                codec: format!("mp4a.40.{}", config.object_type),
                rate: config.sample_rate,
                channels: u32::from(config.channels()),
                description,
            })
        }
    }
}
