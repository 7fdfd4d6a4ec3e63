//! How long to wait before something is tried again.

use std::time::Duration;

/// Waits that double up to a cap, each shortened by chance so that the clients of a restarted server do
/// not come all at once.
#[derive(Debug)]
pub(crate) struct Backoff {
    first: Duration,
    cap: Duration,
    failures: u32,
}

impl Backoff {
    /// Nothing has failed yet.
    pub(crate) fn new(first: Duration, cap: Duration) -> Self {
        Self {
            first,
            cap,
            failures: 0,
        }
    }

    /// It has worked: begin anew.
    pub(crate) fn reset(&mut self) {
        self.failures = 0;
    }

    /// The next wait: between half and all of the doubled one. `chance` is from 0 to 1.
    pub(crate) fn next(&mut self, chance: f64) -> Duration {
        let doubled = self.first.saturating_mul(1 << self.failures.min(20));
        let doubled = doubled.min(self.cap);
        self.failures = self.failures.saturating_add(1);
        doubled.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_cap() {
        let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(5));
        let waits: Vec<_> = (0..9).map(|_| backoff.next(1.0).as_millis()).collect();
        let expected = [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000];
        assert_eq!(waits, expected);
        assert_eq!(backoff.next(0.0).as_millis(), 2_500);
        backoff.reset();
        assert_eq!(backoff.next(0.0).as_millis(), 50);
    }
}
