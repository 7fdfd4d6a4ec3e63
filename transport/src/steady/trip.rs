//! Round trips: how long they take, and what they deliver.

use super::recent::While;
use super::{STANDING, Steady};
use std::time::{Duration, Instant};

/// Where everything is lost, so many more round trips count as "just now": acknowledgements are lost too, and one that comes may be an
/// old one that is sent again.
const MANY: f64 = 20.0;
/// Over how long what a link delivers is averaged.
const USUAL: Duration = Duration::from_secs(2);

impl Steady {
    /// A round trip has taken so long.
    pub(super) fn measure(&mut self, round_trip: Duration, now: Instant) {
        self.jitter.add(round_trip);
        self.base.add(round_trip, self.contest.memory(now), now);
        let over = STANDING + self.jitter.get() * 3;
        let many = 1.0 + MANY * self.losing * self.losing;
        self.standing.add(round_trip, over, many as usize, now);
        if let Some(ours) = self.told.get(now) {
            self.other.look(self.grown(), ours, now);
        }
    }

    /// How much longer than the shortest of late the round trip takes at its best just now, as far as it may be for our own direction.
    pub(super) fn queue(&self, now: Instant) -> Duration {
        match self.told.get(now) {
            Some(_) => self.grown().saturating_sub(self.other.get()),
            None => self.grown(),
        }
    }

    fn grown(&self) -> Duration {
        self.standing.best().saturating_sub(self.base.get())
    }

    /// Once a round trip: the rate. Where others fill the link, or somebody seems to, it is not the usual one. A contest that fails leaves no queue
    /// to put up with: it was ours, whatever was measured.
    pub(super) fn end_trip(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.trip.since);
        if passed < self.standing.best().max(STANDING) {
            return;
        }
        self.rate = self.trip.delivered as f64 / passed.as_secs_f64();
        self.trip = While::new(now);
        let grain = Duration::from_secs_f64(self.mtu as f64 / self.rate.max(1.0));
        self.grain.add(grain, USUAL, now);
        if self.contest.is_on() {
            self.contest.delivers(self.rate, now);
            if !self.contest.is_on() {
                self.foreign = None;
                self.whose.forget();
            }
        } else if self.queue(now) <= self.short() {
            self.trips += 1.0;
            let weight = passed.as_secs_f64() / USUAL.as_secs_f64();
            self.usual += (self.rate - self.usual) * weight.max(1.0 / self.trips).min(1.0);
        }
    }
}
