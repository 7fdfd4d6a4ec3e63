//! A full link that somebody else fills too.

use super::{BASE, OVERFLOWING, PUT_UP, Steady, TARGET};
use std::time::{Duration, Instant};

/// A queue that is short for so long is one that nobody fills.
const ALONE: Duration = Duration::from_secs(2);

/// For how long the shortest round trip is believed meanwhile: no better one comes.
const CONTESTED: Duration = Duration::from_secs(600);

/// Knows when to stand up for a share of a link instead of giving way.
///
/// Somebody who fills a link until it loses (TCP) does not share it with one who gives way to the queue. So where the link overflows, and its
/// queue is surely not ours although we gave way to that, the window does what theirs does: it grows until packets are lost.
#[derive(Debug, Clone, Default)]
pub(super) struct Contest {
    /// The link overflowed, and its queue has not been short since.
    overflowed: bool,
    on: bool,
    short: Option<Instant>,
    /// The window comes back to this quickly, and slowly beyond.
    fitting: u64,
    /// When the window was last cut.
    cut: Option<Instant>,
}

impl Contest {
    /// Whether there is one.
    pub(super) fn is_on(&self) -> bool {
        self.on
    }

    /// The link overflows.
    pub(super) fn overflows(&mut self) {
        self.overflowed = true;
    }

    /// The queue surely is another's, and the window was this before it.
    pub(super) fn foreign(&mut self, window: u64) {
        if !self.on && self.overflowed {
            self.on = true;
            self.fitting = window;
        }
    }

    /// The queue surely is ours.
    pub(super) fn end(&mut self) {
        *self = Self::default();
    }

    /// The queue is as short as we would keep it, or is not.
    pub(super) fn queue(&mut self, is_short: bool, now: Instant) {
        if !is_short {
            self.short = None;
            return;
        }
        let since = *self.short.get_or_insert(now);
        if !self.on || now.saturating_duration_since(since) >= ALONE {
            self.end();
        }
    }

    /// One of the packets that were sent until then is lost: whether that answers to the window as it is now.
    pub(super) fn lost(&mut self, sent: Instant, now: Instant) -> bool {
        let answered = self.cut.is_some_and(|cut| sent <= cut);
        if self.on && !answered {
            self.cut = Some(now);
        }
        self.on && !answered
    }
}

impl Steady {
    /// For how long the shortest round trip is believed.
    pub(super) fn memory(&self) -> Duration {
        match self.contest.on {
            true => CONTESTED,
            false => BASE,
        }
    }

    /// Whether a queue that is put up with, or contended for, still is.
    pub(super) fn put_up(&mut self, queue: Duration, now: Instant) {
        let lately = |(_, at): &(Duration, Instant)| now.saturating_duration_since(*at) <= PUT_UP;
        self.foreign = self.foreign.filter(lately);
        let is_short = queue <= TARGET + self.jitter.get();
        self.contest.queue(is_short, now);
        if self.foreign.is_none() && !self.contest.on {
            return;
        }
        self.whose.queue_shows(self.window, now);
        let is_ours = match self.contest.on {
            true => self.whose.is_ours_alone(),
            false => self.whose.is_ours(),
        };
        if is_ours {
            self.contest.end();
            self.foreign = None;
        } else if self.losing >= OVERFLOWING && queue > TARGET {
            self.contest.overflows();
            match self.whose.foreign() {
                Some(window) => self.contest.foreign(window),
                None => self.foreign = None,
            }
        }
    }

    /// Others fill the link: the window comes back quickly and then grows as theirs do, by a packet in a round trip.
    pub(super) fn contend(&mut self, bytes: u64, in_flight: u64, limited: bool, now: Instant) {
        self.queued = Some(now);
        if limited || in_flight + bytes < self.window / 4 * 3 {
            return;
        }
        let step = match self.window < self.contest.fitting {
            true => bytes,
            false => bytes * self.mtu / self.window,
        };
        self.set(self.window + step);
    }

    /// So many bytes were lost of what was sent until then: what others do about that too, if the window was used.
    pub(super) fn yield_some(&mut self, bytes: u64, sent: Instant, now: Instant) {
        let used = self.whose.under_way() + bytes >= self.window / 4 * 3;
        if used && self.contest.lost(sent, now) {
            self.set(self.window / 5 * 4);
            self.contest.fitting = self.window;
        }
    }
}
