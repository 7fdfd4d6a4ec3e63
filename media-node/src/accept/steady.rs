//! Congestion control of a conversation: full use of a link, a short queue, and no fear of random loss.
//!
//! A radio link loses packets whether it is full or not, and a full link first shows in the round trip. So
//! the queue is what is looked at: how much longer than the shortest of late the round trip takes at its
//! best just now. Below [`TARGET`] the window grows; above it becomes what the link has delivered in a
//! round trip without queue. Loss alone slows it down only when it is heavier than radio explains.
//!
//! Cubic takes every loss for a full link (5 % at 80 ms leave it some 600 kbit/s); BBR fills a narrow link
//! with seconds of queue. Both were measured on the links of `tests/network/`.

use quinn::congestion::{Controller, ControllerFactory};
use quinn_proto::RttEstimator;
use std::any::Any;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The queue that is tolerated.
const TARGET: Duration = Duration::from_millis(40);
/// The first window: a keyframe of a small picture goes out at once.
const INITIAL: u64 = 32 * 1200;
/// The least window in packets: less would wait for delayed acknowledgements.
const LEAST: u64 = 4;
/// The greatest window; a conversation never comes near it.
const MOST: u64 = 8 << 20;
/// Over how long the shortest round trip is believed.
const BASE: Duration = Duration::from_secs(10);
/// Over how long the best round trip of "just now" is taken: delayed acknowledgements (25 ms) and jitter
/// shall not look like a queue.
const STANDING: Duration = Duration::from_millis(100);
/// Loss beyond this share of a round trip's bytes is more than radio explains.
const HEAVY_LOSS: f64 = 0.15;
/// Growth pauses at this share: it may be the window's own doing.
const SOME_LOSS: f64 = 0.08;

/// The least of a value over a while.
#[derive(Debug, Clone, Default)]
struct Least {
    samples: VecDeque<(Instant, Duration)>,
}

impl Least {
    fn add(&mut self, value: Duration, over: Duration, now: Instant) {
        while self.samples.back().is_some_and(|(_, last)| *last >= value) {
            self.samples.pop_back();
        }
        self.samples.push_back((now, value));
        while let Some((at, _)) = self.samples.front()
            && now.saturating_duration_since(*at) > over
        {
            self.samples.pop_front();
        }
    }

    fn get(&self) -> Duration {
        self.samples
            .front()
            .map_or(Duration::ZERO, |(_, least)| *least)
    }
}

/// What a round trip has brought.
#[derive(Debug, Clone)]
struct Trip {
    since: Instant,
    delivered: u64,
    lost: u64,
}

/// The controller. Fed by quinn; [`Steady::acknowledged`] and [`Steady::lost`] decide.
#[derive(Debug, Clone)]
pub(super) struct Steady {
    mtu: u64,
    window: u64,
    starting: bool,
    base: Least,
    standing: Least,
    trip: Trip,
    /// Bytes per second that the link delivered over the last round trip.
    rate: f64,
    /// When the window was last cut; a cut needs a round trip to show.
    cut: Option<Instant>,
    /// When the link last had an empty moment, and until when one is made by force: without any, the
    /// queue itself would pass for the shortest round trip.
    relaxed: Instant,
    draining: Option<Instant>,
    /// Of the acknowledgement that is being taken in.
    acknowledged: u64,
    newest_sent: Option<Instant>,
}

impl Steady {
    pub(super) fn new(mtu: u16, now: Instant) -> Self {
        Self {
            mtu: mtu.into(),
            window: INITIAL,
            starting: true,
            base: Least::default(),
            standing: Least::default(),
            trip: Trip {
                since: now,
                delivered: 0,
                lost: 0,
            },
            rate: 0.0,
            cut: None,
            relaxed: now,
            draining: None,
            acknowledged: 0,
            newest_sent: None,
        }
    }

