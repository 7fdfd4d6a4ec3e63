//! For how long what is recorded of a call must at least be kept.

use super::state::Call;
use crate::link::Terms;
use counterpart_shared::api::{ApiError, ErrorCode};
use counterpart_shared::id::DeskId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

const DAY: u64 = 86_400_000;

/// What the desks wanted while the call was theirs. The strictest counts, also when one has since come to want less.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Least {
    /// The most days of any of them.
    days: u32,
    /// Those where the call was before.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    earlier: BTreeSet<DeskId>,
}

impl Least {
    pub(super) fn of(terms: &Terms) -> Self {
        Self {
            days: terms.least_days,
            ..Self::default()
        }
    }

    pub(super) fn is_none(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn days(&self) -> u32 {
        self.days
    }

    /// The call goes on at another desk.
    pub(super) fn hand_on(&mut self, from: Option<DeskId>, terms: &Terms) {
        self.days = self.days.max(terms.least_days);
        self.earlier.extend(from);
    }
}

impl Call {
    /// All desks where it ever was: what they want now counts, too.
    pub fn desks(&self) -> BTreeSet<DeskId> {
        let earlier = self.least.earlier.iter();
        earlier.chain(self.desk()).cloned().collect()
    }

    /// Whether what was recorded may be deleted, where its desks want it kept for `least_days` today.
    ///
    /// # Errors
    /// [`ErrorCode::Retained`] with the time from which on it may.
    pub(super) fn may_be_deleted(&self, least_days: u32, now: u64) -> Result<(), ApiError> {
        let days = self.least.days.max(least_days);
        // One of which no time is known is older than any rule for how long it must be kept.
        let ended_at = self.course.ended_at().unwrap_or_default();
        let until = ended_at + u64::from(days) * DAY;
        if until <= now {
            return Ok(());
        }
        let detail = format!("it must be kept for {days} days after its end at {ended_at}");
        Err(ApiError::new(ErrorCode::Retained, detail).until(until))
    }
}
