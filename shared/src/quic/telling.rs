//! When who receives media tells their sender of the way.

use crate::rtmp::Heard;

/// No more often than each so many milliseconds; over so long the quickest is taken.
const OFTEN: u64 = 200;
/// And at least each so many: the sender believes it for a second.
const SELDOM: u64 = 500;
/// A number of milliseconds that differs by less has not changed.
const CHANGE: u64 = 20;

/// Says when a number of milliseconds is to be told.
#[derive(Debug, Clone, Default)]
pub struct Telling {
    /// What was told, and when.
    last: Option<(i64, u64)>,
}

impl Telling {
    /// Whether this one is to be told now; times in milliseconds. It is taken for told then.
    pub fn is_due(&mut self, number: i64, now: u64) -> bool {
        let is_due = self.last.is_none_or(|(told, at)| {
            let passed = now.saturating_sub(at);
            let changed = number.abs_diff(told) >= CHANGE;
            passed >= SELDOM || (passed >= OFTEN && changed)
        });
        if is_due {
            self.last = Some((number, now));
        }
        is_due
    }
}

/// Collects what a player tells of sound that comes: its sender knows when it left.
#[derive(Debug, Clone, Default)]
pub struct Hearing {
    telling: Telling,
    /// The quickest of this while, by its clock less its timestamp.
    quickest: Option<(i64, Heard)>,
    since: u64,
}

impl Hearing {
    /// Sound of this time came at this time of the player's clock, in milliseconds; what he is to tell now.
    pub fn take(&mut self, timestamp: u32, clock: u64) -> Option<Heard> {
        let way = |heard: &Heard| heard.clock as i64 - i64::from(heard.timestamp);
        let heard = Heard { timestamp, clock };
        let this = (way(&heard), heard);
        let quickest = match self.quickest {
            Some(quickest) if quickest.0 <= this.0 => quickest,
            _ => this,
        };
        self.quickest = Some(quickest);
        if clock.saturating_sub(self.since) < OFTEN {
            return None;
        }
        self.since = clock;
        self.quickest = None;
        let (way, heard) = quickest;
        self.telling.is_due(way, clock).then_some(heard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_changed_is_told_soon_and_what_has_not_seldom() {
        let mut telling = Telling::default();
        for (number, now, is_due) in [
            (0, 0, true),
            (50, 199, false),
            (50, 200, true),
            (31, 400, false),
            (69, 699, false),
            (69, 700, true),
            (49, 900, true),
        ] {
            assert_eq!(telling.is_due(number, now), is_due, "{now}");
        }
    }

    #[test]
    fn the_quickest_of_a_fifth_of_a_second_is_told() {
        let mut hearing = Hearing::default();
        let heard = |timestamp, clock| Some(Heard { timestamp, clock });
        // Each as (its time, when it came, what is told).
        for (timestamp, clock, told) in [
            (0, 1_040, heard(0, 1_040)),
            (20, 1_085, None),
            (40, 1_100, None),
            (60, 1_130, None),
            (80, 1_239, None),
            (100, 1_350, heard(40, 1_100)),
            (120, 1_400, None),
            (140, 1_550, heard(120, 1_400)),
        ] {
            assert_eq!(hearing.take(timestamp, clock), told, "{timestamp}");
        }
    }
}
