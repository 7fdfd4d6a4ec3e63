//! What is done again and again while the node runs: room on the disk, and calls whose time is over.

use super::Recordings;
use crate::archive::{
    ArchiveError, Expiry, Retention, Shortage, ask_deletion, asked_deletions, delete_due,
    deleted_since, is_asked, make_room,
};
use crate::clock::unix_ms;
use crate::evidence::Deletion;
use crate::record::task::{self, blocking};
use crate::record::{RecordError, recover};
use counterpart_shared::api::LeastDays;
use counterpart_shared::id::CallId;
use std::collections::BTreeSet;
use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often the disk is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How often calls are looked for whose time is over.
const EXPIRY: Duration = Duration::from_hours(1);

/// What was deleted in the last 30 days is told again after a restart: the process before may have died with it untold.
const TOLD_AGAIN_MS: u64 = 30 * 86_400_000;
/// The newest of it: the reports of other things find room beside them.
const TOLD_AGAIN: usize = 1_000;

impl Recordings {
    /// Looks after the disk; never ends.
    pub(super) async fn upkeep(&self, retention: Option<Retention>) {
        let mut look = tokio::time::interval(LOOK);
        let mut expiry = None;
        loop {
            look.tick().await;
            self.look_at_the_disk().await;
            let is_known = self.least.borrow().is_some();
            let all = is_known && expiry.is_none_or(|last: Instant| last.elapsed() >= EXPIRY);
            if all {
                expiry = Some(Instant::now());
            }
            if all || !self.asked().is_empty() {
                self.delete_due(retention, all).await;
            }
        }
    }

    /// Makes room if need be, and tells the recorders when there is none.
    pub(super) async fn look_at_the_disk(&self) {
        let recordings = self.clone();
        let looked = blocking(move || Ok(recordings.make_room())).await;
        let found = match looked {
            Ok(Ok(found)) => found,
            Ok(Err(error)) => return tracing::error!(%error, "the disk cannot be looked at"),
            Err(error) => return tracing::error!(%error, "the disk cannot be looked at"),
        };
        let was_short = self.space.borrow().is_some();
        match found {
            Some(shortage) if !was_short => tracing::error!(%shortage, "nothing is recorded"),
            None if was_short => {
                tracing::info!("recording goes on with the next stream");
                self.make_what_waits().await;
            }
            _ => {}
        }
        if found.is_some() != was_short {
            self.space.send_replace(found);
        }
    }

    /// Of the calls that ended while there was no room, what is to be made is made now.
    async fn make_what_waits(&self) {
        match task::calls(&self.root).await {
            Ok(calls) => {
                if let Some(deriver) = self.deriver.get() {
                    // Of the others it is made when they are over.
                    let over = calls.iter().filter(|call| !self.goes_on(call));
                    over.for_each(|call| deriver.take(call));
                }
            }
            Err(error) => tracing::error!(%error, "what waits for room cannot be found"),
        }
    }

    fn make_room(&self) -> Result<Option<Shortage>, ArchiveError> {
        let place = self.archive().map(|archive| archive.place_name());
        let busy = |call: &CallId| self.is_busy(call);
        make_room(&self.root, &self.watermark, place.as_deref(), busy)
    }

    /// For how long desks want recordings kept, while there is a link to the edge that says so. Without one the node deletes
    /// nothing by itself.
    pub fn set_least(&self, least: Option<LeastDays>) {
        let is_known = least.is_some();
        let was_known = self.least.send_replace(least).is_some();
        match (was_known, is_known) {
            (false, true) => tracing::info!("what is due goes: what desks want kept is known"),
            (true, false) => {
                tracing::info!(
                    "nothing goes by the node's own rule: what desks want kept is not known"
                );
            }
            _ => {}
        }
    }

    /// What the node deletes by itself at this moment. Without a link nobody knows what desks want.
    fn expiry(&self, retention: Option<Retention>) -> Option<Expiry> {
        let retention = retention?;
        let least = self.least.borrow().clone()?;
        Some(Expiry { retention, least })
    }

    /// Notes that all of a call is to be deleted, which is then done as soon as nobody works with it.
    ///
    /// # Errors
    /// When that cannot be noted.
    pub async fn delete(&self, call: &CallId, by: String) -> Result<(), RecordError> {
        let (root, id) = (self.root.clone(), call.clone());
        if blocking(move || ask_deletion(&root, &id, by)).await? {
            self.asked().insert(call.clone());
        }
        Ok(())
    }

    /// What an earlier process was asked to delete, and what it has deleted and perhaps not told.
    pub(super) async fn take_up_deletions(&self) {
        let root = self.root.clone();
        let since = unix_ms().saturating_sub(TOLD_AGAIN_MS);
        let found = blocking(move || {
            let asked = asked_deletions(&root)?;
            Ok((asked, deleted_since(&root, since, TOLD_AGAIN)?))
        });
        match found.await {
            Ok((asked, told)) => {
                self.asked().extend(asked);
                self.tell_deleted(&told);
            }
            Err(error) => tracing::error!(%error, "what is to be deleted cannot be found"),
        }
    }

    /// Deletes what is due: of the calls that somebody wants deleted, or of `all`.
    async fn delete_due(&self, retention: Option<Retention>, all: bool) {
        let recordings = self.clone();
        let deleted = blocking(move || {
            let Some(sealer) = recordings.sealer.get() else {
                return Ok(Vec::new());
            };
            let calls = match all {
                true => recover::calls(&recordings.root)?,
                false => recordings.asked().iter().cloned().collect(),
            };
            let idle = calls.into_iter().filter(|call| !recordings.is_busy(call));
            let idle: Vec<CallId> = idle.collect();
            let rule = || recordings.expiry(retention);
            let deleted = delete_due(&recordings.root, sealer, rule, idle.clone());
            // What is not whole yet, or cannot be deleted, is tried again.
            let root = &recordings.root;
            let done: Vec<_> = idle.iter().filter(|call| !is_asked(root, call)).collect();
            recordings.asked().retain(|call| !done.contains(&call));
            Ok(deleted)
        });
        match deleted.await {
            Ok(deleted) => self.tell_deleted(&deleted),
            Err(error) => tracing::error!(%error, "old recordings cannot be deleted"),
        }
    }

    /// Tells the edge, and has the copies deleted.
    fn tell_deleted(&self, deleted: &[(CallId, Deletion)]) {
        for (call, deletion) in deleted {
            self.report.deleted(call, deletion);
            if let Some(archive) = self.archive() {
                archive.take(call);
            }
        }
    }

    fn asked(&self) -> MutexGuard<'_, BTreeSet<CallId>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether somebody records a call or makes something from it.
    fn is_busy(&self, call: &CallId) -> bool {
        let deriver = self.deriver.get();
        self.goes_on(call) || deriver.is_some_and(|deriver| deriver.is_busy(call))
    }
}
