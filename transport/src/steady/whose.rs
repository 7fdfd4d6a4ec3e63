//! Whose a queue is.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How far back it is looked.
const WATCH: Duration = Duration::from_secs(6);
/// Fewer round trips say nothing.
const ENOUGH: usize = 12;
/// In a full link a round trip grows by just what is under way, divided by the rate. Less than this share of that, and surely so, is the
/// growth of a queue that others fill, or of a road on which packets wait for no reason of ours.
const FOLLOWS: f64 = 0.4;
/// So many standard errors make it sure.
const SURELY: f64 = 2.0;
/// A round trip is much like the one before it: only each so many of them counts as one measured by itself.
const ALIKE: f64 = 2.0;
/// A queue that has not shown for so long is gone. What was measured before the next one says nothing about that.
const GONE: Duration = Duration::from_secs(2);
/// A packet alone is acknowledged so much later (RFC 9000, section 18.2, `max_ack_delay`), two at once.
const ALONE: Duration = Duration::from_millis(25);

/// Compares round trips with what was under way when they began.
#[derive(Debug, Clone, Default)]
pub(super) struct Whose {
    under_way: u64,
    /// When packets were sent that are not acknowledged, and what was under way then, themselves included.
    sent: VecDeque<(Instant, u64)>,
    trips: VecDeque<Trip>,
    shows: Option<Shows>,
}

/// A queue.
#[derive(Debug, Clone)]
struct Shows {
    since: Instant,
    last: Instant,
    /// The window when it was first seen.
    window: u64,
}

#[derive(Debug, Clone)]
struct Trip {
    ended: Instant,
    seconds: f64,
    /// Bytes that were under way.
    load: f64,
    /// Bytes that were acknowledged.
    bytes: f64,
}

impl Whose {
    /// So many bytes are under way more.
    pub(super) fn sent(&mut self, bytes: u64, now: Instant) {
        self.under_way += bytes;
        self.sent.push_back((now, self.under_way));
    }

    /// Bytes that were sent and neither acknowledged nor given up.
    pub(super) fn under_way(&self) -> u64 {
        self.under_way
    }

    /// There is a queue under this window.
    pub(super) fn queue_shows(&mut self, window: u64, now: Instant) {
        let lasts = |shows: &&mut Shows| now.saturating_duration_since(shows.last) <= GONE;
        if let Some(shows) = self.shows.as_mut().filter(lasts) {
            shows.last = now;
            return;
        }
        self.trips.clear();
        let (since, last) = (now, now);
        self.shows = Some(Shows {
            since,
            last,
            window,
        });
    }

    /// So many packets with so many bytes were acknowledged at once, the newest was sent then, and so much remains.
    pub(super) fn acknowledged(
        &mut self,
        (packets, bytes): (u32, u64),
        sent: Instant,
        remains: u64,
        now: Instant,
    ) {
        self.under_way = remains;
        while self.sent.front().is_some_and(|(at, _)| *at < sent) {
            self.sent.pop_front();
        }
        let old = |trip: &Trip| now.saturating_duration_since(trip.ended) > WATCH;
        while self.trips.front().is_some_and(old) {
            self.trips.pop_front();
        }
        let load = self.sent.front().filter(|(at, _)| *at == sent);
        if let Some((_, load)) = load
            && self.shows.as_ref().is_some_and(|shows| sent >= shows.since)
        {
            let waited = if packets > 1 { Duration::ZERO } else { ALONE };
            let trip = now.saturating_duration_since(sent).saturating_sub(waited);
            self.trips.push_back(Trip {
                ended: now,
                seconds: trip.as_secs_f64(),
                load: *load as f64,
                bytes: bytes as f64,
            });
        }
    }

    /// What was measured so far says nothing: the queue overflows, and does not grow however much is under way.
    pub(super) fn forget(&mut self) {
        self.trips.clear();
    }

    /// The window from before a queue that surely is not ours.
    pub(super) fn foreign(&self) -> Option<u64> {
        let shows = self.shows.as_ref()?;
        let (slope, error) = self.slope()?;
        (slope + SURELY * error < FOLLOWS).then_some(shows.window)
    }

    /// Whether the queue surely is ours.
    pub(super) fn is_ours(&self) -> bool {
        let slope = self.slope();
        slope.is_some_and(|(slope, error)| slope - SURELY * error > FOLLOWS)
    }

    /// By which share of what the rate would make of it a round trip grows with what is under way, and its standard error; nothing
    /// if there is too little to say.
    fn slope(&self) -> Option<(f64, f64)> {
        let count = self.trips.len();
        let (first, last) = (self.trips.front()?, self.trips.back()?);
        let span = last.ended.saturating_duration_since(first.ended);
        if count < ENOUGH || span.is_zero() {
            return None;
        }
        let mean = |of: fn(&Trip) -> f64| self.trips.iter().map(of).sum::<f64>() / count as f64;
        let (load, seconds) = (mean(|trip| trip.load), mean(|trip| trip.seconds));
        let rate = mean(|trip| trip.bytes) * count as f64 / span.as_secs_f64();
        let (mut loads, mut both, mut trips) = (0.0, 0.0, 0.0);
        for trip in &self.trips {
            let (more, longer) = ((trip.load - load) / rate, trip.seconds - seconds);
            loads += more * more;
            both += more * longer;
            trips += longer * longer;
        }
        let slope = both / loads;
        let unexplained = (trips - slope * both) / loads;
        let error = (unexplained / count as f64 * ALIKE).sqrt();
        Some((slope, error))
    }
}
