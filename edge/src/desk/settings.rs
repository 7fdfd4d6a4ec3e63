//! How a desk works: what may be set, and what follows for those who come now.

use super::state::Desk;
use crate::link::Admission;
use counterpart_shared::api::{
    ApiError, DeskSettings, EndReason, ErrorCode, MAX_RETENTION_DAYS, MAX_SKILLS, OpenHours,
    RecordPolicy,
};
use counterpart_shared::id::{RoomId, Skill};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// More stretches of a week than anyone needs, and few enough to look through at every request.
const MAX_STRETCHES: usize = 50;

const MINUTES_OF_DAY: i64 = 24 * 60;

/// Whether these settings can be used.
///
/// # Errors
/// [`ErrorCode::BadRequest`] with the first value that is out of its range.
pub fn check_settings(settings: &DeskSettings) -> Result<(), ApiError> {
    within("offer_s", settings.offer_s, 5..=300)?;
    within("presence_s", settings.presence_s, 5..=300)?;
    within("wrap_up_s", settings.wrap_up_s, 0..=3600)?;
    within("max_line", settings.max_line, 0..=10_000)?;
    within("messages_per_10s", settings.messages_per_10s, 1..=10_000)?;
    within("utc_offset_min", settings.utc_offset_min, -720..=840)?;
    let days = settings.retention_days.unwrap_or_default();
    within("retention_days", days, 0..=MAX_RETENTION_DAYS)?;
    check_hours(settings.hours.as_deref().unwrap_or_default())
}

fn check_hours(hours: &[OpenHours]) -> Result<(), ApiError> {
    within("number of hours", hours.len(), 0..=MAX_STRETCHES)?;
    for one in hours {
        within("day", one.day, 1..=7)?;
        within("from_min", one.from_min, 0..=1439)?;
        within("to_min", one.to_min, 1..=1440)?;
    }
    Ok(())
}

/// Whether an agent may have, or a call may ask for, these skills.
///
/// # Errors
/// [`ErrorCode::BadRequest`] for too many.
pub fn check_skills(skills: &BTreeSet<Skill>) -> Result<(), ApiError> {
    within("number of skills", skills.len(), 0..=MAX_SKILLS)
}

fn within<T: PartialOrd + std::fmt::Display>(
    name: &str,
    value: T,
    range: RangeInclusive<T>,
) -> Result<(), ApiError> {
    if range.contains(&value) {
        return Ok(());
    }
    let (from, to) = range.into_inner();
    let detail = format!("{name} is {value}, it must be {from} to {to}");
    Err(ApiError::new(ErrorCode::BadRequest, detail))
}

/// Why a customer is not taken into the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoEntry {
    Closed,
    Full(u32),
}

impl From<NoEntry> for ApiError {
    fn from(no: NoEntry) -> Self {
        match no {
            NoEntry::Closed => {
                ApiError::new(ErrorCode::DeskClosed, "outside of the desk's opening hours")
            }
            NoEntry::Full(most) => {
                ApiError::new(ErrorCode::LineFull, format!("{most} are waiting already"))
            }
        }
    }
}

impl From<NoEntry> for EndReason {
    fn from(no: NoEntry) -> Self {
        match no {
            NoEntry::Closed => EndReason::DeskClosed,
            NoEntry::Full(_) => EndReason::LineFull,
        }
    }
}

impl Desk {
    /// How it works at present.
    pub fn settings(&self) -> &DeskSettings {
        self.settings.get()
    }

    /// What a call that is made now must know. It is asked again when the call enters the line.
    ///
    /// # Errors
    /// [`ErrorCode::DeskClosed`] or [`ErrorCode::LineFull`].
    pub fn admission(&self, now: u64) -> Result<Admission, ApiError> {
        self.may_enter(now)?;
        Ok(self.conditions())
    }

    /// The same for a caller whom an agent hands on, to a room or to whoever is free. The length of the line does
    /// not count for him.
    ///
    /// # Errors
    /// [`ErrorCode::DeskClosed`]; [`ErrorCode::NotFound`] or [`ErrorCode::Conflict`] where nobody would come.
    pub fn hand_over(&self, to: Option<&RoomId>, now: u64) -> Result<Admission, ApiError> {
        if !is_open(self.settings(), now) {
            return Err(NoEntry::Closed.into());
        }
        if self.rooms.is_empty() {
            return Err(ApiError::new(ErrorCode::NotFound, "that desk has no rooms"));
        }
        let Some(room) = to else {
            return Ok(self.conditions());
        };
        match self.rooms.get(room) {
            None => {
                let detail = format!("that desk has no room '{room}'");
                Err(ApiError::new(ErrorCode::NotFound, detail))
            }
            Some(row) if !row.is_open() => {
                let detail = format!("room '{room}' is closed");
                Err(ApiError::new(ErrorCode::Conflict, detail))
            }
            Some(_) => Ok(self.conditions()),
        }
    }

