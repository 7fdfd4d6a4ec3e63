//! Congestion control of a conversation: full use of a link, a short queue, and no fear of random loss.
//!
//! A radio link loses packets whether it is full or not, and a full link first shows in the round trip. So
//! the queue is what is looked at: how much longer than the shortest of late the round trip takes at its
//! best just now. Below [`TARGET`] the window grows; above it becomes what the link has delivered in a
//! round trip without queue. A queue is ours when round trips follow what is under way (`whose`). Loss
//! alone slows it down only when sending less makes it less (`losses`), and where much is lost, silence
//! holds nothing up.
//!
//! Cubic takes every loss for a full link, BBR fills a narrow one with seconds of queue: `docs/network.md`.

mod contest;
mod controller;
mod losses;
mod recent;
mod told;
mod trip;
mod whose;

pub(crate) use controller::SteadyConfig;

use contest::Contest;
use losses::Losses;
use recent::{Jitter, Latest, Least, While};
use std::time::{Duration, Instant};
use told::{Other, Told};
use whose::Whose;

/// The queue that is tolerated.
const TARGET: Duration = Duration::from_millis(40);
/// A packet alone takes its time on a narrow link, and one of the other direction makes an acknowledgement wait: that is no queue. Counted up to this.
const MOST_GRAIN: Duration = Duration::from_millis(40);
/// The first window: a keyframe of a small picture goes out at once.
const INITIAL: u64 = 32 * 1200;
/// The least window in packets: less would wait for delayed acknowledgements.
const LEAST: u64 = 4;
/// It is as many as the link takes in this time, up to so many: a window that was cut by mistake comes back by two packets in a round trip, and
/// a picture does not fit into four.
const LEAST_TIME: Duration = Duration::from_millis(240);
const LEAST_AT_MOST: u64 = 8;
/// A queue that loses such a share overflows.
const OVERFLOWING: f64 = 0.03;
/// The least window in packets where a queue has shown of late, as long as none shows.
const RESTART: u64 = 16;
/// The least window where none has: where packets are lost and their acknowledgements too, they count as under way for long after
/// they have arrived, or have not, and sound shall not wait for that.
const CLEAR: u64 = 1024 * 1024;
/// For how long a queue is remembered.
const LATELY: Duration = Duration::from_secs(8);
/// When nothing was acknowledged for so long and a round trip, what is under way is held for lost.
const SILENCE: Duration = Duration::from_millis(120);
/// Where such a share is lost, acknowledgements are too.
const MOSTLY_LOST: f64 = 0.4;
/// The greatest window; a conversation never comes near it.
const MOST: u64 = 8 << 20;
/// Over how long the shortest round trip is believed.
const BASE: Duration = Duration::from_secs(30);
/// Over how long it is at most: a way that is known for longer is known as well as the round trip is.
pub(crate) const BELIEVED: Duration = BASE.saturating_add(contest::LONGER);
/// So many times what was delivered of late is tried beside a queue that is put up with.
const MORE: f64 = 1.25;
/// Over how long the best round trip of "just now" is taken: delayed acknowledgements (25 ms) and jitter
/// shall not look like a queue.
const STANDING: Duration = Duration::from_millis(100);
/// What is told so long after a cut was found out after it, and shows that the queue was not before us; until so long after.
const KNOWN: Duration = Duration::from_millis(500);
const MISTAKEN: Duration = Duration::from_secs(2);
/// For so long it is said that a cut is taken back: what was limited because of it learns of that.
const SAID: Duration = Duration::from_secs(1);
/// A share of loss is taken over so long and a few packets, or of many (`losses`).
const SHARE_FOR: Duration = Duration::from_secs(1);
/// A queue that is not ours is put up with for so long, and so much of it: others fill the link, or what looks like a queue is a road on
/// which packets wait for no reason of ours.
const PUT_UP: Duration = Duration::from_secs(20);
const MOST_FOREIGN: Duration = Duration::from_millis(300);

/// The controller. Fed by quinn; [`Steady::acknowledged`] and [`Steady::lost`] decide.
#[derive(Debug, Clone)]
pub(crate) struct Steady {
    mtu: u64,
    window: u64,
    starting: bool,
    base: Least,
    standing: Latest,
    /// A queue that is not ours, and since when it is put up with.
    foreign: Option<(Duration, Instant)>,
    contest: Contest,
    told: Told,
    other: Other,
    born: Instant,
    /// When something was acknowledged last, or given up on.
    heard: Instant,
    jitter: Jitter,
    /// What a full packet takes on the link at the rate it delivers.
    grain: Least,
    trip: While,
    share: While,
    losses: Losses,
    /// The last share that was lost.
    losing: f64,
    /// It may be the window's own doing that packets are lost.
    holds: bool,
    /// The most that was in flight in this while.
    busiest: u64,
    whose: Whose,
    /// Bytes per second that the link delivered over the last round trip, and on average before a queue showed.
    rate: f64,
    usual: f64,
    trips: f64,
    /// When the window was last cut; a cut needs a round trip to show.
    cut: Option<Instant>,
    /// A cut that may be a mistake.
    mistake: Option<Cut>,
    /// When a cut was last taken back.
    taken_back: Option<Instant>,
    /// When a queue last showed.
    queued: Option<Instant>,
    /// When the link last had an empty moment, and until when one is made by force: without any, the
    /// queue itself would pass for the shortest round trip.
    relaxed: Instant,
    draining: Option<Instant>,
    /// Of the acknowledgement that is being taken in: packets and their bytes.
    acknowledged: (u32, u64),
    newest_sent: Option<Instant>,
}

