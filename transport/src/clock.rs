//! The clock of the media path.
//!
//! It is tokio's: the machine's own clock, unless a test has stopped it and lets time pass only when there is nothing left to
//! do. Then minutes of a call pass in a second, and the load of the machine changes nothing.

use std::time::{Duration, Instant};

/// What it says.
pub fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// How long ago that was.
pub fn since(then: Instant) -> Duration {
    now().saturating_duration_since(then)
}
