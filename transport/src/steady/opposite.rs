//! The other direction of the path.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What was told is believed for so long.
const FRESH: Duration = Duration::from_secs(1);

/// What is known of the other direction: a round trip tells nothing of which way has become longer. Whoever receives media on it knows.
/// Copies of a controller have it in common.
#[derive(Debug, Clone, Default)]
pub(super) struct Opposite(Arc<Mutex<Option<(Duration, Instant)>>>);

impl Opposite {
    /// It has grown by so much, or more than is true, if that is known.
    pub(super) fn tell(&self, growth: Option<Duration>, now: Instant) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *told = growth.map(|growth| (growth, now));
    }

    /// By how much it has grown, if that was told of late.
    pub(super) fn get(&self, now: Instant) -> Option<Duration> {
        let told = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (growth, at) = told?;
        (now.saturating_duration_since(at) <= FRESH).then_some(growth)
    }
}