/// The first cut of late.
#[derive(Debug, Clone, Copy)]
struct Cut {
    at: Instant,
    /// What was used of the window before it.
    used: u64,
    /// The most that our own direction is told to have grown by then and since.
    ours: Duration,
}

impl Steady {
    pub(crate) fn new(mtu: u16, now: Instant) -> Self {
        Self {
            mtu: mtu.into(),
            window: INITIAL,
            starting: true,
            base: Least::default(),
            standing: Latest::default(),
            foreign: None,
            contest: Contest::default(),
            told: Told::default(),
            other: Other::default(),
            mistake: None,
            taken_back: None,
            born: now,
            heard: now,
            jitter: Jitter::default(),
            grain: Least::default(),
            trip: While::new(now),
            share: While::new(now),
            losses: Losses::default(),
            losing: 0.0,
            holds: false,
            busiest: 0,
            whose: Whose::default(),
            rate: 0.0,
            usual: 0.0,
            trips: 0.0,
            cut: None,
            queued: None,
            relaxed: now,
            draining: None,
            acknowledged: (0, 0),
            newest_sent: None,
        }
    }

    /// Our own direction of the path has grown by so much, or by less.
    pub(crate) fn tell(&self, growth: Duration, now: Instant) {
        self.told.tell(growth, now);
    }

    /// From now on nothing is contended for.
    pub(crate) fn give_way(&self) {
        self.told.give_way();
    }

    /// Whether what was given up is to be had again: others fill the link too and we hold our own, or a cut has just been taken back.
    pub(crate) fn contends(&self, now: Instant) -> bool {
        let lately = |at: Instant| now.saturating_duration_since(at) < SAID;
        self.contest.is_on() || self.taken_back.is_some_and(lately)
    }

    /// So many bytes were sent. When nothing is heard of what is under way for longer than it takes, acknowledgements are lost, and
    /// what they would say does not hold up sound.
    fn sent(&mut self, bytes: u64, now: Instant) {
        if self.whose.under_way() == 0 {
            self.heard = now;
        }
        self.whose.sent(bytes, now);
        let silence = now.saturating_duration_since(self.heard);
        let trip = self.standing.best();
        let full = self.queue(now) > self.target();
        let lossy = self.is_clear(now) || self.is_mostly_lost();
        if silence > trip + SILENCE && lossy && !full {
            self.heard = now.checked_sub(trip).unwrap_or(now);
            self.set(self.window.max(self.whose.under_way() + RESTART * self.mtu));
        }
    }

    /// So many packets with so many bytes were acknowledged at once, the newest was sent then, and `in_flight` remain. `limited` tells that
    /// there was nothing more to send.
    fn acknowledged(
        &mut self,
        (packets, bytes): (u32, u64),
        sent: Instant,
        in_flight: u64,
        limited: bool,
        now: Instant,
    ) {
        let round_trip = now.saturating_duration_since(sent);
        self.whose
            .acknowledged((packets, bytes), sent, in_flight, now);
        self.measure(round_trip, now);
        self.trip.delivered += bytes;
        self.share.delivered += bytes;
        self.busiest = self.busiest.max(in_flight + bytes);
        self.end_trip(now);
        let queue = self.queue(now);
        self.relax(queue, limited, now);
        let share = self.end_share(now);
        self.put_up(queue, now);
        self.take_back(now);
        if self.contest.is_on() {
            return self.contend(bytes, in_flight, limited, now);
        }
        if queue > self.target() {
            self.losses.queue_shows();
            self.queued = Some(now);
            return self.shorten(queue, in_flight + bytes, now);
        }
        if self.is_clear(now) && (self.share.lost > 0 || self.losing > 0.0) {
            self.set(self.window.max(CLEAR));
        }
        if let Some(share) = share {
            self.answer(share, now);
        }
        if !limited && !self.holds && in_flight + bytes >= self.window / 4 * 3 {
            self.grow(bytes, queue);
        }
    }

