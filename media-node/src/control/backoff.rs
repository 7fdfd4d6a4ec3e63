//! How long to wait before the next dial.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(100);
const CAP: Duration = Duration::from_secs(5);

/// Waits that double up to a cap, each shortened by chance so that the nodes of a restarted edge do not
/// come all at once.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The link stood: begin anew.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }

    /// The next wait: between half and all of the doubled one. `chance` is from 0 to 1.
    pub(super) fn next(&mut self, chance: f64) -> Duration {
        let doubled = FIRST.saturating_mul(1 << self.failures.min(10)).min(CAP);
        self.failures = self.failures.saturating_add(1);
        doubled.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_cap() {
        let mut backoff = Backoff::default();
        let waits: Vec<_> = (0..9).map(|_| backoff.next(1.0).as_millis()).collect();
        let expected = [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000];
        assert_eq!(waits, expected);
        assert_eq!(backoff.next(0.0).as_millis(), 2_500);
        backoff.reset();
        assert_eq!(backoff.next(0.0).as_millis(), 50);
    }
}
