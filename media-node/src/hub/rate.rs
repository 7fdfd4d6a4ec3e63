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
const LATE: Duration = Duration::from_millis(150);
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
            (_, Some(limit)) if before.is_some() => before.max(Some(limit)),
            (Some(rate), _) if rested(DOWN) => self.lower(rate, latest),
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

    /// What is late gets through at the rate of the link. If less than that is given already, what waits becomes less, and that is waited
    /// for as long as it does.
    fn lower(&mut self, rate: u32, late: Duration) -> Option<u32> {
        self.too_much = rate;
        let rate = rate / 100 * LESS;
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
mod tests {
    use super::*;

    fn ms(start: Instant, ms: u64) -> Instant {
        start + Duration::from_millis(ms)
    }

    fn leg(late: u64, rate: u32) -> Leg {
        Leg {
            late: Duration::from_millis(late),
            rate,
            stands: false,
            contends: false,
        }
    }

    #[test]
    fn a_congested_leg_lowers_and_calm_raises_again() {
        let start = Instant::now();
        let mut governor = Governor::default();
        assert_eq!(governor.look(&[leg(0, 900_000)], start), None);
        let late = |ms| [leg(10, 900_000), leg(ms, 500_000)];
        assert_eq!(governor.look(&late(250), start), Some(425_000));
        assert_eq!(governor.look(&late(250), ms(start, 799)), None);
        let calm = |rate| [leg(10, rate)];
        assert_eq!(governor.look(&calm(420_000), ms(start, 999)), None);
        let first = governor.look(&calm(420_000), ms(start, 1_000));
        assert_eq!(first, Some(425_000 + 425_000 / 30));
        let mut limit = 425_000;
        for second in 2..120 {
            limit = governor
                .look(&calm(limit), ms(start, second * 1_000))
                .unwrap_or(limit);
        }
        assert!(limit >= NO_LIMIT, "{limit}");
        assert_eq!(governor.look(&calm(limit), ms(start, 200_000)), None);
    }

    #[test]
    fn what_waits_may_become_less_before_the_limit_does() {
        let start = Instant::now();
        let mut governor = Governor::default();
        let late = |ms| [leg(10, 425_000), leg(ms, 500_000)];
        assert_eq!(governor.look(&late(400), start), Some(425_000));
        assert_eq!(governor.look(&late(300), ms(start, 800)), None);
        assert_eq!(governor.look(&late(200), ms(start, 900)), None);
        assert_eq!(governor.look(&late(200), ms(start, 1_000)), Some(361_250));
    }

    #[test]
    fn what_is_not_used_is_not_raised() {
        let start = Instant::now();
        let mut governor = Governor::default();
        assert_eq!(governor.look(&[leg(400, 500_000)], start), Some(425_000));
        let little = [leg(0, 200_000)];
        assert_eq!(governor.look(&little, ms(start, 5_000)), None);
    }

    #[test]
    fn an_outage_is_no_narrow_link() {
        let start = Instant::now();
        let mut governor = Governor::default();
        let out = Leg {
            stands: true,
            ..leg(900, 500_000)
        };
        assert_eq!(governor.look(&[leg(10, 500_000), out], start), None);
        let back = [leg(10, 500_000), leg(400, 500_000)];
        assert_eq!(governor.look(&back, ms(start, 100)), Some(425_000));
        let again = governor.look(&[leg(10, 400_000), out], ms(start, 2_000));
        assert_eq!(again, None, "and nothing is raised");
    }

    #[test]
    fn it_never_goes_below_the_floor() {
        let mut governor = Governor::default();
        assert_eq!(governor.look(&[leg(900, 0)], Instant::now()), Some(FLOOR));
    }

    #[test]
    fn one_late_picture_is_not_congestion() {
        let start = Instant::now();
        let mut sustained = Sustained::default();
        for step in 0..20 {
            let late = if step % 7 == 0 { 0 } else { 300 };
            sustained.look(Duration::from_millis(late), ms(start, step * 50));
        }
        assert_eq!(sustained.least(ms(start, 950)), Duration::ZERO);
        for step in 20..30 {
            sustained.look(Duration::from_millis(300), ms(start, step * 50));
        }
        let late = Duration::from_millis(300);
        assert_eq!(sustained.least(ms(start, 1_450)), late);
        assert_eq!(sustained.least(ms(start, 2_000)), Duration::ZERO);
    }

    #[test]
    fn lateness_is_growth_over_the_quickest() {
        let start = Instant::now();
        let mut lateness = Lateness::default();
        assert_eq!(lateness.look(5_000, 100, start), Duration::ZERO);
        let late = lateness.look(5_033, 183, ms(start, 83));
        assert_eq!(late, Duration::from_millis(50));
        assert_eq!(lateness.look(5_066, 150, ms(start, 84)), Duration::ZERO);
        let after = lateness.look(5_100, 250, ms(start, 150));
        assert_eq!(after, Duration::from_millis(66));
    }
}
