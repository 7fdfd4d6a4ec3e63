//! Both voices in one sound, AAC.

use super::super::DeriveError;
use super::super::decode::RATE;
use super::super::parts::Parts;
use super::super::voice::Voice;
use crate::record::track::{Sound, Unit, UnitKind};
use bytes::Bytes;
use counterpart_shared::aac::AudioSpecificConfig;
use counterpart_shared::flv::AudioCodec;
use counterpart_shared::id::Party;
use fdk_aac::enc::{AudioObjectType, BitRate, ChannelMode, Encoder, EncoderParams, Transport};

/// Samples of a packet.
const BLOCK: usize = 1024;
/// The longest packet of one channel (ISO/IEC 14496-3 §4.5.3).
const MAX_PACKET: usize = 768;
const BITRATE: u32 = 64_000;
const WHAT: &str = "the composite sound";

/// Mixes and codes.
pub(super) struct Mixer<'a> {
    voices: [Voice<'a>; 2],
    encoder: Encoder,
    /// Samples by which the encoder's packets are late.
    delay: i64,
    given: i64,
}

impl<'a> Mixer<'a> {
    pub(super) fn new(parts: &'a dyn Parts) -> Result<Self, DeriveError> {
        let encoder = Encoder::new(EncoderParams {
            bit_rate: BitRate::Cbr(BITRATE),
            sample_rate: RATE,
            transport: Transport::Raw,
            channels: ChannelMode::Mono,
            audio_object_type: AudioObjectType::Mpeg4LowComplexity,
        });
        let encoder = encoder.map_err(DeriveError::encoder(WHAT))?;
        let delay = encoder.info().map_err(DeriveError::encoder(WHAT))?.nDelay;
        Ok(Self {
            voices: Party::BOTH.map(|party| Voice::of(parts, party)),
            encoder,
            delay: delay.into(),
            given: 0,
        })
    }

    /// What decoders need.
    pub(super) fn sound(&self) -> Result<Sound, DeriveError> {
        let config = AudioSpecificConfig::lc(RATE, 1).map_err(DeriveError::encoder(WHAT))?;
        let raw = Bytes::from(config.encode());
        let sound = Sound::parse(AudioCodec::Aac, &raw);
        sound.ok_or_else(|| DeriveError::encoder(WHAT)("no configuration"))
    }

    /// The packets that begin before this place, in milliseconds.
    pub(super) fn until(&mut self, place: i64, first_at: u64) -> Result<Vec<Unit>, DeriveError> {
        let mut units = Vec::new();
        while self.next_place() < place {
            let begin = self.next_place();
            let mut packet = [0; MAX_PACKET];
            let samples = self.mix();
            let info = self.encoder.encode(&samples, &mut packet);
            let size = info.map_err(DeriveError::encoder(WHAT))?.output_size;
            self.given += BLOCK as i64;
            // What lies before the beginning is the encoder's own silence.
            if size > 0 && begin >= 0 {
                units.push(Unit {
                    place: begin,
                    arrived_at: first_at.saturating_add_signed(begin),
                    kind: UnitKind::Sound {
                        ticks: BLOCK as u32,
                    },
                    data: Bytes::copy_from_slice(&packet[..size]),
                });
            }
        }
        Ok(units)
    }

    fn next_place(&self) -> i64 {
        (self.given - self.delay).div_euclid(i64::from(RATE / 1000))
    }

    fn mix(&mut self) -> [i16; BLOCK] {
        let (mut mixed, mut other) = ([0; BLOCK], [0; BLOCK]);
        let [one, two] = &mut self.voices;
        one.read(&mut mixed);
        two.read(&mut other);
        for (sample, other) in mixed.iter_mut().zip(other) {
            *sample = sample.saturating_add(other);
        }
        mixed
    }
}
