//! The buckets: one number for each, the time at which it is full again (the *virtual scheduling* form of
//! the generic cell rate algorithm, ITU-T I.371 annex A).

use super::rate::Rate;
use std::collections::HashMap;

/// How many are kept: with more strangers than this at once, full buckets go first, then all, so that nobody's
/// traffic grows the memory.
pub const MAX_BUCKETS: usize = 10_000;

/// Buckets of one rate.
#[derive(Debug, Clone)]
pub struct Buckets {
    rate: Rate,
    /// When each is full again, in microseconds.
    full_at: HashMap<String, u64>,
}

impl Buckets {
    /// All full.
    pub fn new(rate: Rate) -> Self {
        let full_at = HashMap::new();
        Self { rate, full_at }
    }

    /// Their rate.
    pub fn rate(&self) -> Rate {
        self.rate
    }

    /// Takes one from the bucket of `key`; false, and nothing taken, when it is empty. `now` in UNIX
    /// milliseconds.
    pub fn take(&mut self, key: &str, now: u64) -> bool {
        let now = now * 1000;
        let one = 1_000_000 / u64::from(self.rate.per_second);
        let depth = one * u64::from(self.rate.burst);
        let full_at = self.full_at.get(key).copied().unwrap_or(0).max(now);
        if full_at + one > now + depth {
            return false;
        }
        self.make_room(now);
        self.full_at.insert(key.to_owned(), full_at + one);
        true
    }

    fn make_room(&mut self, now: u64) {
        if self.full_at.len() < MAX_BUCKETS {
            return;
        }
        self.full_at.retain(|_, full_at| *full_at > now);
        if self.full_at.len() >= MAX_BUCKETS {
            self.full_at.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn buckets(per_second: u32, burst: u32) -> Buckets {
        Buckets::new(Rate { per_second, burst })
    }

    #[test]
    fn a_burst_then_the_rate() {
        let mut buckets = buckets(10, 3);
        let mut take = |now| buckets.take("a", now);
        let at_once = [5_000; 4].map(&mut take);
        assert_eq!(at_once, [true, true, true, false]);
        assert!(!take(5_099) && take(5_100) && !take(5_100));
        let later = [60_000; 4].map(&mut take);
        assert_eq!(
            later,
            [true, true, true, false],
            "no more than a burst is saved"
        );
    }

    #[test]
    fn each_key_has_its_own() {
        let mut buckets = buckets(1, 1);
        assert!(buckets.take("a", 0) && !buckets.take("a", 999));
        assert!(buckets.take("b", 0) && buckets.take("a", 1000));
    }

    #[test]
    fn strangers_do_not_grow_the_memory() {
        let mut buckets = buckets(1, 2);
        for n in 0..3 * MAX_BUCKETS {
            assert!(buckets.take(&n.to_string(), n as u64));
            assert!(buckets.full_at.len() <= MAX_BUCKETS);
        }
    }

    proptest! {
        #[test]
        fn never_more_than_rate_and_burst(
            per_second in 1u32..1000,
            burst in 1u32..100,
            steps in prop::collection::vec(0u64..500, 1..200),
        ) {
            let mut buckets = buckets(per_second, burst);
            let (mut now, mut taken) = (0, 0);
            for step in steps {
                now += step;
                taken += u64::from(buckets.take("a", now));
                // An interval is cut to whole microseconds, which lets at most one in a thousand more pass.
                let most = u64::from(burst) + now * u64::from(per_second) * 1001 / 1_000_000 + 1;
                prop_assert!(taken <= most);
            }
        }
    }
}
