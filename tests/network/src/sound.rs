//! The sound of the clip, encoded by the native client's encoders.

use crate::clip::SOUND_RATE;
use anyhow::{Result, ensure};
use bytes::Bytes;
use counterpart_native::encode::{AudioCodec, AudioEncoder, AudioSettings, SAMPLE_RATE};
use std::time::Duration;

/// Packets that are heard again and again.
pub(crate) struct Sound {
    config: Bytes,
    packets: Vec<Bytes>,
    interval: Duration,
}

impl Sound {
    /// Encodes 16 bits, 48 kHz, one channel.
    pub(crate) fn encode(pcm: &[u8], codec: AudioCodec) -> Result<Self> {
        let samples = pcm.chunks_exact(2);
        let samples: Vec<i16> = samples
            .map(|two| i16::from_le_bytes([two[0], two[1]]))
            .collect();
        let mut encoder = AudioEncoder::new(AudioSettings {
            codec,
            channels: 1,
            bitrate: SOUND_RATE,
        })?;
        let block = encoder.block();
        let mut packets = Vec::new();
        for samples in samples.chunks_exact(block) {
            packets.extend(encoder.encode(samples)?.map(|packet| packet.body));
        }
        ensure!(!packets.is_empty(), "ffmpeg made no sound");
        Ok(Self {
            config: encoder.config()?,
            packets,
            interval: Duration::from_secs(block as u64) / SAMPLE_RATE,
        })
    }

    /// The decoder's configuration.
    pub(crate) fn config(&self) -> Bytes {
        self.config.clone()
    }

    /// A packet.
    pub(crate) fn packet(&self, number: usize) -> Bytes {
        self.packets[number % self.packets.len()].clone()
    }

    /// From one packet to the next.
    pub(crate) fn interval(&self) -> Duration {
        self.interval
    }
}
