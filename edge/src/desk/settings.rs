//! How a desk works: what may be set, and what follows for those who come now.

use super::hours::{check_hours, is_open};
use super::state::Desk;
use crate::link::Admission;
use counterpart_shared::api::{
    ApiError, DeskSettings, EndReason, ErrorCode, MAX_PROMPT, MAX_PROMPTS, MAX_QUICK_REPLIES,
    MAX_QUICK_REPLY, MAX_RETENTION_DAYS, MAX_SKILLS, MAX_TITLE, RecordPolicy, check_characters,
};
use counterpart_shared::id::{RoomId, Skill};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// Whether these settings can be used, where the deployment keeps finished calls for so many days; 0: for ever.
///
/// # Errors
/// [`ErrorCode::BadRequest`] with the first value that is out of its range.
pub fn check_settings(settings: &DeskSettings, deployment_days: u32) -> Result<(), ApiError> {
    within("offer_s", settings.offer_s, 5..=300)?;
    within("presence_s", settings.presence_s, 5..=300)?;
    within("wrap_up_s", settings.wrap_up_s, 0..=3600)?;
    within("max_line", settings.max_line, 0..=10_000)?;
    within("messages_per_10s", settings.messages_per_10s, 1..=10_000)?;
    within("utc_offset_min", settings.utc_offset_min, -720..=840)?;
    check_retention(settings, deployment_days)?;
    for text in settings.title.iter().flat_map(|it| [&it.zh, &it.en]) {
        within("length of a title", length(text), 1..=MAX_TITLE)?;
        one_line(text)?;
    }
    let replies = &settings.quick_replies;
    within(
        "number of quick_replies",
        replies.len(),
        0..=MAX_QUICK_REPLIES,
    )?;
    for text in replies {
        within("length of a quick reply", length(text), 1..=MAX_QUICK_REPLY)?;
        check_characters(text)?;
    }
    within("number of prompts", settings.prompts.len(), 0..=MAX_PROMPTS)?;
    for text in &settings.prompts {
        within("length of a prompt", length(text), 1..=MAX_PROMPT)?;
        check_characters(text)?;
    }
    check_hours(settings.hours.as_deref().unwrap_or_default())
}

/// Nothing can be kept for longer than the call by which it is found.
fn check_retention(settings: &DeskSettings, deployment_days: u32) -> Result<(), ApiError> {
    let most = settings.retention_days.unwrap_or(deployment_days);
    let least = settings.record_least_days;
    within("retention_days", most, 0..=MAX_RETENTION_DAYS)?;
    within("record_least_days", least, 0..=MAX_RETENTION_DAYS)?;
    if most > 0 && least > most {
        let detail = format!("record_least_days is {least}, calls are kept for {most} days");
        return Err(ApiError::new(ErrorCode::BadRequest, detail));
    }
    Ok(())
}

fn length(text: &str) -> usize {
    text.chars().count()
}

fn one_line(text: &str) -> Result<(), ApiError> {
    match text.chars().find(|one| one.is_control()) {
        None => Ok(()),
        Some(one) => {
            let code = u32::from(one);
            let detail = format!("a title has the control character U+{code:04X}");
            Err(ApiError::new(ErrorCode::BadRequest, detail))
        }
    }
}

/// Whether an agent may have, or a call may ask for, these skills.
///
/// # Errors
/// [`ErrorCode::BadRequest`] for too many.
pub fn check_skills(skills: &BTreeSet<Skill>) -> Result<(), ApiError> {
    within("number of skills", skills.len(), 0..=MAX_SKILLS)
}

