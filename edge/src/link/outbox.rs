//! When a letter that could not be delivered is tried again.

/// The longest pause between two attempts, in milliseconds. It bounds how long a desk believes in a call
/// that is over after whatever stood between them is repaired.
pub const MAX_BACKOFF: u64 = 30_000;

/// The pause after `attempts` failed ones: it doubles from 250 ms, with up to a quarter more by `chance`
/// (any number), so that letters which failed together do not come together again.
pub fn backoff(attempts: u32, chance: u32) -> u64 {
    let pause = 250u64.saturating_mul(1 << attempts.saturating_sub(1).min(16));
    let pause = pause.min(MAX_BACKOFF * 4 / 5);
    pause + pause / 4 * u64::from(chance % 101) / 100
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_under_the_cap() {
        assert_eq!(backoff(1, 0), 250);
        assert_eq!(backoff(2, 0), 500);
        assert_eq!(backoff(3, 100), 1250);
        for attempts in [0, 1, 5, 17, 1000, u32::MAX] {
            assert!(backoff(attempts, u32::MAX) <= MAX_BACKOFF);
            assert!(backoff(attempts, 0) >= 250);
        }
    }
}
