//! What bitrate gets through, to the readers and from the publisher.
//!
//! A leg of the way is congested when what travels on it is late for a while, not when a packet is lost or
//! one keyframe takes long. Then the publisher is told to send a little less than what got through; when
//! all legs are in time, a little more, slowly where it was too much before. An outage is no narrow link: while nothing gets through
//! nothing is told, and what got through before it counts.

use super::before::Before;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// What is late by more than this all the time comes too late for a conversation.
pub(super) const LATE: Duration = Duration::from_millis(150);
/// All the time means: for this long.
const SUSTAINED: Duration = Duration::from_millis(300);
/// In time is what is late by less than this.
const IN_TIME: Duration = Duration::from_millis(80);
/// A lower limit needs this long to show.
const DOWN: Duration = Duration::from_millis(800);
/// A higher one is tried this often.
const UP: Duration = Duration::from_secs(1);
/// Sound and a picture now and then.
const FLOOR: u32 = 70_000;
/// A lower one is so many per cent of what gets through.
const LESS: u32 = 85;
/// Of each so many milliseconds that media wait, a thousandth is taken off a lower limit, for them to get through beside it; of a second at most. What is
/// left is no less than the least that pictures can be watched at, if the link takes that.
const DRAINED: u32 = 2;
const MOST_DRAINED: Duration = Duration::from_secs(1);
const WATCHED: u32 = 130_000;
/// From here on there is no limit any more.
const NO_LIMIT: u32 = 10_000_000;
/// A higher limit is tried only where such a share of the present one comes in.
const USED: f64 = 0.5;

/// The least of what was measured over the last while.
#[derive(Debug, Default)]
pub(super) struct Sustained {
    samples: VecDeque<(Instant, Duration)>,
    full: bool,
}

impl Sustained {
    pub(super) fn look(&mut self, late: Duration, now: Instant) {
        self.samples.push_back((now, late));
        while let Some((at, _)) = self.samples.front()
            && now.saturating_duration_since(*at) > SUSTAINED
        {
            self.samples.pop_front();
            self.full = true;
        }
    }

    /// By how much what was measured differs.
    pub(super) fn spread(&self) -> Duration {
        let all = || self.samples.iter().map(|(_, late)| *late);
        let (most, least) = (all().max(), all().min());
        most.unwrap_or_default() - least.unwrap_or_default()
    }

    /// Zero until there is enough to say, and when there is nothing new to say.
    pub(super) fn least(&self, now: Instant) -> Duration {
        let newest = self.samples.back().map(|(at, _)| *at);
        let stale = newest.is_none_or(|at| now.saturating_duration_since(at) > SUSTAINED);
        if stale || !self.full {
            return Duration::ZERO;
        }
        let least = self.samples.iter().map(|(_, late)| *late).min();
        least.unwrap_or_default()
    }
}

/// How late pictures come from the publisher, against the quickest of the last while. His clock and ours
/// may differ and drift; only the growth counts.
#[derive(Debug, Default)]
pub(super) struct Lateness {
    /// The quickest of this window and of the one before, in milliseconds of our clock minus his.
    quickest: Option<(i64, i64)>,
    window: Option<Instant>,
}

/// After this long the quickest of before is forgotten: clocks drift by less than a millisecond in it.
const DRIFT: Duration = Duration::from_secs(10);

impl Lateness {
    /// A picture of this time came now, `clock` milliseconds on our own.
    pub(super) fn look(&mut self, timestamp: u32, clock: u64, now: Instant) -> Duration {
        let difference = clock as i64 - i64::from(timestamp);
        let (current, before) = self.quickest.unwrap_or((difference, difference));
        let current = current.min(difference);
        let window = *self.window.get_or_insert(now);
        self.quickest = if now.saturating_duration_since(window) > DRIFT {
            self.window = Some(now);
            Some((difference, current))
        } else {
            Some((current, before))
        };
        let late = difference - current.min(before);
        Duration::from_millis(late.max(0) as u64)
    }

