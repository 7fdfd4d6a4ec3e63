//! The coder itself: packets of Opus in, packets of AAC out, on one time line.

use super::TranscodeError;
use bytes::Bytes;
use counterpart_shared::aac::AudioSpecificConfig;
use counterpart_shared::flv::{AudioBody, AudioCodec};
use fdk_aac::enc::{
    AudioObjectType, BitRate, ChannelMode, Encoder, EncoderError, EncoderParams, Transport,
};
use std::collections::VecDeque;

/// Opus is always decoded at this rate (RFC 6716 §2.1.3), and AAC has it too.
const RATE: u32 = 48_000;
/// Samples of a millisecond.
const MS: i64 = RATE as i64 / 1000;
/// Samples of a packet of AAC.
const BLOCK: usize = 1024;
/// The longest packet of Opus, 120 ms (RFC 6716 §3.1).
const MAX_OPUS: usize = RATE as usize / 1000 * 120;
/// The longest packet of AAC: 6144 bits for each channel (ISO/IEC 14496-3 §4.5.3).
const MAX_AAC: usize = 2 * 768;
/// A gap up to this long is filled in by the decoder; what is longer is a new beginning.
const FILLED: i64 = 120 * MS;
/// Times that are off by less are rounding or jitter.
const JITTER: i64 = 10 * MS;

/// Codes one stream of sound anew.
///
/// [`push`](Self::push) gives the packets that are whole by then. Their times are those of the sound in
/// them: the encoder's delay is taken off, so that sound and picture stay together.
pub(super) struct OpusToAac {
    decoder: opus::Decoder,
    encoder: Encoder,
    channels: u8,
    config: Bytes,
    /// Samples of all channels that wait for a whole block.
    waiting: VecDeque<i16>,
    /// Where the time line begins, in milliseconds; `None` before the first packet.
    anchor: Option<u32>,
    /// Samples since the anchor that went in, and that came out.
    taken: i64,
    given: i64,
    delay: i64,
}

impl OpusToAac {
    /// For one or two channels; whatever else is said is taken as two.
    pub(super) fn new(channels: u8) -> Result<Self, TranscodeError> {
        let mono = channels == 1;
        let decoded = match mono {
            true => opus::Channels::Mono,
            false => opus::Channels::Stereo,
        };
        let encoder = Encoder::new(EncoderParams {
            bit_rate: BitRate::Cbr(if mono { 64_000 } else { 96_000 }),
            sample_rate: RATE,
            transport: Transport::Raw,
            channels: if mono {
                ChannelMode::Mono
            } else {
                ChannelMode::Stereo
            },
            audio_object_type: AudioObjectType::Mpeg4LowComplexity,
        });
        let encoder = encoder.map_err(aac)?;
        let delay = i64::from(encoder.info().map_err(aac)?.nDelay);
        let config = AudioSpecificConfig::lc(RATE, if mono { 1 } else { 2 });
        let config = config.map_err(|error| TranscodeError::Aac(error.to_string()))?;
        Ok(Self {
            decoder: opus::Decoder::new(RATE, decoded)?,
            encoder,
            channels,
            config: AudioBody::config(AudioCodec::Aac, config.encode().into()).encode(),
            waiting: VecDeque::new(),
            anchor: None,
            taken: 0,
            given: 0,
            delay,
        })
    }

    /// What the publisher said, not what is coded.
    pub(super) fn channels(&self) -> u8 {
        self.channels
    }

    /// The body of the configuration's message.
    pub(super) fn config(&self) -> Bytes {
        self.config.clone()
    }

    /// Takes a packet of this time; gives times and bodies.
    pub(super) fn push(
        &mut self,
        packet: &[u8],
        timestamp: u32,
    ) -> Result<Vec<(u32, Bytes)>, TranscodeError> {
        let missing = self.missing(timestamp);
        if !(-FILLED..=FILLED).contains(&missing) || self.anchor.is_none() {
            self.begin(timestamp);
        } else if missing > JITTER {
            self.decode(&[], missing as usize)?;
        }
        self.decode(packet, MAX_OPUS)?;
        self.encode()
    }

    /// Samples between the end of what came and a packet of this time.
    fn missing(&self, timestamp: u32) -> i64 {
        let anchor = self.anchor.unwrap_or(timestamp);
        i64::from(timestamp.wrapping_sub(anchor) as i32) * MS - self.taken
    }

    fn begin(&mut self, timestamp: u32) {
        self.anchor = Some(timestamp);
        self.waiting.clear();
        (self.taken, self.given) = (0, 0);
    }

    /// Decodes a packet, or makes up so many samples for a lost one.
    fn decode(&mut self, packet: &[u8], samples: usize) -> Result<(), TranscodeError> {
        let width = self.width();
        let mut sound = [0; MAX_OPUS * 2];
        // The decoder fills in whole multiples of 2.5 ms only.
        let samples = samples / 120 * 120;
        let count = self
            .decoder
            .decode(packet, &mut sound[..samples * width], false)?;
        self.waiting.extend(&sound[..count * width]);
        self.taken += count as i64;
        Ok(())
    }

