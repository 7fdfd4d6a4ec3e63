//! How strong one frequency is (Goertzel's algorithm).

use std::f64::consts::TAU;

/// The peak of a sine of frequency `hz` in these samples, taken `rate` times a second.
pub fn amplitude(samples: &[i16], rate: u32, hz: f64) -> f64 {
    if samples.is_empty() {
        return 0.0;
    }
    let coefficient = 2.0 * (TAU * hz / f64::from(rate)).cos();
    let (mut last, mut before) = (0.0, 0.0);
    for &sample in samples {
        let next = f64::from(sample) + coefficient * last - before;
        (before, last) = (last, next);
    }
    let power = last * last + before * before - coefficient * last * before;
    2.0 * power.max(0.0).sqrt() / samples.len() as f64
}

/// The strongest of the frequencies 100, 120, … 2000 Hz, and its peak.
pub fn strongest(samples: &[i16], rate: u32) -> (f64, f64) {
    (5..=100)
        .map(|step| f64::from(step) * 20.0)
        .map(|hz| (hz, amplitude(samples, rate, hz)))
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .expect("the range is not empty")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(hz: f64, peak: f64, count: usize) -> Vec<i16> {
        let sample = |n: usize| (peak * (TAU * hz * n as f64 / 48_000.0).sin()) as i16;
        (0..count).map(sample).collect()
    }

    #[test]
    fn a_sine_has_its_own_peak_and_no_other() {
        let samples = sine(1000.0, 10_000.0, 4800);
        let found = amplitude(&samples, 48_000, 1000.0);
        assert!((found - 10_000.0).abs() < 50.0, "{found}");
        assert!(amplitude(&samples, 48_000, 500.0) < 100.0);
        assert_eq!(amplitude(&[], 48_000, 500.0), 0.0);
    }

    #[test]
    fn the_strongest_is_found() {
        assert_eq!(strongest(&sine(440.0, 3000.0, 4800), 48_000).0, 440.0);
    }
}
