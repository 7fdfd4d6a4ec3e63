//! A room and what it is doing.

use super::state::Waiting;
use crate::link::Needs;
use counterpart_shared::api::{CloseReason, Room, RoomPhase, RoomState};
use counterpart_shared::id::{CallId, RoomId, Skill, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A room as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomRow {
    /// Whose it is: the first agent who came.
    pub agent: UserId,
    /// What it is doing.
    pub place: Place,
    /// Since when.
    pub since: u64,
    /// What its agent can do.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub skills: BTreeSet<Skill>,
    /// Whether it closes after the call.
    #[serde(default)]
    pub closing: bool,
    /// Since when its agent has no socket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone_since: Option<u64>,
}

/// What a room is doing. A call's place in a room is written here and nowhere else, so it has only one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Place {
    /// Its agent takes no calls.
    Close {
        /// Why; nothing when it was never opened.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<CloseReason>,
    },
    /// Free.
    Idle,
    /// It rings.
    Offered {
        /// The caller's number, which is his place should the offer fail.
        number: u64,
        /// The caller.
        waiting: Waiting,
        /// Until when it rings.
        until: u64,
    },
    /// Two people talk.
    Talking {
        /// Their call.
        call: CallId,
    },
    /// The call is over, and its agent finishes his notes.
    Wrapping {
        /// The call.
        call: CallId,
        /// Until when.
        until: u64,
    },
}

impl RoomRow {
    /// A room that its agent enters for the first time.
    pub fn new(agent: UserId, now: u64) -> Self {
        Self {
            agent,
            place: Place::Close { reason: None },
            since: now,
            skills: BTreeSet::new(),
            closing: false,
            gone_since: None,
        }
    }

    /// Whether it can be offered a call now.
    pub fn is_free(&self) -> bool {
        self.place == Place::Idle && self.gone_since.is_none()
    }

    /// Whether its agent is at work.
    pub fn is_open(&self) -> bool {
        !matches!(self.place, Place::Close { .. })
    }

    /// Whether its agent can do what a caller needs.
    pub fn suits(&self, needs: &Needs) -> bool {
        self.skills.is_superset(&needs.skills)
    }

    /// The live call that it has.
    pub fn call(&self) -> Option<&CallId> {
        match &self.place {
            Place::Close { .. } | Place::Idle | Place::Wrapping { .. } => None,
            Place::Offered { waiting, .. } => Some(&waiting.call),
            Place::Talking { call } => Some(call),
        }
    }

    /// When something happens to it by itself, if its agent may be gone for `grace`.
    pub fn due(&self, grace: u64) -> Option<u64> {
        let absent = self.gone_since.map(|at| at + grace);
        match &self.place {
            Place::Close { .. } | Place::Talking { .. } => None,
            Place::Idle => absent,
            Place::Offered { until, .. } | Place::Wrapping { until, .. } => {
                Some(absent.map_or(*until, |at| at.min(*until)))
            }
        }
    }

    /// Whether its agent has been gone for longer than `grace`.
    pub fn is_deserted(&self, grace: u64, now: u64) -> bool {
        self.gone_since.is_some_and(|at| at + grace <= now)
    }

    /// The room as others see it.
    pub fn view(&self, room: RoomId) -> Room {
        let (state, phase) = match self.place {
            Place::Close { .. } => (RoomState::Close, None),
            Place::Idle => (RoomState::Idle, None),
            Place::Offered { .. } => (RoomState::Busy, Some(RoomPhase::Offered)),
            Place::Talking { .. } => (RoomState::Busy, Some(RoomPhase::Talking)),
            Place::Wrapping { .. } => (RoomState::Busy, Some(RoomPhase::Wrapping)),
        };
        Room {
            room,
            agent: self.agent.clone(),
            state,
            phase,
            reason: match self.place {
                Place::Close { reason } => reason,
                _ => None,
            },
            call: match &self.place {
                Place::Wrapping { call, .. } => Some(call.clone()),
                _ => self.call().cloned(),
            },
            since: self.since,
        }
    }
}

impl Place {
    /// Closed for this reason.
    pub fn closed(reason: CloseReason) -> Self {
        let reason = Some(reason);
        Place::Close { reason }
    }
}