pub(super) fn within<T: PartialOrd + std::fmt::Display>(
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
        if !self.is_open(now) {
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

    fn is_open(&self, now: u64) -> bool {
        let settings = self.settings();
        is_open(settings.hours.as_deref(), settings.utc_offset_min, now)
    }

    pub(super) fn may_enter(&self, now: u64) -> Result<(), NoEntry> {
        let settings = self.settings();
        if !self.is_open(now) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use counterpart_shared::api::MAX_SETTINGS;

    fn from(json: &str) -> DeskSettings {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn settings_have_bounds() {
        assert_eq!(check_settings(&DeskSettings::default(), 0), Ok(()));
        for good in [
            r#"{"offer_s":5,"presence_s":300,"max_line":0,"hours":[]}"#,
            r#"{"hours":[{"day":7,"from_min":1439,"to_min":1440}],"utc_offset_min":-720}"#,
            r#"{"title":{"zh":"贷款","en":"Loans"},"quick_replies":["您好\n请稍候"]}"#,
        ] {
            assert_eq!(check_settings(&from(good), 0), Ok(()), "{good}");
        }
        for (bad, named) in [
            (r#"{"offer_s":4}"#, "offer_s is 4"),
            (r#"{"presence_s":301}"#, "presence_s is 301"),
            (r#"{"messages_per_10s":0}"#, "messages_per_10s is 0"),
            (r#"{"wrap_up_s":3601}"#, "wrap_up_s is 3601"),
            (r#"{"utc_offset_min":841}"#, "utc_offset_min is 841"),
            (r#"{"retention_days":3651}"#, "retention_days is 3651"),
            (r#"{"record_least_days":3651}"#, "record_least_days is 3651"),
            (
                r#"{"title":{"zh":"","en":"Loans"}}"#,
                "length of a title is 0",
            ),
            (r#"{"title":{"zh":"a\nb","en":"x"}}"#, "U+000A"),
            (
                r#"{"quick_replies":["x",""]}"#,
                "length of a quick reply is 0",
            ),
            (r#"{"quick_replies":["\u0000"]}"#, "U+0000"),
            (r#"{"prompts":[""]}"#, "length of a prompt is 0"),
            (r#"{"prompts":["\u0007"]}"#, "U+0007"),
            (
                r#"{"hours":[{"day":8,"from_min":0,"to_min":1}]}"#,
                "day is 8",
            ),
            (
                r#"{"hours":[{"day":1,"from_min":9,"to_min":0}]}"#,
                "to_min is 0",
            ),
        ] {
            let error = check_settings(&from(bad), 0).unwrap_err();
            assert_eq!(error.code, ErrorCode::BadRequest);
            assert!(error.detail.contains(named), "{}", error.detail);
        }
        let many = DeskSettings {
            quick_replies: vec!["好".repeat(MAX_QUICK_REPLY); MAX_QUICK_REPLIES],
            prompts: vec!["好".repeat(MAX_PROMPT); MAX_PROMPTS],
            ..DeskSettings::default()
        };
        assert_eq!(check_settings(&many, 0), Ok(()));
        assert!(crate::table::to_json(&many).len() < MAX_SETTINGS);
        for text in ["x", &"好".repeat(MAX_QUICK_REPLY + 1)] {
            let mut more = many.clone();
            more.quick_replies.push(text.into());
            assert!(check_settings(&more, 0).is_err());
            let mut more = many.clone();
            more.prompts.push(text.into());
            assert!(check_settings(&more, 0).is_err());
        }
    }

    #[test]
    fn what_is_recorded_is_kept_for_no_longer_than_its_call() {
        for (json, deployment_days, fits) in [
            (r#"{"record_least_days":30}"#, 0, true),
            (r#"{"record_least_days":30}"#, 30, true),
            (r#"{"record_least_days":31}"#, 30, false),
            (r#"{"record_least_days":31,"retention_days":31}"#, 30, true),
            (r#"{"record_least_days":32,"retention_days":31}"#, 0, false),
            (r#"{"record_least_days":31,"retention_days":0}"#, 30, true),
        ] {
            match check_settings(&from(json), deployment_days) {
                Ok(()) => assert!(fits, "{json}"),
                Err(error) => {
                    assert!(!fits, "{json}: {error}");
                    assert_eq!(error.code, ErrorCode::BadRequest);
                    assert!(error.detail.starts_with("record_least_days is 3"));
                }
            }
        }
    }
}
