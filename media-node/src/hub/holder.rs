//! Whose connection an end of a stream is, and whose grants open nothing any more.

use counterpart_shared::grant::Grant;
use counterpart_shared::id::{CallId, UserId};
use std::collections::VecDeque;

/// Grants that are remembered as ended. They expire within minutes; this many hand-overs last longer than that.
const ENDED_GRANTS: usize = 4096;

/// Who holds an end of a stream, by which grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Holder {
    /// The grant's `sub`.
    pub(super) user: UserId,
    /// The grant's number within its call.
    pub(super) serial: u64,
    /// Whether he only watches: then the call does not adapt to his network.
    pub(super) watches: bool,
}

impl From<&Grant> for Holder {
    fn from(grant: &Grant) -> Self {
        Self {
            user: grant.sub.clone(),
            serial: grant.serial,
            watches: grant.watch,
        }
    }
}

/// A user's grants of a call, up to a number.
#[derive(Debug, Clone)]
pub(super) struct Ended {
    pub(super) call: CallId,
    pub(super) user: UserId,
    pub(super) serial: u64,
}

impl Ended {
    /// Whether this one is among them.
    pub(super) fn covers(&self, holder: &Holder) -> bool {
        self.user == holder.user && holder.serial <= self.serial
    }
}

/// The newest of them.
#[derive(Debug, Default)]
pub(super) struct EndedGrants(VecDeque<Ended>);

impl EndedGrants {
    pub(super) fn add(&mut self, ended: Ended) {
        self.0.push_back(ended);
        if self.0.len() > ENDED_GRANTS {
            self.0.pop_front();
        }
    }

    pub(super) fn contain(&self, grant: &Grant) -> bool {
        let holder = Holder::from(grant);
        let mut all = self.0.iter();
        all.any(|ended| ended.call == grant.call && ended.covers(&holder))
    }
}
