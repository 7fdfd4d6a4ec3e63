//! A full link that somebody else fills too.

use super::{BASE, BELIEVED, INITIAL, OVERFLOWING, PUT_UP, Steady, TARGET};
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
/// For so much longer the shortest round trip is believed meanwhile, and for so long afterwards while the queue stands: no better one comes.
pub(super) const LONGER: Duration = Duration::from_secs(90);
/// So much of what a link delivered before it was filled comes back at once, since pictures differ.
const ROOM: f64 = 1.25;

/// Knows when to stand up for a share of a link instead of giving way.
///
/// Somebody who fills a link until it loses (TCP) does not share it with one who gives way to the queue. So where the link overflows, and its
/// queue is surely not ours although we gave way to that, the window does what theirs does: it grows until packets are lost. The queue has to stand
/// in our own direction (`told`), and what is delivered has to have fallen to less than half.
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
    /// Until when one is remembered that has ended, unless the queue is short before.
    remembered: Option<Instant>,
    /// The window comes back to this quickly, and slowly beyond.
    fitting: u64,
    /// When the window was last cut, or it began: what was sent before does not answer to the window as it is now.
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
            self.cut = Some(now);
        }
    }

    /// It is over, and the queue may stand for longer.
    pub(super) fn end(&mut self, now: Instant) {
        *self = Self {
            not_before: self.not_before,
            remembered: Some(now + LONGER),
            ..Self::default()
        };
    }

    /// For how long the shortest round trip is believed.
    pub(super) fn memory(&self, now: Instant) -> Duration {
        match self.is_on() || self.remembered.is_some_and(|until| now < until) {
            true => BELIEVED,
            false => BASE,
        }
    }

    /// So much is delivered in a round trip. If it does not become more soon, the link was ours: then a greater window fills its queue only.
    pub(super) fn delivers(&mut self, rate: f64, now: Instant) {
        let [began, most] = self.rates;
        self.rates = [began, most.max(rate)];
        let tried = |since: Instant| now.saturating_duration_since(since) >= TRIED;
        if self.since.is_some_and(tried) && self.rates[1] < began * GAINS {
            self.end(now);
            self.not_before = Some(now + LASTS);
        }
    }

    /// The queue is as short as we would keep it, or is not.
    pub(super) fn queue(&mut self, is_short: bool, now: Instant) {
        let lasts = |since: Instant| now.saturating_duration_since(since);
        self.short = is_short.then(|| self.short.unwrap_or(now));
        let alone = self.short.is_some_and(|at| lasts(at) >= ALONE);
        match self.since {
            Some(since) if alone || lasts(since) >= LASTS => self.end(now),
            None if is_short => {
                let not_before = self.not_before;
                *self = Self {
                    not_before,
                    ..Self::default()
                };
            }
            _ => {}
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
    /// Whether a queue that is put up with, or contended for, still is.
    pub(super) fn put_up(&mut self, queue: Duration, now: Instant) {
        let lately = |(_, at): &(Duration, Instant)| now.saturating_duration_since(*at) <= PUT_UP;
        self.foreign = self.foreign.filter(lately);
        let contended = self.contest.is_on();
        let is_short = match contended {
            true => !self.stands_before_us(queue, now),
            false => queue <= self.short(),
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
            // One that is not in our way, or of which nobody knows where it is, is not put up with.
            match self.whose.foreign() {
                Some(window) if self.stands_before_us(queue, now) => {
                    self.contend_for(window, queue, now);
                }
                _ => self.foreign = None,
            }
        }
    }

    /// Whether a queue is known to stand in our own direction.
    fn stands_before_us(&self, queue: Duration, now: Instant) -> bool {
        self.told.get(now).is_some() && queue > self.short()
    }

    /// A queue surely is another's, and the window was this before it: what the link delivered then comes back, if the queue is in our way.
    pub(super) fn contend_for(&mut self, window: u64, queue: Duration, now: Instant) {
        let pushed = self.rate < self.usual * PUSHED;
        if pushed && !self.told.yields() && self.stands_before_us(queue, now) {
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
mod tests;
