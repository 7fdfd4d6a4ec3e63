//! The week of a desk, on its own clock.

use super::settings::within;
use counterpart_shared::api::{ApiError, OpenHours};

/// More stretches of a week than anyone needs, and few enough to look through at every request.
const MAX_STRETCHES: usize = 50;

const MINUTES_OF_DAY: i64 = 24 * 60;

pub(super) fn check_hours(hours: &[OpenHours]) -> Result<(), ApiError> {
    within("number of hours", hours.len(), 0..=MAX_STRETCHES)?;
    for one in hours {
        within("day", one.day, 1..=7)?;
        within("from_min", one.from_min, 0..=1439)?;
        within("to_min", one.to_min, 1..=1440)?;
    }
    Ok(())
}

/// The desk's own clock, in minutes since 1970.
fn minutes_of(utc_offset_min: i32, now: u64) -> i64 {
    (now / 60_000) as i64 + i64::from(utc_offset_min)
}

/// The day on the desk's own clock, since 1970-01-01.
pub(super) fn day_of(utc_offset_min: i32, now: u64) -> i64 {
    minutes_of(utc_offset_min, now).div_euclid(MINUTES_OF_DAY)
}

/// Whether a desk with these hours, on a clock so far east of UTC, is open; without hours it always is.
pub fn is_open(hours: Option<&[OpenHours]>, utc_offset_min: i32, now: u64) -> bool {
    let Some(hours) = hours else {
        return true;
    };
    let minutes = minutes_of(utc_offset_min, now);
    // Day 0 was a Thursday.
    let day = (minutes.div_euclid(MINUTES_OF_DAY) + 3).rem_euclid(7) + 1;
    let minute = minutes.rem_euclid(MINUTES_OF_DAY);
    hours.iter().any(|one| covers(one, day, minute))
}

/// Whether a stretch, which may go over midnight, has this minute of this day.
fn covers(one: &OpenHours, day: i64, minute: i64) -> bool {
    let (from, to) = (i64::from(one.from_min), i64::from(one.to_min));
    let length = if to > from {
        to - from
    } else {
        to + MINUTES_OF_DAY - from
    };
    let since = (day - i64::from(one.day)) * MINUTES_OF_DAY + minute - from;
    since.rem_euclid(7 * MINUTES_OF_DAY) < length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_has_its_hours_on_the_desks_own_clock() {
        // Sunday 22 November 2026, 16:30 UTC, is Monday half past midnight in Beijing.
        let now = 1_795_365_000_000;
        let on = |day: u8, offset: i32, now: u64| {
            let one = OpenHours {
                day,
                from_min: 30,
                to_min: 31,
            };
            is_open(Some(&[one]), offset, now)
        };
        assert!(on(1, 480, now));
        assert!(on(1, 480, now + 59_999));
        assert!(!on(1, 480, now + 60_000));
        assert!(!on(7, 480, now));
        assert!(on(7, -960, now), "half past midnight of Sunday");
        assert!(is_open(None, 0, now));
        assert!(!is_open(Some(&[]), 0, now));
    }

    #[test]
    fn a_stretch_may_end_on_the_next_day() {
        let night = |day: u8| OpenHours {
            day,
            from_min: 1320,
            to_min: 120,
        };
        for (day, minute, open) in [
            (5, 1319, false),
            (5, 1320, true),
            (6, 0, true),
            (6, 119, true),
            (6, 120, false),
            (6, 1320, false),
        ] {
            assert_eq!(covers(&night(5), day, minute), open, "{day} {minute}");
        }
        assert!(covers(&night(7), 1, 119), "from Sunday to Monday");
        assert!(!covers(&night(7), 7, 119));
        let whole = OpenHours {
            day: 2,
            from_min: 600,
            to_min: 600,
        };
        assert!(covers(&whole, 2, 600) && covers(&whole, 3, 599));
        assert!(!covers(&whole, 2, 599) && !covers(&whole, 3, 600));
    }
}
