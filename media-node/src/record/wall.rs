//! The time of arrivals.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// UNIX time that runs evenly: read once, then counted on, whatever happens to the system's clock.
#[derive(Debug, Clone, Copy)]
pub struct WallClock {
    instant: Instant,
    unix_ms: u64,
}

impl WallClock {
    /// The system's clock as it is now.
    pub fn now() -> Self {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            instant: Instant::now(),
            unix_ms: millis(since),
        }
    }

    /// UNIX milliseconds at an instant.
    pub fn at(&self, instant: Instant) -> u64 {
        match instant.checked_duration_since(self.instant) {
            Some(later) => self.unix_ms.saturating_add(millis(later)),
            None => self
                .unix_ms
                .saturating_sub(millis(self.instant.duration_since(instant))),
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
