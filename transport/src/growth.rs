//! By how much longer the way of what arrives has become.

use crate::steady::BELIEVED;
use counterpart_shared::quic::Track;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The quickest is remembered for so long, and once more: no shorter than a congestion control believes in a round trip. Clocks drift by a few
/// milliseconds in it.
const MEMORY: Duration = BELIEVED;
/// Over how long the least is taken: some media wait at the sender, or for others that were lost.
const STANDING: Duration = Duration::from_millis(100);

/// Compares when media come with when they were taken.
///
/// The sender's clock and ours may differ; only the growth over the quickest of the last minutes counts. What media wait before they are sent
/// is in it, so it is what the way has grown by, or more.
#[derive(Debug)]
pub struct Growth {
    start: Instant,
    /// Of pictures and of sound, which may be taken by different clocks.
    quickest: [Quickest; 2],
    /// What has come of late; of what is followed by less, nothing.
    lately: VecDeque<(Instant, Duration)>,
}

impl Growth {
    /// Nothing has come yet.
    pub fn new(now: Instant) -> Self {
        Self {
            start: now,
            quickest: Default::default(),
            lately: VecDeque::new(),
        }
    }

    /// Media of this time, in the sender's milliseconds, have come.
    pub fn take(&mut self, track: Track, timestamp: u32, now: Instant) {
        let place = match track {
            Track::Video => 0,
            Track::Audio => 1,
            Track::Data => return,
        };
        let clock = now.saturating_duration_since(self.start).as_millis() as i64;
        let way = clock - i64::from(timestamp);
        let known = self.get(now).unwrap_or_default();
        let growth = self.quickest[place].growth(way, known, now);
        while self.lately.back().is_some_and(|(_, last)| *last >= growth) {
            self.lately.pop_back();
        }
        self.lately.push_back((now, growth));
        let old = |at: Instant| now.saturating_duration_since(at) > STANDING;
        while self.lately.front().is_some_and(|(at, _)| old(*at)) {
            self.lately.pop_front();
        }
    }

    /// What of it stands, if anything has come of late.
    pub fn get(&self, now: Instant) -> Option<Duration> {
        let is_new = |at: Instant| now.saturating_duration_since(at) <= STANDING;
        let mut new = self.lately.iter().filter(|(at, _)| is_new(*at));
        new.next().map(|(_, growth)| *growth)
    }
}

/// Our clock minus the sender's at the quickest, in milliseconds.
#[derive(Debug, Default)]
struct Quickest {
    /// In this while and in the one before, and since when.
    least: Option<([i64; 2], Instant)>,
}

impl Quickest {
    /// Of the first, so much is `known` by what else came.
    fn growth(&mut self, way: i64, known: Duration, now: Instant) -> Duration {
        let first = way - known.as_millis() as i64;
        let ([this, before], since) = self.least.unwrap_or(([first; 2], now));
        let this = this.min(way);
        let quickest = this.min(before);
        self.least = match now.saturating_duration_since(since) > MEMORY {
            true => Some(([way, this], now)),
            false => Some(([this, before], since)),
        };
        Duration::from_millis((way - quickest).max(0) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(start: Instant, ms: u64) -> Instant {
        start + Duration::from_millis(ms)
    }

    #[test]
    fn what_stands_is_the_growth_of_the_quickest_of_late() {
        let start = Instant::now();
        let mut growth = Growth::new(start);
        assert_eq!(growth.get(start), None);
        for packet in 0..50_u32 {
            let time = u64::from(packet) * 20;
            growth.take(Track::Audio, 7_000 + packet * 20, at(start, time + 30));
        }
        assert_eq!(growth.get(at(start, 1_010)), Some(Duration::ZERO));
        for packet in 50..100_u32 {
            let wait = if packet % 2 == 0 { 200 } else { 250 };
            let time = u64::from(packet) * 20 + wait;
            growth.take(Track::Audio, 7_000 + packet * 20, at(start, time));
            if packet >= 76 {
                growth.take(Track::Video, packet * 20, at(start, time));
            }
        }
        let now = at(start, 99 * 20 + 250);
        assert_eq!(growth.get(now), Some(Duration::from_millis(170)));
        assert_eq!(growth.get(now + STANDING * 2), None, "nothing comes");
    }

    #[test]
    fn a_longer_way_is_believed_after_four_minutes() {
        let start = Instant::now();
        let mut growth = Growth::new(start);
        for packet in 0..13_000_u32 {
            let way = if packet < 100 { 50 } else { 250 };
            let now = at(start, u64::from(packet) * 20 + way);
            growth.take(Track::Audio, packet * 20, now);
            if packet == 3_000 {
                assert_eq!(growth.get(now), Some(Duration::from_millis(200)));
            }
        }
        let now = at(start, 12_999 * 20 + 250);
        assert_eq!(growth.get(now), Some(Duration::ZERO));
    }
}
