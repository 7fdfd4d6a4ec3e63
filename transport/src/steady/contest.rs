//! A full link that somebody else fills too.

use super::{BASE, OVERFLOWING, PUT_UP, Steady, TARGET};
use std::time::{Duration, Instant};

/// A queue that is short for so long is one that nobody fills.
const ALONE: Duration = Duration::from_secs(2);

/// It lasts so long at most; then it has to be shown anew that the queue is another's.
const LASTS: Duration = Duration::from_secs(30);

/// Knows when to stand up for a share of a link instead of giving way.
///
/// Somebody who fills a link until it loses (TCP) does not share it with one who gives way to the queue. So where the link overflows, and its
/// queue is surely not ours although we gave way to that, the window does what theirs does: it grows until packets are lost.
#[derive(Debug, Clone, Default)]
pub(super) struct Contest {
    /// The link overflowed, and its queue has not been short since.
    overflowed: bool,
    /// When it began, if it is on.
    since: Option<Instant>,
    /// Since when the queue has been short.
    short: Option<Instant>,
    /// The window comes back to this quickly, and slowly beyond.
    fitting: u64,
    /// When the window was last cut.
    cut: Option<Instant>,
}

impl Contest {
    /// Whether there is one.
    pub(super) fn is_on(&self) -> bool {
        self.since.is_some()
    }

    /// The link overflows.
    pub(super) fn overflows(&mut self) {
        self.overflowed = true;
    }

    /// The queue surely is another's, and the window was this before it.
    pub(super) fn foreign(&mut self, window: u64, now: Instant) {
        if !self.is_on() && self.overflowed {
            self.since = Some(now);
            self.fitting = window;
        }
    }

    /// The queue surely is ours.
    pub(super) fn end(&mut self) {
        *self = Self::default();
    }

    /// The queue is as short as we would keep it, or is not.
    pub(super) fn queue(&mut self, is_short: bool, now: Instant) {
        let lasts = |since: Instant| now.saturating_duration_since(since);
        self.short = is_short.then(|| self.short.unwrap_or(now));
        let is_over = match self.since {
            Some(since) => lasts(since) >= LASTS || self.short.is_some_and(|at| lasts(at) >= ALONE),
            None => is_short,
        };
        if is_over {
            self.end();
        }
    }

    /// One of the packets that were sent until then is lost: whether that answers to the window as it is now.
    pub(super) fn lost(&mut self, sent: Instant, now: Instant) -> bool {
        let answered = self.cut.is_some_and(|cut| sent <= cut);
        if self.is_on() && !answered {
            self.cut = Some(now);
        }
        self.is_on() && !answered
    }
}

impl Steady {
    /// For how long the shortest round trip is believed: no better one comes in a contest.
    pub(super) fn memory(&self) -> Duration {
        match self.contest.is_on() {
            true => BASE + LASTS,
            false => BASE,
        }
    }

    /// Whether a queue that is put up with, or contended for, still is.
    pub(super) fn put_up(&mut self, queue: Duration, now: Instant) {
        let lately = |(_, at): &(Duration, Instant)| now.saturating_duration_since(*at) <= PUT_UP;
        self.foreign = self.foreign.filter(lately);
        let is_short = queue <= TARGET + self.jitter.get();
        let contended = self.contest.is_on();
        self.contest.queue(is_short, now);
        if contended && !self.contest.is_on() {
            self.foreign = None;
        }
        if self.foreign.is_none() && !self.contest.is_on() {
            return;
        }
        self.whose.queue_shows(self.window, now);
        let is_ours = match self.contest.is_on() {
            true => self.whose.is_ours_alone(),
            false => self.whose.is_ours(),
        };
        if is_ours {
            self.contest.end();
            self.foreign = None;
        } else if self.losing >= OVERFLOWING && queue > TARGET {
            self.contest.overflows();
            match self.whose.foreign() {
                Some(window) => self.contest.foreign(window, now),
                None => self.foreign = None,
            }
        }
    }

    /// Others fill the link: the window comes back quickly and then grows as theirs do, by a packet in a round trip.
    pub(super) fn contend(&mut self, bytes: u64, in_flight: u64, limited: bool, now: Instant) {
        self.queued = Some(now);
        (self.busiest, self.holds) = (in_flight + bytes, false);
        if limited || in_flight + bytes < self.window / 4 * 3 {
            return;
        }
        let step = match self.window < self.contest.fitting {
            true => bytes,
            false => bytes * self.mtu / self.window,
        };
        self.set(self.window + step);
    }

    /// Something was lost of what was sent until then: what others do about that too, if the window was used.
    pub(super) fn yield_some(&mut self, sent: Instant, now: Instant) {
        let used = self.whose.under_way() >= self.window / 4 * 3;
        if used && self.contest.lost(sent, now) {
            self.set(self.window / 5 * 4);
            self.contest.fitting = self.window;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(start: Instant, ms: u64) -> Instant {
        start + Duration::from_millis(ms)
    }

    /// One that began at this time.
    fn begun(start: Instant) -> Contest {
        let mut contest = Contest::default();
        contest.foreign(50_000, start);
        assert!(!contest.is_on(), "a link that does not overflow");
        contest.overflows();
        contest.foreign(50_000, start);
        assert!(contest.is_on());
        contest
    }

    #[test]
    fn a_queue_that_has_been_short_begins_none() {
        let start = Instant::now();
        let mut contest = Contest::default();
        contest.overflows();
        contest.queue(true, start);
        contest.foreign(50_000, start);
        assert!(!contest.is_on());
    }

    #[test]
    fn it_ends_when_the_queue_is_short_for_two_seconds() {
        let start = Instant::now();
        let mut contest = begun(start);
        for (time, is_short) in [(0, true), (1_900, true), (2_000, false), (2_100, true)] {
            contest.queue(is_short, at(start, time));
        }
        contest.queue(true, at(start, 4_000));
        assert!(contest.is_on());
        contest.queue(true, at(start, 4_100));
        assert!(!contest.is_on());
    }

    #[test]
    fn it_lasts_half_a_minute_and_has_to_be_shown_anew() {
        let start = Instant::now();
        let mut contest = begun(start);
        let end = start + LASTS;
        contest.queue(false, at(start, 15_000));
        contest.overflows();
        contest.foreign(50_000, at(start, 15_000));
        contest.queue(false, end - Duration::from_millis(1));
        assert!(contest.is_on());
        contest.queue(false, end);
        contest.foreign(50_000, end);
        assert!(!contest.is_on());
        contest.overflows();
        contest.foreign(50_000, end);
        assert!(contest.is_on());
    }

    #[test]
    fn what_was_sent_before_a_cut_makes_no_other_one() {
        let start = Instant::now();
        assert!(!Contest::default().lost(start, start));
        let mut contest = begun(start);
        assert!(contest.lost(start, at(start, 200)));
        for sent in [50, 150, 200] {
            assert!(!contest.lost(at(start, sent), at(start, sent + 200)));
        }
        assert!(contest.lost(at(start, 201), at(start, 401)));
    }
}