    fn encode(&mut self) -> Result<Vec<(u32, Bytes)>, TranscodeError> {
        let block = BLOCK * self.width();
        let mut packets = Vec::new();
        while self.waiting.len() >= block {
            let samples: Vec<i16> = self.waiting.drain(..block).collect();
            let mut packet = [0; MAX_AAC];
            let info = self.encoder.encode(&samples, &mut packet).map_err(aac)?;
            let place = self.given - self.delay;
            self.given += BLOCK as i64;
            // What lies before the beginning is the encoder's own silence.
            if info.output_size > 0 && place >= 0 {
                let time = self.anchor.unwrap_or(0);
                let time = time.wrapping_add((place / MS) as u32);
                let data = Bytes::copy_from_slice(&packet[..info.output_size]);
                packets.push((time, AudioBody::coded(AudioCodec::Aac, data).encode()));
            }
        }
        Ok(packets)
    }

    fn width(&self) -> usize {
        if self.channels == 1 { 1 } else { 2 }
    }
}

fn aac(error: EncoderError) -> TranscodeError {
    TranscodeError::Aac(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use symphonia::core::codecs::audio::well_known::CODEC_ID_AAC;
    use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
    use symphonia::core::packet::PacketRef;
    use symphonia::core::units::{Duration, Timestamp};
    use symphonia::default::codecs::AacDecoder;

    fn packets(channels: opus::Channels, count: usize) -> Vec<Vec<u8>> {
        let mut encoder = opus::Encoder::new(RATE, channels, opus::Application::Voip).unwrap();
        let width = if channels == opus::Channels::Mono {
            1
        } else {
            2
        };
        let tone = |n: usize| ((n as f32 * 0.05).sin() * 9_000.0) as i16;
        let blocks = (0..count).map(|block| {
            let samples: Vec<i16> = (0..960 * width)
                .map(|n| tone(block * 960 + n / width))
                .collect();
            encoder.encode_vec(&samples, 400).unwrap()
        });
        blocks.collect()
    }

    #[test]
    fn sound_goes_in_and_comes_out_at_the_same_times() {
        for (channels, said) in [(opus::Channels::Mono, 1), (opus::Channels::Stereo, 2)] {
            let mut coder = OpusToAac::new(said).unwrap();
            let mut times = Vec::new();
            for (packet, step) in packets(channels, 100).iter().zip(0u32..) {
                let given = coder.push(packet, 5_000 + step * 20).unwrap();
                times.extend(given.into_iter().map(|(time, _)| time));
            }
            // 100 × 960 samples are 93 blocks of 1024, of which the encoder holds back a few.
            assert!(times.len() >= 88, "{} packets", times.len());
            assert!((5_000..5_022).contains(&times[0]), "{}", times[0]);
            let steps = times.windows(2).map(|two| two[1] - two[0]);
            assert!(steps.into_iter().all(|step| (21..=22).contains(&step)));
        }
    }

    #[test]
    fn a_lost_packet_is_filled_in_and_a_long_gap_begins_anew() {
        let mut coder = OpusToAac::new(1).unwrap();
        let packets = packets(opus::Channels::Mono, 60);
        for step in 0..60u32 {
            if step == 20 {
                continue;
            }
            let jump = if step >= 40 { 3_000 } else { 0 };
            coder
                .push(&packets[step as usize], step * 20 + jump)
                .unwrap();
        }
        assert_eq!(coder.anchor, Some(3_800));
        assert_eq!(coder.taken, 20 * 960);
    }

    /// Where the sound begins in what a decoder makes of these packets, in milliseconds.
    fn onset(coder: &OpusToAac, packets: &[(u32, Bytes)]) -> f64 {
        let mut parameters = AudioCodecParameters::new();
        parameters
            .for_codec(CODEC_ID_AAC)
            .with_sample_rate(RATE)
            .with_extra_data(coder.config()[2..].into());
        let mut decoder =
            AacDecoder::try_new(&parameters, &AudioDecoderOptions::default()).unwrap();
        let mut samples = Vec::new();
        for (time, body) in packets {
            let packet = PacketRef::new(0, Timestamp::ZERO, Duration::ZERO, &body[2..]);
            let decoded = decoder.decode_ref(&packet).unwrap();
            decoded.copy_to_vec_interleaved::<f32>(&mut samples);
            if let Some(place) = samples.iter().position(|sample| sample.abs() > 0.1) {
                return f64::from(*time) + place as f64 / MS as f64;
            }
        }
        panic!("silence")
    }

    #[test]
    fn what_is_heard_at_a_time_is_heard_at_that_time() {
        let voip = opus::Application::Voip;
        let mut encoder = opus::Encoder::new(RATE, opus::Channels::Mono, voip).unwrap();
        let mut coder = OpusToAac::new(1).unwrap();
        let mut given = Vec::new();
        for step in 0..50u32 {
            let loud = if step >= 25 { 12_000.0 } else { 0.0 };
            let wave = (0..960).map(|n| ((n as f32 * 0.2).sin() * loud) as i16);
            let packet = encoder.encode_vec(&wave.collect::<Vec<_>>(), 400).unwrap();
            given.extend(coder.push(&packet, 7_000 + step * 20).unwrap());
        }
        // 6.5 ms of it are the look-ahead of the Opus encoder, which its own decoders have too.
        let heard = onset(&coder, &given);
        assert!((heard - 7_500.0).abs() < 12.0, "{heard}");
    }

    #[test]
    fn nonsense_costs_itself_only() {
        let mut coder = OpusToAac::new(1).unwrap();
        assert!(coder.push(&[0xFF; 3], 0).is_err());
        let packets = packets(opus::Channels::Mono, 10);
        for (packet, step) in packets.iter().zip(0u32..) {
            coder.push(packet, step * 20).unwrap();
        }
        assert!(coder.given > 0);
    }
}
