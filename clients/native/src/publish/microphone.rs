//! Makes and encodes sound.

use super::PublishOptions;
use super::message::timestamp;
use crate::encode::tone::Tone;
use crate::encode::{AudioEncoder, AudioSettings, EncodeError, SAMPLE_RATE};
use crate::walltime::WallTime;
use bytes::Bytes;
use std::time::Duration;

/// The generated sound and its encoder.
pub(super) struct Microphone {
    settings: AudioSettings,
    tone: Tone,
    encoder: AudioEncoder,
    block: Vec<i16>,
    blocks: u64,
}

impl Microphone {
    pub(super) fn new(
        options: &PublishOptions,
        start: WallTime,
    ) -> Result<Option<Self>, EncodeError> {
        let Some(settings) = options.audio else {
            return Ok(None);
        };
        let encoder = AudioEncoder::new(settings)?;
        Ok(Some(Self {
            settings,
            tone: Tone::new(start, options.tone_hz),
            block: vec![0; encoder.block()],
            encoder,
            blocks: 0,
        }))
    }

    pub(super) fn settings(&self) -> AudioSettings {
        self.settings
    }

    pub(super) fn config(&self) -> Result<Bytes, EncodeError> {
        self.encoder.config()
    }

    /// When the next block has been heard to its end, since the begin.
    pub(super) fn due(&self) -> Duration {
        let samples = (self.blocks + 1) * self.block.len() as u64;
        Duration::from_micros(samples * 1_000_000 / u64::from(SAMPLE_RATE))
    }

    /// Encodes a block; gives its time in milliseconds and its body. What sounds before the start is left out: it is
    /// the encoder's own delay.
    pub(super) fn record(&mut self) -> Result<Option<(u32, Bytes)>, EncodeError> {
        self.tone.fill(&mut self.block);
        self.blocks += 1;
        let packet = self.encoder.encode(&self.block)?;
        Ok(packet
            .filter(|packet| packet.first_sample >= 0)
            .map(|packet| (timestamp(packet.offset_ms()), packet.body)))
    }
}
