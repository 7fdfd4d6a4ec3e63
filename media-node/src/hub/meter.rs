//! How much gets through on a leg of the way.

use std::time::{Duration, Instant};

/// Over how long a rate is taken.
const WINDOW: Duration = Duration::from_millis(500);
/// Where nothing passes for this long the way is broken, and that tells nothing of how wide it is.
const STANDSTILL: Duration = Duration::from_millis(300);
/// For this long it was an outage. Shorter standstills belong to a way on which data passes in bursts, and count.
const OUTAGE: Duration = Duration::from_millis(800);
/// What trickles so soon after one tells nothing either.
const BACK: Duration = Duration::from_millis(1_000);

/// Bits per second of what passes. A rate is taken when something does, so it is of whole bursts.
#[derive(Debug)]
pub(super) struct Meter {
    since: Instant,
    total: u64,
    /// The total when it grew last, and when that was.
    grown: (u64, Instant),
    /// When the last outage ended.
    back: Option<Instant>,
    /// The last rate and the one before: now and then a link stands still.
    rates: [u32; 2],
}

impl Meter {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            since: now,
            total: 0,
            grown: (0, now),
            back: None,
            rates: [0; 2],
        }
    }

    /// So many bytes have passed since the beginning, and they are late or in time: the greater of the last two rates, but of what is late the last
    /// one, for all passes then that can, and the one before may be from when more could.
    pub(super) fn look(&mut self, total: u64, late: bool, now: Instant) -> u32 {
        self.count(total, now);
        let trickles = |back: Instant| now.saturating_duration_since(back) <= BACK;
        let [last, before] = self.rates;
        match late && !self.back.is_some_and(trickles) {
            true => last,
            false => last.max(before),
        }
    }

    fn count(&mut self, total: u64, now: Instant) {
        let (before, last) = self.grown;
        if total == before {
            return;
        }
        self.grown = (total, now);
        if now.saturating_duration_since(last) > OUTAGE {
            (self.since, self.total) = (now, total);
            self.back = Some(now);
        }
        let passed = now.saturating_duration_since(self.since);
        if passed >= WINDOW {
            let bits = total.saturating_sub(self.total) as f64 * 8.0;
            self.rates = [(bits / passed.as_secs_f64()) as u32, self.rates[0]];
            (self.since, self.total) = (now, total);
        }
    }

    /// Whether nothing passes.
    pub(super) fn stands(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.grown.1) > STANDSTILL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(start: Instant, ms: u64) -> Instant {
        start + Duration::from_millis(ms)
    }

    #[test]
    fn a_meter_counts_bits_per_second() {
        let start = Instant::now();
        let mut meter = Meter::new(start);
        assert_eq!(meter.look(50_000, false, ms(start, 400)), 0);
        assert_eq!(meter.look(62_500, false, ms(start, 1_000)), 500_000);
    }

    #[test]
    fn a_meter_does_not_count_a_standstill() {
        let start = Instant::now();
        let mut meter = Meter::new(start);
        let mut total = 0;
        let mut pass = |meter: &mut Meter, from: u64, to: u64| {
            let steps = (from..to).step_by(50);
            let rates = steps.map(|at| {
                total += 6_250;
                meter.look(total, false, ms(start, at))
            });
            rates.last()
        };
        assert_eq!(pass(&mut meter, 50, 1_050), Some(1_000_000));
        assert!(!meter.stands(ms(start, 1_300)));
        assert!(meter.stands(ms(start, 1_350)));
        // Somebody looks meanwhile, and somebody comes back after the next outage only.
        for at in (1_050..2_000).step_by(50) {
            assert_eq!(meter.look(125_000, false, ms(start, at)), 1_000_000, "{at}");
        }
        assert_eq!(pass(&mut meter, 2_000, 2_400), Some(1_000_000));
        assert_eq!(pass(&mut meter, 4_000, 5_000), Some(1_000_000));
    }

    #[test]
    fn a_meter_counts_what_passes_in_bursts() {
        let start = Instant::now();
        let mut meter = Meter::new(start);
        let rates = (1..=200).map(|step| {
            let total = step / 8 * 12_500;
            meter.look(total, false, ms(start, step * 50))
        });
        let rates: Vec<u32> = rates.collect();
        assert!(
            rates.iter().skip(15).all(|rate| *rate == 250_000),
            "{rates:?}"
        );
    }

    #[test]
    fn what_is_late_tells_how_wide_the_link_is_now() {
        let start = Instant::now();
        let mut meter = Meter::new(start);
        meter.look(62_500, false, ms(start, 500));
        assert_eq!(meter.look(75_000, false, ms(start, 1_000)), 1_000_000);
        assert_eq!(meter.look(75_000, true, ms(start, 1_001)), 200_000);
    }

    #[test]
    fn what_trickles_after_an_outage_lowers_nothing() {
        for outage in [1_000, 5_000] {
            let start = Instant::now();
            let mut meter = Meter::new(start);
            let mut total = 0;
            let mut pass = |bytes: u64, from: u64, to: u64| {
                let steps = (from..to).step_by(50);
                let rates = steps.map(|at| {
                    total += bytes;
                    meter.look(total, true, ms(start, at))
                });
                rates.min()
            };
            pass(6_250, 50, 2_000);
            let back = 2_000 + outage;
            assert_eq!(pass(0, 2_000, back), Some(1_000_000));
            assert_eq!(pass(100, back, back + 500), Some(1_000_000), "{outage}");
            assert_eq!(pass(6_250, back + 500, back + 2_000), Some(1_000_000));
        }
    }
}
