//! The sound that is published: a voice-like tone and, at each whole second, a beep.

use super::SAMPLE_RATE;
use crate::picture::flash;
use crate::walltime::WallTime;
use std::f64::consts::TAU;

/// Frequency of the beep.
pub const BEEP_HZ: f64 = 1000.0;

/// Peak of the beep, of 32,767.
pub const BEEP_PEAK: f64 = 16_000.0;

/// Peak of the tone between the beeps.
const TONE_PEAK: f64 = 5_000.0;

/// Syllables per second.
const SYLLABLE_HZ: f64 = 4.0;

/// Generates samples from a start instant on.
#[derive(Debug, Clone)]
pub struct Tone {
    start: WallTime,
    hz: f64,
    next: u64,
}

impl Tone {
    /// Whose first sample is taken at `start`; `hz` tells one publisher from another.
    pub fn new(start: WallTime, hz: f64) -> Self {
        Self { start, hz, next: 0 }
    }

    /// When the next sample is taken.
    pub fn next_at(&self) -> WallTime {
        self.instant(self.next)
    }

    /// The next samples of one channel.
    pub fn fill(&mut self, samples: &mut [i16]) {
        for sample in samples {
            *sample = self.sample(self.next) as i16;
            self.next += 1;
        }
    }

    fn instant(&self, index: u64) -> WallTime {
        self.start
            .plus_micros(index * 1_000_000 / u64::from(SAMPLE_RATE))
    }

    fn sample(&self, index: u64) -> f64 {
        let at = self.instant(index);
        if flash::lit(at) {
            let second = at.micros_of_second() as f64 / 1e6;
            return BEEP_PEAK * (TAU * BEEP_HZ * second).sin();
        }
        let time = index as f64 / f64::from(SAMPLE_RATE);
        let syllable = 0.5 - 0.5 * (TAU * SYLLABLE_HZ * time).cos();
        TONE_PEAK * syllable * (TAU * self.hz * time).sin()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_loud_in_the_first_tenth_of_each_second() {
        let start = WallTime::from_micros(10_000_000);
        let mut samples = vec![0; 96_000];
        Tone::new(start, 300.0).fill(&mut samples);
        let peak = |range: std::ops::Range<usize>| {
            samples[range]
                .iter()
                .map(|s| s.unsigned_abs())
                .max()
                .unwrap()
        };
        assert!(peak(0..4800) > 15_000);
        assert!(peak(4800..48_000) <= 5_000);
        assert!(peak(48_000..52_800) > 15_000);
        assert!(peak(52_800..96_000) <= 5_000);
    }

    #[test]
    fn pieces_make_the_same_sound_as_the_whole() {
        let start = WallTime::from_micros(10_950_000);
        let (mut whole, mut pieces) = (vec![0; 9600], vec![0; 9600]);
        Tone::new(start, 300.0).fill(&mut whole);
        let mut tone = Tone::new(start, 300.0);
        pieces.chunks_mut(960).for_each(|piece| tone.fill(piece));
        assert_eq!(whole, pieces);
        assert_eq!(tone.next_at(), start.plus_micros(200_000));
    }
}