    /// `bytes` were acknowledged after this round trip while `in_flight` remain. `limited` tells that
    /// there was nothing more to send.
    fn acknowledged(
        &mut self,
        bytes: u64,
        round_trip: Duration,
        in_flight: u64,
        limited: bool,
        now: Instant,
    ) {
        self.base.add(round_trip, BASE, now);
        self.standing.add(round_trip, STANDING, now);
        self.trip.delivered += bytes;
        let loss = self.end_trip(now);
        let queue = self.standing.get().saturating_sub(self.base.get());
        self.relax(queue, limited, now);
        if queue > TARGET {
            self.shorten(now);
        } else if loss > HEAVY_LOSS {
            self.starting = false;
            self.set((self.window as f64 * (1.0 - loss / 2.0)) as u64);
        } else if !limited && in_flight + bytes >= self.window / 4 * 3 && loss < SOME_LOSS {
            self.grow(bytes, queue);
        }
    }

    /// Once a round trip: the rate, and the share that was lost; 0 in between.
    fn end_trip(&mut self, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(self.trip.since);
        if passed < self.standing.get().max(STANDING) {
            return 0.0;
        }
        let Trip {
            delivered, lost, ..
        } = self.trip;
        self.rate = delivered as f64 / passed.as_secs_f64();
        self.trip = Trip {
            since: now,
            delivered: 0,
            lost: 0,
        };
        // A few packets are no share.
        match lost > LEAST * self.mtu {
            true => lost as f64 / (lost + delivered) as f64,
            false => 0.0,
        }
    }

    /// The window becomes what the link delivers in a round trip with half the tolerated queue.
    fn shorten(&mut self, now: Instant) {
        let trip = self.standing.get() + STANDING;
        let soon = |at: Instant| now.saturating_duration_since(at) < trip;
        if self.cut.is_some_and(soon) {
            return;
        }
        self.starting = false;
        self.cut = Some(now);
        let trip = (self.base.get() + TARGET / 2).as_secs_f64();
        let fitting = (self.rate * trip) as u64;
        // The rate may be of a trip in which little was sent; a quarter at a time is quick enough.
        self.set(fitting.clamp(self.window / 4 * 3, self.window));
    }

    /// Doubles in a round trip at the start; later by two packets, less as the queue nears its target.
    fn grow(&mut self, bytes: u64, queue: Duration) {
        if self.starting && queue < TARGET / 2 {
            return self.set(self.window + bytes);
        }
        self.starting = false;
        let room = 1.0 - queue.as_secs_f64() / TARGET.as_secs_f64();
        let step = 2.0 * room * (bytes * self.mtu) as f64 / self.window as f64;
        self.set(self.window + step as u64);
    }

    /// Makes an empty moment when there has been none for as long as the shortest round trip is believed.
    fn relax(&mut self, queue: Duration, limited: bool, now: Instant) {
        if limited || queue < TARGET / 8 {
            self.relaxed = now;
        }
        if self.draining.is_some_and(|until| now >= until) {
            self.draining = None;
        }
        if now.saturating_duration_since(self.relaxed) > BASE / 2 {
            self.relaxed = now;
            self.draining = Some(now + self.standing.get() * 2);
        }
    }

    fn lost(&mut self, bytes: u64, everything: bool) {
        self.trip.lost += bytes;
        if everything {
            self.starting = true;
            self.set(0);
        }
    }

    fn set(&mut self, window: u64) {
        self.window = window.clamp(LEAST * self.mtu, MOST);
    }
}

impl Controller for Steady {
    fn on_ack(&mut self, _: Instant, sent: Instant, bytes: u64, _: bool, _: &RttEstimator) {
        self.acknowledged += bytes;
        self.newest_sent = self.newest_sent.max(Some(sent));
    }

    fn on_end_acks(&mut self, now: Instant, in_flight: u64, app_limited: bool, _: Option<u64>) {
        let bytes = std::mem::take(&mut self.acknowledged);
        if let Some(sent) = self.newest_sent.take() {
            let round_trip = now.saturating_duration_since(sent);
            self.acknowledged(bytes, round_trip, in_flight, app_limited, now);
        }
    }

    fn on_congestion_event(&mut self, _: Instant, _: Instant, persistent: bool, lost: u64) {
        self.lost(lost, persistent);
    }

    fn on_mtu_update(&mut self, mtu: u16) {
        self.mtu = mtu.into();
        self.set(self.window);
    }

    fn window(&self) -> u64 {
        match self.draining {
            Some(_) => (self.window / 2).max(LEAST * self.mtu),
            None => self.window,
        }
    }

    fn clone_box(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }

