//! How long to wait before dialling again.

use std::time::Duration;

/// The first wait.
const FIRST: Duration = Duration::from_millis(100);

/// The longest wait, so that a party is back soon after the edge is.
const LONGEST: Duration = Duration::from_secs(3);

/// The wait before attempt number `attempt` (0 is the first, at once), spread by `jitter` from 0 to 1 over its upper
/// half, so that all who lost one edge do not come back together.
pub(super) fn wait(attempt: u32, jitter: f64) -> Duration {
    let Some(doublings) = attempt.checked_sub(1) else {
        return Duration::ZERO;
    };
    let full = FIRST.saturating_mul(1 << doublings.min(16)).min(LONGEST);
    full.mul_f64(0.5 + 0.5 * jitter.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_to_a_bound() {
        assert_eq!(wait(0, 1.0), Duration::ZERO);
        assert_eq!(wait(1, 1.0), FIRST);
        assert_eq!(wait(2, 1.0), FIRST * 2);
        assert_eq!(wait(2, 0.0), FIRST);
        assert_eq!(wait(u32::MAX, 1.0), LONGEST);
    }
}
