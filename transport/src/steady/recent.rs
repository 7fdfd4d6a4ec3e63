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

/// The round trips of just now: of so long, and at least so many.
#[derive(Debug, Clone, Default)]
pub(super) struct Latest {
    samples: VecDeque<(Instant, Duration)>,
}

impl Latest {
    pub(super) fn add(&mut self, value: Duration, over: Duration, many: usize, now: Instant) {
        self.samples.push_back((now, value));
        let old = |at: Instant| now.saturating_duration_since(at) > over;
        while self.samples.len() > many && self.samples.front().is_some_and(|(at, _)| old(*at)) {
            self.samples.pop_front();
        }
    }

    /// The best of them.
    pub(super) fn best(&self) -> Duration {
        let trips = self.samples.iter().map(|(_, trip)| *trip);
        trips.min().unwrap_or_default()
    }
}

/// What jitter counts at most.
const MOST_JITTER: Duration = Duration::from_millis(150);

/// How much one round trip differs from the one before, on average. Round trips that go up and down are jitter; those that go up and
/// up are a queue.
#[derive(Debug, Clone, Default)]
pub(super) struct Jitter {
    mean: Duration,
    last_trip: Option<Duration>,
    /// How much it differed last, in seconds.
    last_step: f64,
}

impl Jitter {
    pub(super) fn add(&mut self, round_trip: Duration) {
        let before = self.last_trip.replace(round_trip).unwrap_or(round_trip);
        let step = round_trip.as_secs_f64() - before.as_secs_f64();
        let turns = step * self.last_step < 0.0;
        let turn = if turns {
            step.abs().min(self.last_step.abs())
        } else {
            0.0
        };
        self.last_step = step;
        self.mean = (self.mean * 15 + Duration::from_secs_f64(turn * 2.0)) / 16;
    }

    pub(super) fn get(&self) -> Duration {
        self.mean.min(MOST_JITTER)
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
