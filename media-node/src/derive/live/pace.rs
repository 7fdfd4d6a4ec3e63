//! Whether a composer keeps up with its call, and whether anything happens there.

use std::time::{Duration, Instant};

/// Who is behind for so long cannot keep up.
pub const PATIENCE: Duration = Duration::from_mins(1);
/// A call in which nothing is recorded for so long has been forgotten.
const FORGOTTEN: Duration = Duration::from_hours(1);

/// When what.
#[derive(Debug)]
pub(super) struct Pace {
    /// Who is behind for so long is too slow.
    patience: Duration,
    /// When all was made that could be.
    level: Instant,
    /// Where what was recorded ended, in milliseconds, and since when.
    end: (u64, Instant),
}

impl Pace {
    pub(super) fn new(patience: Duration, now: Instant) -> Self {
        Self {
            patience,
            level: now,
            end: (0, now),
        }
    }

    /// Something is left to be made now; whether that has been so for too long.
    pub(super) fn is_slow(&self, now: Instant) -> bool {
        now.duration_since(self.level) > self.patience
    }

    /// All is made now, and what is recorded ends there, in milliseconds; whether it has for too long.
    pub(super) fn is_forgotten(&mut self, now: Instant, end: u64) -> bool {
        self.level = now;
        if end != self.end.0 {
            self.end = (end, now);
        }
        now.duration_since(self.end.1) > FORGOTTEN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_falls_behind_for_a_minute_is_slow() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut pace = Pace::new(PATIENCE, start);
        assert!(!pace.is_slow(at(60)));
        assert!(!pace.is_forgotten(at(60), 1));
        assert!(!pace.is_slow(at(120)));
        assert!(pace.is_slow(at(121)));
    }

    #[test]
    fn a_call_in_which_nothing_happens_for_an_hour_is_forgotten() {
        let start = Instant::now();
        let mut pace = Pace::new(PATIENCE, start);
        assert!(!pace.is_forgotten(start + FORGOTTEN, 1));
        assert!(!pace.is_forgotten(start + 2 * FORGOTTEN, 1));
        let later = start + 2 * FORGOTTEN + PATIENCE;
        assert!(pace.is_forgotten(later, 1));
        assert!(!pace.is_forgotten(later, 2));
    }
}