    fn conditions(&self) -> Admission {
        let settings = self.settings();
        Admission {
            record: settings.record == RecordPolicy::On,
            terms: settings.into(),
        }
    }

    pub(super) fn may_enter(&self, now: u64) -> Result<(), NoEntry> {
        let settings = self.settings();
        if !is_open(settings, now) {
            return Err(NoEntry::Closed);
        }
        // Where an agent is free nobody has to wait, however short the line may be.
        let full = self.line.len() >= settings.max_line as usize;
        if full && !self.rooms.iter().any(|(_, row)| row.is_free()) {
            return Err(NoEntry::Full(settings.max_line));
        }
        Ok(())
    }

    pub(super) fn offer_ms(&self) -> u64 {
        u64::from(self.settings().offer_s) * 1000
    }

    pub(super) fn presence_ms(&self) -> u64 {
        u64::from(self.settings().presence_s) * 1000
    }
}

/// The desk's own clock, in minutes since 1970.
fn minutes_of(settings: &DeskSettings, now: u64) -> i64 {
    (now / 60_000) as i64 + i64::from(settings.utc_offset_min)
}

/// The day on the desk's own clock, since 1970-01-01.
pub(super) fn day_of(settings: &DeskSettings, now: u64) -> i64 {
    minutes_of(settings, now).div_euclid(MINUTES_OF_DAY)
}

fn is_open(settings: &DeskSettings, now: u64) -> bool {
    let Some(hours) = &settings.hours else {
        return true;
    };
    let minutes = minutes_of(settings, now);
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

    fn from(json: &str) -> DeskSettings {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn settings_have_bounds() {
        assert_eq!(check_settings(&DeskSettings::default()), Ok(()));
        for good in [
            r#"{"offer_s":5,"presence_s":300,"max_line":0,"hours":[]}"#,
            r#"{"hours":[{"day":7,"from_min":1439,"to_min":1440}],"utc_offset_min":-720}"#,
        ] {
            assert_eq!(check_settings(&from(good)), Ok(()), "{good}");
        }
        for (bad, named) in [
            (r#"{"offer_s":4}"#, "offer_s is 4"),
            (r#"{"presence_s":301}"#, "presence_s is 301"),
            (r#"{"messages_per_10s":0}"#, "messages_per_10s is 0"),
            (r#"{"wrap_up_s":3601}"#, "wrap_up_s is 3601"),
            (r#"{"utc_offset_min":841}"#, "utc_offset_min is 841"),
            (r#"{"retention_days":3651}"#, "retention_days is 3651"),
            (
                r#"{"hours":[{"day":8,"from_min":0,"to_min":1}]}"#,
                "day is 8",
            ),
            (
                r#"{"hours":[{"day":1,"from_min":9,"to_min":0}]}"#,
                "to_min is 0",
            ),
        ] {
            let error = check_settings(&from(bad)).unwrap_err();
            assert_eq!(error.code, ErrorCode::BadRequest);
            assert!(error.detail.contains(named), "{}", error.detail);
        }
    }

    #[test]
    fn a_week_has_its_hours_on_the_desks_own_clock() {
        // Sunday 22 November 2026, 16:30 UTC, is Monday half past midnight in Beijing.
        let now = 1_795_365_000_000;
        let on = |day: u8, offset: i32| {
            let hours = format!(r#"[{{"day":{day},"from_min":30,"to_min":31}}]"#);
            from(&format!(r#"{{"utc_offset_min":{offset},"hours":{hours}}}"#))
        };
        assert!(is_open(&on(1, 480), now));
        assert!(is_open(&on(1, 480), now + 59_999));
        assert!(!is_open(&on(1, 480), now + 60_000));
        assert!(!is_open(&on(7, 480), now));
        assert!(is_open(&on(7, -960), now), "half past midnight of Sunday");
        assert!(is_open(&DeskSettings::default(), now));
        assert!(!is_open(&from(r#"{"hours":[]}"#), now));
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
