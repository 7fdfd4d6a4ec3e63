//! When an event that was not answered is sent again.

/// How long an event is tried, in milliseconds: a day, so that a night without the business server loses nothing.
pub const GIVE_UP_AFTER: u64 = 86_400_000;

/// The longest pause between two attempts, in milliseconds. It bounds how long a server that is back waits for
/// the first news.
pub const MAX_PAUSE: u64 = 300_000;

/// The first pause.
const FIRST_PAUSE: u64 = 1_000;

/// What to do with an event that was not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Send it again then.
    At(u64),
    /// Its day is over.
    GiveUp,
}

/// After `attempts` failed ones, the newest now: the pause doubles, with up to a quarter more by `chance` (any
/// number), and never leads beyond the event's day.
pub fn retry(created_at: u64, attempts: u32, chance: u32, now: u64) -> Retry {
    let end = created_at + GIVE_UP_AFTER;
    if now >= end {
        return Retry::GiveUp;
    }
    let pause = FIRST_PAUSE << attempts.saturating_sub(1).min(16);
    let pause = pause.min(MAX_PAUSE * 4 / 5);
    let pause = pause + pause / 4 * u64::from(chance % 101) / 100;
    Retry::At((now + pause).min(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pauses_double_up_to_the_cap() {
        assert_eq!(retry(0, 1, 0, 10), Retry::At(1_010));
        assert_eq!(retry(0, 2, 0, 10), Retry::At(2_010));
        assert_eq!(retry(0, 2, 100, 10), Retry::At(2_510));
        assert_eq!(retry(0, 99, 100, 10), Retry::At(10 + MAX_PAUSE));
    }

    #[test]
    fn the_last_attempt_is_at_the_end_of_the_day() {
        let last = GIVE_UP_AFTER - 1;
        assert_eq!(retry(0, 50, 0, last), Retry::At(GIVE_UP_AFTER));
        assert_eq!(retry(0, 51, 0, GIVE_UP_AFTER), Retry::GiveUp);
    }

    proptest! {
        #[test]
        fn every_event_ends_and_none_is_forgotten_early(chances in prop::collection::vec(any::<u32>(), 600)) {
            let (mut now, mut attempts) = (7, 0);
            for chance in chances {
                attempts += 1;
                match retry(7, attempts, chance, now) {
                    Retry::At(next) => {
                        prop_assert!(next > now && next <= now + MAX_PAUSE);
                        now = next;
                    }
                    Retry::GiveUp => {
                        prop_assert!(now >= 7 + GIVE_UP_AFTER);
                        return Ok(());
                    }
                }
            }
            prop_assert!(false, "still trying at {now}");
        }
    }
}
