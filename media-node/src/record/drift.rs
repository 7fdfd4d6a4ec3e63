//! Sound whose packets follow each other, kept at the place that its timestamps say.
//!
//! A packet says by its samples how long it lasts, and its timestamp where it begins. The two come from
//! different clocks: the one of the sound card, and the one that stamps the pictures too. They run apart
//! by some 50 in a million, 180 ms in an hour, so the samples alone would leave the pictures behind;
//! and timestamps are whole milliseconds that jitter, so the timestamps alone would tear the sound.

/// A packet this far from where the last one ended begins where its timestamp says.
const SEAM_MS: i64 = 50;
/// The same of the mean of the last packets.
const MEAN_SEAM_MS: i64 = 20;
/// From this mean distance on each packet is moved by a single sample.
const SLIDE_MS: i64 = 2;
/// Over so many packets the mean is taken.
const PACKETS: i64 = 16;

/// How far a track's sound lies from its timestamps.
#[derive(Debug)]
pub(crate) struct Drift {
    /// Samples per second.
    rate: i64,
    /// The mean distance times [`PACKETS`].
    sum: i64,
}

impl Drift {
    pub(crate) fn new(rate: u32) -> Self {
        Self {
            rate: rate.into(),
            sum: 0,
        }
    }

    /// Where a packet begins whose timestamp says `time` and before which another ends at `end`; whether
    /// it leaves a gap there.
    pub(crate) fn place(&mut self, time: u64, end: u64) -> (u64, bool) {
        let signed = |time: u64| i64::try_from(time).unwrap_or(i64::MAX);
        let moved = self.correct(signed(time) - signed(end));
        let gap = moved > SEAM_MS * self.rate / 1000;
        (end.saturating_add_signed(moved), gap)
    }

    /// A packet's timestamp lies so many samples behind the end of the packet before it (negative:
    /// ahead of it); by how many it is to be moved. All of them are a seam.
    pub(crate) fn correct(&mut self, behind: i64) -> i64 {
        let ms = |ms: i64| ms * self.rate / 1000;
        if behind.saturating_abs() > ms(SEAM_MS) {
            self.sum = 0;
            return behind;
        }
        self.sum += behind - self.sum / PACKETS;
        let mean = self.sum / PACKETS;
        let moved = if mean.abs() > ms(MEAN_SEAM_MS) {
            mean
        } else if mean.abs() > ms(SLIDE_MS) {
            mean.signum()
        } else {
            0
        };
        self.sum -= moved * PACKETS;
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packets of 1024 samples at 48 kHz whose timestamps are whole milliseconds of another clock; the
    /// farthest that one lay from its timestamp, and the most that one was moved by.
    fn hour(per_million: f64) -> (i64, i64) {
        let (mut drift, mut end) = (Drift::new(48_000), 0);
        let (mut farthest, mut most) = (0, 0);
        for packet in 0..168_750 {
            let real = f64::from(packet * 1024) * (1.0 + per_million / 1e6);
            let stamped = (real / 48.0) as i64 * 48;
            let moved = drift.correct(stamped - end);
            end += moved;
            farthest = farthest.max((end - stamped).abs());
            most = most.max(moved.abs());
            end += 1024;
        }
        (farthest, most)
    }

    #[test]
    fn an_hour_of_another_clock_is_followed_sample_by_sample() {
        for per_million in [-200.0, -50.0, 0.0, 50.0, 200.0] {
            let (farthest, most) = hour(per_million);
            assert!(farthest < 48 * 5 && most <= 1, "{per_million}: {farthest}");
        }
    }

    #[test]
    fn jitter_moves_nothing() {
        let mut drift = Drift::new(48_000);
        for packet in 0..1_000 {
            let jitter = [0, 900, -700, 30, -230][packet % 5];
            assert_eq!(drift.correct(jitter), 0);
        }
    }

    #[test]
    fn a_jump_is_a_seam_at_once_and_a_lasting_distance_soon() {
        let mut drift = Drift::new(48_000);
        assert_eq!(drift.correct(2_401), 2_401);
        assert_eq!(drift.correct(-2_401), -2_401);
        let (mut distance, mut packets) = (1_920, 0);
        while distance > 960 {
            distance -= drift.correct(distance);
            packets += 1;
        }
        assert!(packets < 30, "{packets}");
    }

    #[test]
    fn nothing_overflows() {
        let mut drift = Drift::new(u32::MAX);
        assert_eq!(drift.correct(i64::MIN), i64::MIN);
        assert_eq!(drift.correct(i64::MAX), i64::MAX);
    }
}
