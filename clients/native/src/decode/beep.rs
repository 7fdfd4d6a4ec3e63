//! When the beep begins.

use super::goertzel::amplitude;
use crate::encode::tone::{BEEP_HZ, BEEP_PEAK};
use std::collections::VecDeque;

/// Windows of so many milliseconds: five whole waves of the beep.
const WINDOW_MS: f64 = 5.0;

/// From one window to the next.
const STEP_MS: f64 = 0.5;

/// Windows without a beep before one can begin: a tenth of a second.
const MIN_QUIET: u32 = 200;

/// Finds the beginnings of beeps in sound that comes in pieces.
#[derive(Debug)]
pub struct BeepDetector {
    held: VecDeque<i16>,
    /// Whether it beeps, or may.
    on: bool,
    /// Windows without a beep, one after the other.
    quiet: u32,
}

impl Default for BeepDetector {
    fn default() -> Self {
        Self::new()
    }
}

impl BeepDetector {
    /// Before any sound. What beeps at once has begun before.
    pub fn new() -> Self {
        Self {
            held: VecDeque::new(),
            on: true,
            quiet: 0,
        }
    }

    /// Takes the next samples of one channel, the first of them at `start` milliseconds, and gives the time at which a
    /// beep begins, to about a millisecond.
    pub fn push(&mut self, samples: &[i16], rate: u32, start: f64) -> Option<f64> {
        let per_ms = f64::from(rate) / 1000.0;
        let window = (WINDOW_MS * per_ms) as usize;
        let step = ((STEP_MS * per_ms) as usize).max(1);
        let mut time = start - self.held.len() as f64 / per_ms;
        self.held.extend(samples);
        let mut onset = None;
        while self.held.len() >= window {
            if self.is_onset(window, rate) {
                // Half of the window sounds: the beep begins in its middle.
                onset = onset.or(Some(time + WINDOW_MS / 2.0));
            }
            self.held.drain(..step);
            time += step as f64 / per_ms;
        }
        onset
    }

    /// Sound is missing before the next samples, and with it, maybe, the beginning of a beep.
    pub fn gap(&mut self) {
        *self = Self::new();
    }

    /// Whether the beep goes from off to on with this window; the two limits differ so that noise does not count twice.
    fn is_onset(&mut self, window: usize, rate: u32) -> bool {
        let (samples, _) = self.held.make_contiguous().split_at(window);
        let strength = amplitude(samples, rate, BEEP_HZ);
        self.on = strength > BEEP_PEAK * if self.on { 0.25 } else { 0.5 };
        if !self.on {
            self.quiet += 1;
            return false;
        }
        // A decoder that starts in the middle of a beep fades in; that is no beginning.
        std::mem::take(&mut self.quiet) >= MIN_QUIET
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::tone::Tone;
    use crate::walltime::WallTime;

    #[test]
    fn every_beep_begins_at_a_whole_second() {
        let mut tone = Tone::new(WallTime::from_micros(20_500_000), 300.0);
        let mut detector = BeepDetector::new();
        let mut found = Vec::new();
        for block in 0..200 {
            let mut samples = [0; 960];
            tone.fill(&mut samples);
            let start = f64::from(block) * 20.0;
            found.extend(detector.push(&samples, 48_000, start));
        }
        let expected = [500.0, 1500.0, 2500.0, 3500.0];
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.into_iter().zip(expected) {
            assert!((found - expected).abs() < 1.5, "{found} for {expected}");
        }
    }

    #[test]
    fn a_beep_whose_beginning_is_missing_is_none() {
        let mut tone = Tone::new(WallTime::from_micros(20_950_000), 300.0);
        let mut detector = BeepDetector::new();
        for block in 0..5 {
            let mut samples = [0; 960];
            tone.fill(&mut samples);
            // The third block, with the whole second in it, is lost.
            match block {
                2 => detector.gap(),
                _ => assert_eq!(
                    detector.push(&samples, 48_000, f64::from(block) * 20.0),
                    None
                ),
            }
        }
    }

    #[test]
    fn after_a_gap_nothing_is_joined() {
        let mut detector = BeepDetector::new();
        assert_eq!(detector.push(&[0; 100], 48_000, 0.0), None);
        detector.gap();
        assert_eq!(detector.push(&[0; 960], 48_000, 500.0), None);
    }
}