    /// Another publisher, another clock.
    pub(super) fn restart(&mut self) {
        *self = Self::default();
    }
}

/// One leg of the way, as it is now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leg {
    /// How late everything on it is.
    pub(super) late: Duration,
    /// What gets through, in bits per second.
    pub(super) rate: u32,
    /// Whether nothing does now.
    pub(super) stands: bool,
    /// Whether others fill the link, and this one holds its own.
    pub(super) contends: bool,
}

/// Decides what the publisher is told.
#[derive(Debug, Default)]
pub(super) struct Governor {
    limit: Option<u32>,
    changed: Option<Instant>,
    /// How late the latest leg was then.
    late: Duration,
    /// What got through when it was too much the last time.
    too_much: u32,
    before: Before,
}

impl Governor {
    /// Looks at all legs, the publisher's first; the new limit, if there is one.
    pub(super) fn look(&mut self, legs: &[Leg], now: Instant) -> Option<u32> {
        let given = legs.first().map_or(0.0, |uplink| f64::from(uplink.rate));
        let late = legs.iter().filter(|leg| leg.late > LATE && !leg.stands);
        let narrowest = late.map(|leg| leg.rate).min();
        let latest = legs.iter().map(|leg| leg.late).max().unwrap_or_default();
        let rested = |pause| {
            self.changed
                .is_none_or(|at| now.saturating_duration_since(at) >= pause)
        };
        let contends = legs.iter().any(|leg| leg.contends);
        let before = self.before.contend(contends, now);
        let next = match (narrowest, self.limit) {
            (_, Some(limit)) if before > Some(limit) => before,
            (Some(rate), _) if rested(DOWN) => self.lower(rate, latest, contends),
            (None, Some(limit))
                if rested(UP)
                    && given >= f64::from(limit) * USED
                    && legs.iter().all(|leg| leg.late < IN_TIME && !leg.stands) =>
            {
                Some(self.higher(limit, contends))
            }
            _ => None,
        }?;
        let last = self.limit.unwrap_or(NO_LIMIT);
        if next < last {
            self.before.lowered(last, now);
        }
        self.changed = Some(now);
        self.late = latest;
        self.limit = (next < NO_LIMIT).then_some(next);
        Some(next)
    }

    /// The publisher sends in another way: what was too much for the one of before tells nothing, and the limit from before it was is to be had again.
    pub(super) fn lift(&mut self, now: Instant) -> Option<u32> {
        let before = self.before.get(now);
        let next = before.filter(|before| self.limit.is_some_and(|limit| limit < *before))?;
        self.changed = Some(now);
        self.limit = (next < NO_LIMIT).then_some(next);
        Some(next)
    }

    /// What is late gets through at the rate of the link, and what waits has to get through beside it; where others fill the link, that would
    /// only give them more. If less than that is given already, what waits becomes less, and that is waited
    /// for as long as it does.
    fn lower(&mut self, rate: u32, late: Duration, contends: bool) -> Option<u32> {
        self.too_much = rate;
        let rate = rate / 100 * LESS;
        let waiting = late.saturating_sub(LATE).min(MOST_DRAINED).as_millis() as u32;
        let drained = rate - rate / 1000 * (waiting / DRAINED);
        let rate = match contends {
            true => rate,
            false => drained.max(rate.min(WATCHED)),
        };
        let next = match self.limit {
            Some(limit) if rate >= limit && late < self.late => {
                self.late = late;
                return None;
            }
            Some(limit) => rate.min(limit / 100 * LESS),
            None => rate,
        };
        Some(next.max(FLOOR))
    }

    /// By a tenth, and by a thirtieth around what was too much; by a third where a leg contends, since less than its share is used.
    fn higher(&self, limit: u32, contends: bool) -> u32 {
        if contends {
            return limit + limit / 3;
        }
        let far = limit < self.too_much / 10 * 7 || limit > self.too_much / 20 * 23;
        limit + limit / if far { 10 } else { 30 }
    }
}

#[cfg(test)]
mod tests;
