//! What is done again and again while the node runs: room on the disk, and calls whose time is over.

use super::Recordings;
use crate::archive::{ArchiveError, Retention, Shortage, delete_expired, make_room};
use crate::record::task::{self, blocking};
use counterpart_shared::id::CallId;
use std::time::{Duration, Instant};

/// How often the disk is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How often calls are looked for whose time is over.
const EXPIRY: Duration = Duration::from_hours(1);

impl Recordings {
    /// Looks after the disk; never ends.
    pub(super) async fn upkeep(&self, retention: Option<Retention>) {
        let mut look = tokio::time::interval(LOOK);
        let mut expiry = None;
        loop {
            look.tick().await;
            self.look_at_the_disk().await;
            let due = expiry.is_none_or(|last: Instant| last.elapsed() >= EXPIRY);
            if due {
                expiry = Some(Instant::now());
                self.delete_expired(retention).await;
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
                    calls.iter().for_each(|call| deriver.take(call));
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

    async fn delete_expired(&self, retention: Option<Retention>) {
        let recordings = self.clone();
        let deleted = blocking(move || {
            let Some(sealer) = recordings.sealer.get() else {
                return Ok(Ok(Vec::new()));
            };
            let busy = |call: &CallId| recordings.is_busy(call);
            Ok(delete_expired(&recordings.root, sealer, retention, busy))
        });
        match deleted.await {
            Ok(Ok(calls)) => {
                if let Some(archive) = self.archive() {
                    calls.iter().for_each(|call| archive.take(call));
                }
            }
            Ok(Err(error)) => tracing::error!(%error, "old recordings cannot be deleted"),
            Err(error) => tracing::error!(%error, "old recordings cannot be deleted"),
        }
    }

    /// Whether somebody records a call or makes something from it.
    fn is_busy(&self, call: &CallId) -> bool {
        let deriver = self.deriver.get();
        self.calls().is_recording(call) || deriver.is_some_and(|deriver| deriver.is_busy(call))
    }
}