    /// The window becomes what the link delivers in a round trip with half the tolerated queue.
    fn shorten(&mut self, queue: Duration, in_flight: u64, now: Instant) {
        self.whose.queue_shows(self.window, now);
        if self.losing >= OVERFLOWING {
            self.whose.forget();
            self.contest.overflows();
        }
        if let Some(window) = self.whose.foreign() {
            self.contend_for(window, queue, now);
            self.foreign = Some((queue.min(MOST_FOREIGN), now));
            self.starting = !self.contest.is_on();
            return;
        }
        let trip = self.standing.best() + STANDING;
        let soon = |at: Instant| now.saturating_duration_since(at) < trip;
        if self.cut.is_some_and(soon) {
            return;
        }
        self.starting = false;
        self.cut = Some(now);
        let used = self.window.min(in_flight);
        self.mistake.get_or_insert(Cut {
            at: now,
            used,
            ours: self.told.get(now).unwrap_or_default(),
        });
        let free = self.standing.best().saturating_sub(queue);
        let trip = (free + self.target() / 2).as_secs_f64();
        let fitting = (self.rate / (1.0 - self.losses.road()).max(0.1) * trip) as u64;
        // The rate may be of a trip in which little was sent; a quarter of what is used is quick enough.
        self.set(fitting.clamp(used / 4 * 3, used));
    }

    /// A cut was for a queue that stands in the other direction, as the other end tells by now.
    fn take_back(&mut self, now: Instant) {
        let (Some(mistake), Some((ours, told))) = (&mut self.mistake, self.told.last()) else {
            return;
        };
        mistake.ours = mistake.ours.max(ours);
        let Cut { at, used, ours } = *mistake;
        let since = |then: Instant| then.saturating_duration_since(at);
        let short = self.short();
        if since(now) > MISTAKEN || ours > short {
            self.mistake = None;
        } else if since(told) > KNOWN && self.other.get() > short * 2 {
            self.mistake = None;
            self.taken_back = Some(now);
            self.set(self.window.max(used));
        }
    }

    /// Doubles in a round trip at the start; later by two packets, less as the queue nears its target. Beside a queue that is put up with, up to
    /// what delivers a little more than of late: if the link takes that, it is more the next time.
    fn grow(&mut self, bytes: u64, queue: Duration) {
        let most = match self.foreign {
            Some(_) => self.window.max(self.deliverable(MORE)),
            None => MOST,
        };
        let ours = queue.saturating_sub(self.target() - self.short());
        if self.starting && ours < self.short() / 2 {
            return self.set((self.window + bytes).min(most));
        }
        self.starting = false;
        let room = 1.0 - queue.as_secs_f64() / self.target().as_secs_f64();
        let step = 2.0 * room * (bytes * self.mtu) as f64 / self.window as f64;
        let step = step / (1.0 - self.losses.road()).max(0.1);
        self.set((self.window + step as u64).min(most));
    }

    /// The window that delivers so many times the best rate of late, as long as round trips take now.
    fn deliverable(&self, times: f64) -> u64 {
        let grain = self.grain.get().as_secs_f64();
        let packets = self.standing.best().as_secs_f64() / grain.max(f64::MIN_POSITIVE);
        (packets * times * self.mtu as f64) as u64
    }

    /// Makes an empty moment when there has been none for as long as the shortest round trip is believed. In a contest that would be empty
    /// for others only.
    fn relax(&mut self, queue: Duration, limited: bool, now: Instant) {
        if limited || self.contest.is_on() || queue < self.target() / 8 {
            self.relaxed = now;
        }
        if self.draining.is_some_and(|until| now >= until) {
            self.draining = None;
        }
        if now.saturating_duration_since(self.relaxed) > BASE / 2 {
            self.relaxed = now;
            self.draining = Some(now + self.standing.best() * 2);
        }
    }

    /// So many bytes were lost, the newest of them was sent then; of late perhaps everything.
    fn lost(&mut self, bytes: u64, everything: bool, sent: Instant, now: Instant) {
        self.share.lost += bytes;
        self.yield_some(sent, now);
        if everything {
            self.starting = true;
            self.set_for_loss(self.window / 4, now);
        }
    }

    /// Whether much is lost, and not because the link overflows.
    fn is_mostly_lost(&self) -> bool {
        self.losing > MOSTLY_LOST && self.losses.road() > MOSTLY_LOST / 2.0
    }

    /// Whether the link has shown no queue lately.
    fn is_clear(&self, now: Instant) -> bool {
        let since = |at: Instant| now.saturating_duration_since(at);
        since(self.born) > SHARE_FOR && self.queued.is_none_or(|at| since(at) >= LATELY)
    }

    /// The queue that is tolerated.
    fn target(&self) -> Duration {
        let foreign = self.foreign.map_or(Duration::ZERO, |(queue, _)| queue);
        self.short() + foreign
    }

    /// The one that is kept where nobody else fills the link: round trips that differ from packet to packet look like one.
    fn short(&self) -> Duration {
        TARGET + self.jitter.get() + self.grain.get().min(MOST_GRAIN)
    }

    /// The least window.
    fn least(&self) -> u64 {
        let grain = self.grain.get().as_micros().max(1);
        let packets = (LEAST_TIME.as_micros() / grain) as u64;
        packets.clamp(LEAST, LEAST_AT_MOST) * self.mtu
    }

    fn set(&mut self, window: u64) {
        self.window = window.clamp(self.least(), MOST);
    }
}

#[cfg(test)]
mod tests;
