//! A full link that somebody else fills too.

use super::{BASE, INITIAL, OVERFLOWING, PUT_UP, Steady, TARGET};
use std::time::{Duration, Instant};

/// A queue that is short for so long is one that nobody fills.
const ALONE: Duration = Duration::from_secs(2);

/// After so long it has to be shown anew that the queue is another's.
const LASTS: Duration = Duration::from_secs(30);
/// After so long it has to have brought so many times what was delivered when it began.
const TRIED: Duration = Duration::from_secs(3);
const GAINS: f64 = 1.5;
/// Who has more left than this share of what the link delivered before is not pushed aside.
const PUSHED: f64 = 0.5;
/// For so much longer the shortest round trip is believed meanwhile: no better one comes.
const LONGER: Duration = Duration::from_secs(90);
/// So much of what a link delivered before it was filled comes back at once, since pictures differ.
const ROOM: f64 = 1.25;

/// Knows when to stand up for a share of a link instead of giving way.
///
/// Somebody who fills a link until it loses (TCP) does not share it with one who gives way to the queue. So where the link overflows, and its
/// queue is surely not ours although we gave way to that, the window does what theirs does: it grows until packets are lost. The queue has to stand
/// in our own direction (`opposite`), and what is delivered has to have fallen to less than half.
#[derive(Debug, Clone, Default)]
pub(super) struct Contest {
    /// The link overflowed, and its queue has not been short since.
    overflowed: bool,
    /// When it began, if it is on.
    since: Option<Instant>,
    /// Since when the queue has been short.
    short: Option<Instant>,
    /// What was delivered when it began, and the most since then, in bytes per second.
    rates: [f64; 2],
    /// None begins before.
    not_before: Option<Instant>,
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

    /// The queue surely is another's, so much is delivered beside it, and this window fits what was before.
    pub(super) fn foreign(&mut self, rate: f64, window: u64, now: Instant) {
        let may = self.not_before.is_none_or(|at| now >= at);
        if !self.is_on() && self.overflowed && may {
            self.since = Some(now);
            self.rates = [rate; 2];
            self.fitting = window;
        }
    }

    /// It is over.
    pub(super) fn end(&mut self) {
        *self = Self {
            not_before: self.not_before,
            ..Self::default()
        };
    }

    /// So much is delivered in a round trip. If it does not become more soon, the link was ours: then a greater window fills its queue only.
    pub(super) fn delivers(&mut self, rate: f64, now: Instant) {
        let [began, most] = self.rates;
        self.rates = [began, most.max(rate)];
        let tried = |since: Instant| now.saturating_duration_since(since) >= TRIED;
        if self.since.is_some_and(tried) && self.rates[1] < began * GAINS {
            self.end();
            self.not_before = Some(now + LASTS);
        }
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
    /// For how long the shortest round trip is believed.
    pub(super) fn memory(&self) -> Duration {
        match self.contest.is_on() {
            true => BASE + LONGER,
            false => BASE,
        }
    }

    /// Whether a queue that is put up with, or contended for, still is.
    pub(super) fn put_up(&mut self, queue: Duration, now: Instant) {
        let lately = |(_, at): &(Duration, Instant)| now.saturating_duration_since(*at) <= PUT_UP;
        self.foreign = self.foreign.filter(lately);
        let contended = self.contest.is_on();
        let is_short = match contended {
            true => !self.stands_before_us(queue, now),
            false => queue <= TARGET + self.jitter.get(),
        };
        self.contest.queue(is_short, now);
        if contended && !self.contest.is_on() {
            self.foreign = None;
        }
        if self.foreign.is_none() && !self.contest.is_on() {
            return;
        }
        self.whose.queue_shows(self.window, now);
        let is_ours = !self.contest.is_on() && self.whose.is_ours();
        if is_ours {
            self.foreign = None;
        } else if self.losing >= OVERFLOWING && queue > TARGET {
            self.contest.overflows();
            match self.whose.foreign() {
                Some(window) => self.contend_for(window, queue, now),
                None => self.foreign = None,
            }
        }
    }

    /// Whether of a queue in the round trips so much stands in our own direction.
    fn stands_before_us(&self, queue: Duration, now: Instant) -> bool {
        let other = self.opposite.get(now).unwrap_or(queue);
        queue.saturating_sub(other) > (TARGET + self.jitter.get()).max(queue / 2)
    }

    /// A queue surely is another's, and the window was this before it: what the link delivered then comes back, if the queue is in our way.
    pub(super) fn contend_for(&mut self, window: u64, queue: Duration, now: Instant) {
        let pushed = self.rate < self.usual * PUSHED;
        if pushed && self.stands_before_us(queue, now) {
            let trip = self.standing.best().as_secs_f64();
            let usual = (self.usual * trip * ROOM) as u64;
            let fitting = usual.max(window.min(INITIAL));
            self.contest.foreign(self.rate, fitting, now);
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

    /// One that began at this time, where 10 kB/s were delivered.
    fn begun(start: Instant) -> Contest {
        let mut contest = Contest::default();
        contest.foreign(10e3, 50_000, start);
        assert!(!contest.is_on(), "a link that does not overflow");
        contest.overflows();
        contest.foreign(10e3, 50_000, start);
        assert!(contest.is_on());
        contest
    }

    #[test]
    fn a_queue_that_has_been_short_begins_none() {
        let start = Instant::now();
        let mut contest = Contest::default();
        contest.overflows();
        contest.queue(true, start);
        contest.foreign(10e3, 50_000, start);
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
        contest.queue(false, end - Duration::from_millis(1));
        assert!(contest.is_on());
        contest.queue(false, end);
        contest.foreign(10e3, 50_000, end);
        assert!(!contest.is_on());
        contest.overflows();
        contest.foreign(10e3, 50_000, end);
        assert!(contest.is_on());
    }

    #[test]
    fn it_goes_on_where_it_brings_something() {
        let start = Instant::now();
        let mut contest = begun(start);
        contest.delivers(15e3, at(start, 2_000));
        contest.delivers(12e3, at(start, 3_000));
        assert!(contest.is_on());
    }

    #[test]
    fn it_ends_where_it_brings_nothing_and_none_begins_for_a_while() {
        let start = Instant::now();
        let mut contest = begun(start);
        contest.delivers(14e3, at(start, 2_999));
        assert!(contest.is_on());
        contest.delivers(14e3, at(start, 3_000));
        assert!(!contest.is_on());
        for (time, begins) in [(3_100, false), (32_999, false), (33_000, true)] {
            contest.overflows();
            contest.foreign(10e3, 50_000, at(start, time));
            assert_eq!(contest.is_on(), begins, "{time}");
        }
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
