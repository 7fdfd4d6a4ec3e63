//! What the other end tells of the way to it.

use super::recent::Least;
use super::{Duration, Instant};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// It is believed for so long.
const FRESH: Duration = Duration::from_secs(1);
/// Over how long the least of what the other direction has grown by is taken: what is told is older than the round trips that it is compared with.
const STANDING: Duration = Duration::from_millis(500);

/// By how much our own direction has grown, or by more if media waited before they were sent: a round trip tells nothing of which way has become
/// longer. Copies of a controller have it in common.
#[derive(Debug, Clone, Default)]
pub(super) struct Told(Arc<Mutex<State>>);

#[derive(Debug, Clone, Copy, Default)]
struct State {
    growth: Option<(Duration, Instant)>,
    /// Nothing is contended for.
    yields: bool,
}

impl Told {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It has grown by so much.
    pub(super) fn tell(&self, growth: Duration, now: Instant) {
        self.lock().growth = Some((growth, now));
    }

    /// From now on nothing is contended for.
    pub(super) fn give_way(&self) {
        self.lock().yields = true;
    }

    /// Whether nothing is contended for.
    pub(super) fn yields(&self) -> bool {
        self.lock().yields
    }

    /// What was told last, and when.
    pub(super) fn last(&self) -> Option<(Duration, Instant)> {
        self.lock().growth
    }

    /// By how much it has grown, if that was told of late.
    pub(super) fn get(&self, now: Instant) -> Option<Duration> {
        let (growth, at) = self.last()?;
        (now.saturating_duration_since(at) <= FRESH).then_some(growth)
    }
}

/// By how much the other direction has grown at least.
#[derive(Debug, Clone, Default)]
pub(super) struct Other(Least);

impl Other {
    /// Round trips have grown by so much, and our own direction by so much or less.
    pub(super) fn look(&mut self, trips: Duration, ours: Duration, now: Instant) {
        self.0.add(trips.saturating_sub(ours), STANDING, now);
    }

    /// What of it stands.
    pub(super) fn get(&self) -> Duration {
        self.0.get()
    }
}
