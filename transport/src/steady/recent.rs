//! What was measured of late.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The least of a value over a while.
#[derive(Debug, Clone, Default)]
pub(super) struct Least {
    samples: VecDeque<(Instant, Duration)>,
}

impl Least {
    pub(super) fn add(&mut self, value: Duration, over: Duration, now: Instant) {
        while self.samples.back().is_some_and(|(_, last)| *last >= value) {
            self.samples.pop_back();
        }
        self.samples.push_back((now, value));
        while let Some((at, _)) = self.samples.front()
            && now.saturating_duration_since(*at) > over
        {
            self.samples.pop_front();
        }
    }

    pub(super) fn get(&self) -> Duration {
        self.samples
            .front()
            .map_or(Duration::ZERO, |(_, least)| *least)
    }
}

/// What a while has brought.
#[derive(Debug, Clone)]
pub(super) struct While {
    pub(super) since: Instant,
    pub(super) delivered: u64,
    pub(super) lost: u64,
}

impl While {
    pub(super) fn new(since: Instant) -> Self {
        Self {
            since,
            delivered: 0,
            lost: 0,
        }
    }
}

/// A queue that cuts are to make shorter.
#[derive(Debug, Clone)]
pub(super) struct Stand {
    pub(super) queue: Duration,
    pub(super) window: u64,
    /// What was under way.
    pub(super) used: u64,
    pub(super) cuts: u32,
}
