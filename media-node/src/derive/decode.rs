//! From packets of sound to samples: one channel, 48 kHz, 16 bits.
//!
//! The decoders are other people's code fed with other people's bytes. One that panics is thrown
//! away, and what it could not decode becomes silence.

use counterpart_shared::aac::AudioSpecificConfig;
use mp4_atom::Codec;
use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{
    Async, FixedAsync, Resampler, SincInterpolationParameters, SincInterpolationType,
    WindowFunction,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use symphonia::core::codecs::audio::well_known::CODEC_ID_AAC;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};
use symphonia::default::codecs::AacDecoder;

/// Samples per second of everything that leaves this module.
pub(super) const RATE: u32 = 48_000;
/// The lowest rate of AAC's own table (ISO/IEC 14496-3 §1.6.3.4).
const SLOWEST: u32 = 7_350;
/// 120 ms, the longest Opus packet.
const MAX_OPUS_SAMPLES: usize = 5_760;

/// Why there is no decoder for a configuration.
#[derive(Debug, thiserror::Error)]
#[error("no decoder: {0}")]
pub(super) struct NoDecoder(String);

/// How sound is coded, as far as a decoder cares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Coding {
    Aac(AudioSpecificConfig),
    Opus,
}

impl Coding {
    /// Of a track of an MP4 file; nothing if it is another.
    pub(super) fn of(codec: &Codec) -> Option<Self> {
        match codec {
            Codec::Mp4a(mp4a) => {
                let specific = mp4a.esds.es_desc.dec_config.dec_specific.as_ref()?;
                let config = AudioSpecificConfig::parse(&specific.raw);
                config.ok().map(Self::Aac)
            }
            Codec::Opus(_) => Some(Self::Opus),
            _ => None,
        }
    }
}

/// A decoder for one configuration.
pub(super) struct Decoder {
    coding: Coding,
    inner: Option<Inner>,
}

enum Inner {
    Aac(Box<Aac>),
    Opus(opus::Decoder, Vec<i16>),
}

impl Decoder {
    pub(super) fn new(coding: Coding) -> Result<Self, NoDecoder> {
        let inner = Some(Inner::new(&coding)?);
        Ok(Self { coding, inner })
    }

    /// How the sound is coded that it decodes.
    pub(super) fn coding(&self) -> &Coding {
        &self.coding
    }

    /// The samples of one packet, or `None` if it cannot be decoded.
    pub(super) fn decode(&mut self, packet: &[u8]) -> Option<&[i16]> {
        if self.inner.is_none() {
            self.inner = Inner::new(&self.coding).ok();
        }
        let mut inner = self.inner.take()?;
        let decoded = catch_unwind(AssertUnwindSafe(|| inner.decode(packet).is_some()));
        if !decoded.ok()? {
            self.inner = Some(inner);
            return None;
        }
        Some(self.inner.insert(inner).samples())
    }
}

impl Inner {
    fn new(coding: &Coding) -> Result<Self, NoDecoder> {
        match coding {
            Coding::Aac(config) => Ok(Self::Aac(Box::new(Aac::new(config)?))),
            // Decoding to one channel mixes a stereo stream.
            Coding::Opus => match opus::Decoder::new(RATE, opus::Channels::Mono) {
                Ok(decoder) => Ok(Self::Opus(decoder, Vec::new())),
                Err(error) => Err(NoDecoder(error.to_string())),
            },
        }
    }

    fn decode(&mut self, packet: &[u8]) -> Option<()> {
        match self {
            Self::Aac(aac) => aac.decode(packet),
            Self::Opus(decoder, samples) => {
                samples.resize(MAX_OPUS_SAMPLES, 0);
                let count = decoder.decode(packet, samples, false).ok()?;
                samples.truncate(count);
                Some(())
            }
        }
    }

    fn samples(&self) -> &[i16] {
        match self {
            Self::Aac(aac) => &aac.out,
            Self::Opus(_, samples) => samples,
        }
    }
}

struct Aac {
    decoder: AacDecoder,
    resampler: Option<Stretch>,
    interleaved: Vec<f32>,
    mono: Vec<f32>,
    out: Vec<i16>,
}

impl Aac {
    /// Decodes the core only: without spectral band replication the sound is duller, not shorter.
    fn new(config: &AudioSpecificConfig) -> Result<Self, NoDecoder> {
        if config.sample_rate < SLOWEST {
            let rate = config.sample_rate;
            return Err(NoDecoder(format!("{rate} samples a second are no sound")));
        }
        let core = AudioSpecificConfig {
            sbr: None,
            ..config.clone()
        };
        let mut parameters = AudioCodecParameters::new();
        parameters
            .for_codec(CODEC_ID_AAC)
            .with_sample_rate(core.sample_rate)
            .with_extra_data(core.encode().into());
        let decoder = AacDecoder::try_new(&parameters, &AudioDecoderOptions::default())
            .map_err(|error| NoDecoder(error.to_string()))?;
        let resampler = match core.sample_rate {
            RATE => None,
            rate => Some(Stretch::new(rate, core.samples_per_packet() as usize)?),
        };
        let (interleaved, mono, out) = Default::default();
        Ok(Self {
            decoder,
            resampler,
            interleaved,
            mono,
            out,
        })
    }

    fn decode(&mut self, packet: &[u8]) -> Option<()> {
        let packet = PacketRef::new(0, Timestamp::ZERO, Duration::ZERO, packet);
        let decoded = self.decoder.decode_ref(&packet).ok()?;
        let channels = decoded.num_planes().max(1);
        decoded.copy_to_vec_interleaved(&mut self.interleaved);
        let frames = self.interleaved.chunks_exact(channels);
        self.mono.clear();
        self.mono
            .extend(frames.map(|frame| frame.iter().sum::<f32>() / channels as f32));
        let samples = match &mut self.resampler {
            Some(resampler) => resampler.stretch(&self.mono)?,
            None => &self.mono,
        };
        self.out.clear();
        self.out
            .extend(samples.iter().map(|&sample| to_i16(sample)));
        Some(())
    }
}

fn to_i16(sample: f32) -> i16 {
    (sample * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16
}

/// From another rate to [`RATE`].
struct Stretch {
    inner: Async<f32>,
    out: Vec<f32>,
    /// Samples of the filter's own delay that are still to be thrown away.
    delay: usize,
}

impl Stretch {
    fn new(rate: u32, packet: usize) -> Result<Self, NoDecoder> {
        let parameters = SincInterpolationParameters::new(64, WindowFunction::BlackmanHarris2)
            .interpolation(SincInterpolationType::Linear);
        let ratio = f64::from(RATE) / f64::from(rate);
        let inner = Async::new_sinc(ratio, 1.1, &parameters, packet, 1, FixedAsync::Input)
            .map_err(|error| NoDecoder(error.to_string()))?;
        let delay = inner.output_delay();
        Ok(Self {
            inner,
            out: Vec::new(),
            delay,
        })
    }

    fn stretch(&mut self, samples: &[f32]) -> Option<&[f32]> {
        self.out.resize(self.inner.output_frames_max(), 0.0);
        let room = self.out.len();
        let input = SequentialSlice::new(samples, 1, samples.len()).ok()?;
        let mut output = SequentialSlice::new_mut(&mut self.out, 1, room).ok()?;
        let (_, written) = self
            .inner
            .process_into_buffer(&input, &mut output, None)
            .ok()?;
        let skip = self.delay.min(written);
        self.delay -= skip;
        self.out.get(skip..written)
    }
}
