//! How a call went, in a few facts: what stays of it when its log is not at hand.

use super::state::Call;
use counterpart_shared::api::{EndReason, EntryBody, FinishedCall};
use counterpart_shared::id::{DeskId, Party, RoomId, UserId};
use serde::{Deserialize, Serialize};

/// What happened when. A call that began under a version that did not note it has gaps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Course {
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    requested_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_at: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<u64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    recorded: bool,
    /// Who answered last, and in which room: of a caller who was handed on and left, nobody else is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<UserId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<RoomId>,
}

impl Course {
    pub(super) fn begin(now: u64) -> Self {
        Self {
            created_at: Some(now),
            ..Self::default()
        }
    }

    pub(super) fn requested_at(&self) -> Option<u64> {
        self.requested_at
    }

    /// When it was over; where a version that did not note that ended it, the latest that is known.
    pub(super) fn ended_at(&self) -> Option<u64> {
        let known = self.ended_at.or(self.answered_at);
        known.or(self.requested_at).or(self.created_at)
    }

    pub(super) fn was_recorded(&self) -> bool {
        self.recorded
    }

    pub(super) fn was_answered(&self) -> bool {
        self.answered_at.is_some()
    }

    pub(super) fn agent(&self) -> Option<&UserId> {
        self.agent.as_ref()
    }

    /// Notes what an entry of the log tells; of what happens again, the first time counts.
    pub(super) fn note(&mut self, body: &EntryBody, now: u64) {
        match body {
            EntryBody::Request { .. } => drop(self.requested_at.get_or_insert(now)),
            EntryBody::Accept { callee, room } => {
                self.answered_at.get_or_insert(now);
                self.agent = Some(callee.clone());
                self.room = room.clone();
            }
            EntryBody::End { .. } => drop(self.ended_at.get_or_insert(now)),
            EntryBody::RecordingStarted { .. } => self.recorded = true,
            _ => {}
        }
    }
}

impl Call {
    /// What the archive keeps of it.
    pub(super) fn record_of_end(
        &self,
        desk: Option<DeskId>,
        by: Option<Party>,
        reason: EndReason,
        now: u64,
    ) -> FinishedCall {
        FinishedCall {
            call: self.id.clone(),
            desk,
            room: self.room.clone().or_else(|| self.course.room.clone()),
            customer: self.caller.clone(),
            agent: self.agent().cloned(),
            created_at: self.course.created_at,
            requested_at: self.course.requested_at,
            answered_at: self.course.answered_at,
            ended_at: now,
            by,
            reason,
            recorded: self.course.recorded,
            least_days: if self.course.recorded {
                self.least.days()
            } else {
                0
            },
            watched_by: self.watchers.keys().cloned().collect(),
            rating: self.rating.clone(),
            note: self.note.clone(),
        }
    }
}