    fn initial_window(&self) -> u64 {
        INITIAL
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

/// Makes a [`Steady`] for each path.
#[derive(Debug, Default)]
pub(super) struct SteadyConfig;

impl ControllerFactory for SteadyConfig {
    fn build(self: Arc<Self>, now: Instant, mtu: u16) -> Box<dyn Controller> {
        Box::new(Steady::new(mtu, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sender that always has something to send, over a link with one bottleneck, packet by packet.
    struct Link {
        rate: f64,
        delay: f64,
        /// Share of packets lost at random.
        loss: f64,
        /// Seconds of queue that the bottleneck holds.
        buffer: f64,
    }

    /// What came of it after the first seconds.
    struct Result {
        /// Share of the link's rate that was delivered.
        used: f64,
        /// Mean seconds of queue.
        queue: f64,
    }

    const PACKET: u64 = 1200;

    fn run(link: &Link, seconds: f64, settle: f64) -> Result {
        let start = Instant::now();
        let at = |seconds: f64| start + Duration::from_secs_f64(seconds);
        let mut steady = Steady::new(PACKET as u16, start);
        let mut flight: VecDeque<(f64, f64, bool)> = VecDeque::new();
        let (mut clock, mut free, mut seed) = (0.0f64, 0.0f64, 7u64);
        let (mut delivered, mut queued, mut sent) = (0.0, 0.0, 0.0);
        while clock < seconds {
            while (flight.len() as u64 + 1) * PACKET <= steady.window() {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let chance = (seed >> 40) as f64 / f64::from(1 << 24);
                let begin = free.max(clock + link.delay);
                let wait = begin - clock - link.delay;
                let lost = chance < link.loss || wait > link.buffer;
                if wait <= link.buffer {
                    free = begin + PACKET as f64 * 8.0 / link.rate;
                }
                flight.push_back((clock, free.max(begin) + link.delay, lost));
                if clock > settle {
                    queued += wait;
                    sent += 1.0;
                }
            }
            let (begin, arrival, lost) = flight.pop_front().expect("the window is never empty");
            clock = clock.max(arrival);
            if lost {
                steady.lost(PACKET, false);
                continue;
            }
            if clock > settle {
                delivered += PACKET as f64 * 8.0;
            }
            let in_flight = flight.len() as u64 * PACKET;
            let trip = Duration::from_secs_f64(arrival - begin);
            steady.acknowledged(PACKET, trip, in_flight, false, at(clock));
        }
        Result {
            used: delivered / (link.rate * (seconds - settle)),
            queue: queued / sent,
        }
    }

    #[test]
    fn it_fills_links_and_keeps_their_queues_short() {
        for rate in [300e3, 600e3, 1.5e6, 5e6, 20e6] {
            for delay in [0.005, 0.04, 0.1] {
                let link = Link {
                    rate,
                    delay,
                    loss: 0.0,
                    buffer: 2.0,
                };
                let result = run(&link, 40.0, 10.0);
                let text = format!("{rate} bit/s, {delay} s: {} {}", result.used, result.queue);
                assert!(result.used > 0.75, "{text}");
                // Four packets are the least window, whatever they take.
                let least = LEAST as f64 * PACKET as f64 * 8.0 / rate;
                assert!(result.queue < 0.06 + least, "{text}");
            }
        }
    }

    #[test]
    fn random_loss_takes_little_of_the_rate() {
        let link = Link {
            rate: 3e6,
            delay: 0.04,
            loss: 0.05,
            buffer: 1.0,
        };
        let result = run(&link, 30.0, 5.0);
        assert!(result.used > 0.7, "{}", result.used);
    }

    #[test]
    fn a_shallow_buffer_does_not_lose_without_end() {
        let link = Link {
            rate: 2e6,
            delay: 0.04,
            loss: 0.0,
            buffer: 0.015,
        };
        let result = run(&link, 30.0, 5.0);
        assert!(result.used > 0.6, "{}", result.used);
    }

    #[test]
    fn when_nothing_arrives_it_begins_anew() {
        let mut steady = Steady::new(1200, Instant::now());
        steady.lost(50_000, true);
        assert_eq!(steady.window(), LEAST * 1200);
        assert!(steady.starting);
    }
}
