//! What a publisher's own link takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What may wait beyond the congestion window before no more pictures are to be made: two packets' worth.
const SLACK: u64 = 3 * 1024;
/// Where nothing has arrived for so long although something is under way, nothing gets through.
/// Three round trips at least.
const LATE: Duration = Duration::from_millis(500);
/// On a path that loses more than this, pictures get half the window: the other half is for sound.
const LOSSY: f64 = 0.05;
/// A link that loses more than this carries sound, and no pictures that anybody could watch.
const ONLY_SOUND: f64 = 0.62;
/// A link that is full for so long is given more than it takes.
const SUSTAINED: Duration = Duration::from_millis(150);
/// A lower limit needs this long to show.
const DOWN: Duration = Duration::from_millis(800);
/// A higher one is tried this often.
const UP: Duration = Duration::from_secs(1);
/// A higher one is tried only where so much of the present one is used.
const USED: f64 = 0.75;
/// Over how long it is counted what is used.
const COUNTED: Duration = Duration::from_millis(500);
/// A window that holds so much more than the limit takes, and is not full, is that of a link which has become another: what looked full
/// then was jitter, or others.
const SPARE: u32 = 2;
/// A lower limit is so many per cent of what the link takes.
const LESS: u32 = 90;
/// Sound and a picture now and then.
const FLOOR: u32 = 70_000;
/// From here on there is no limit any more.
const NO_LIMIT: u32 = 10_000_000;

/// Whether a link takes another picture: set by the carrier, asked before one is made. A picture that is not made costs
/// nothing, one that is made and not sent costs all up to the next keyframe.
#[derive(Debug, Clone, Default)]
pub(super) struct Room(Arc<AtomicBool>);

impl Room {
    pub(super) fn is_there(&self) -> bool {
        !self.0.load(Ordering::Relaxed)
    }

    fn set(&self, there: bool) {
        self.0.store(!there, Ordering::Relaxed);
    }
}

/// A link as it is now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// For how long nothing has arrived although something is under way.
    pub(super) silent: Duration,
    /// Bytes of pictures that are under way or wait.
    pub(super) under_way: u64,
    /// The congestion window in bytes.
    pub(super) window: u64,
    pub(super) round_trip: Duration,
    /// What is lost, as a share.
    pub(super) loss: f64,
}

/// Says when to make no pictures, and what the encoder should aim at.
#[derive(Debug, Default)]
pub(super) struct Valve {
    room: Room,
    full_since: Option<Instant>,
    limit: Option<u32>,
    changed: Option<Instant>,
    used: Used,
    /// What the link took when it was full the last time.
    too_much: u32,
}

/// What a publisher gives.
#[derive(Debug, Default)]
struct Used {
    since: Option<Instant>,
    bytes: u64,
    /// Bits per second.
    rate: f64,
}

impl Used {
    fn count(&mut self, bytes: u64, now: Instant) {
        self.bytes += bytes;
        let passed = now.saturating_duration_since(*self.since.get_or_insert(now));
        if passed >= COUNTED {
            self.rate = self.bytes as f64 * 8.0 / passed.as_secs_f64();
            (self.since, self.bytes) = (Some(now), 0);
        }
    }
}

impl Valve {
    pub(super) fn new(room: Room) -> Self {
        Self {
            room,
            ..Self::default()
        }
    }

    /// The publisher has given so many bytes.
    pub(super) fn count(&mut self, bytes: usize, now: Instant) {
        self.used.count(bytes as u64, now);
    }

    /// What the encoder may give from now on, in bits per second with sound, if that has changed.
    pub(super) fn look(&mut self, look: Look, now: Instant) -> Option<u32> {
        let parts = if look.loss > LOSSY { 2 } else { 1 };
        let is_full = look.under_way > look.window / parts + SLACK
            || look.silent > LATE.max(look.round_trip * 3)
            || look.loss > ONLY_SOUND;
        let rate = look.window as f64 * 8.0 / look.round_trip.as_secs_f64().max(0.001);
        self.decide(is_full, Some(rate as u32), now)
    }

    /// The same of a link that is full or not and of which nothing else is known.
    pub(super) fn look_at(&mut self, is_full: bool, now: Instant) -> Option<u32> {
        self.decide(is_full, None, now)
    }

    /// The link was full of others', and this end begins to hold its own, or the other direction was: what it was limited to was too little.
    pub(super) fn lift(&mut self) -> Option<u32> {
        self.limit.take().map(|_| NO_LIMIT)
    }

    /// It takes something again, be it little: another picture finds out.
    pub(super) fn reopen(&self) {
        self.room.set(true);
    }

    /// `rate` is what the window lets through, where there is one.
    fn decide(&mut self, is_full: bool, rate: Option<u32>, now: Instant) -> Option<u32> {
        self.room.set(!is_full);
        if !is_full {
            self.full_since = None;
        }
        let since = is_full.then(|| *self.full_since.get_or_insert(now));
        let sustained = since.is_some_and(|since| now - since >= SUSTAINED);
        let pause = if sustained { DOWN } else { UP };
        if (is_full && !sustained) || soon(self.changed, pause, now) {
            return None;
        }
        let next = match (sustained, self.limit) {
            (true, limit) => self.lower(rate.unwrap_or(u32::MAX), limit),
            (false, Some(limit)) if self.used.rate >= f64::from(limit) * USED => {
                self.higher(limit, rate)
            }
            (false, _) => return None,
        };
        self.changed = Some(now);
        self.limit = (next < NO_LIMIT).then_some(next);
        Some(next)
    }

    /// A full link takes what is given, since no more pictures are made than it takes.
    fn lower(&mut self, window: u32, limit: Option<u32>) -> u32 {
        let used = self.used.rate as u32;
        self.too_much = if used > 0 { used.min(window) } else { window };
        let next = self.too_much / 100 * LESS;
        next.min(limit.map_or(u32::MAX, |limit| limit / 100 * LESS))
            .max(FLOOR)
    }

    /// By a thirtieth around what was too much, by a tenth below, and by a fifth beyond or where there is much more room.
    fn higher(&self, limit: u32, rate: Option<u32>) -> u32 {
        let spare = rate.is_some_and(|rate| rate / SPARE > limit);
        if spare || limit > self.too_much / 10 * 15 {
            return limit + limit / 5;
        }
        let below = limit < self.too_much / 10 * 7;
        limit + limit / if below { 10 } else { 30 }
    }
}

fn soon(last: Option<Instant>, pause: Duration, now: Instant) -> bool {
    last.is_some_and(|at| now.saturating_duration_since(at) < pause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_link_takes_no_pictures_and_then_fewer_bits() {
        let room = Room::default();
        let (mut valve, start) = (Valve::new(room.clone()), Instant::now());
        let ms = Duration::from_millis;
        let mut look = |under_way, at| {
            let look = Look {
                silent: ms(50),
                under_way,
                window: 5_000,
                round_trip: ms(100),
                loss: 0.0,
            };
            valve.look(look, start + ms(at))
        };
        assert_eq!(look(5_000, 0), None);
        assert!(room.is_there());
        assert_eq!(look(9_000, 100), None);
        assert!(!room.is_there(), "at once");
        assert_eq!(look(9_000, 250), Some(360_000));
        assert_eq!(look(9_000, 1_000), None, "it needs time to show");
        assert_eq!(look(9_000, 1_050), Some(324_000));
        assert_eq!(look(1_000, 2_000), None);
        assert!(room.is_there());
        assert_eq!(look(1_000, 2_050), None, "it is not used");
        valve.count(0, start + ms(2_000));
        valve.count(14_000, start + ms(2_500));
        let clear = Look {
            silent: ms(50),
            under_way: 1_000,
            window: 5_000,
            round_trip: ms(100),
            loss: 0.0,
        };
        assert_eq!(valve.look(clear, start + ms(2_500)), None, "too little");
        valve.count(20_000, start + ms(3_000));
        assert_eq!(valve.look(clear, start + ms(3_000)), Some(334_800));
        valve.count(25_000, start + ms(3_500));
        let wide = Look {
            window: 50_000,
            ..clear
        };
        let next = valve.look(wide, start + ms(4_000));
        assert_eq!(next, Some(401_760), "there is much more room");
    }

    #[test]
    fn a_limit_rises_slowly_only_around_what_was_too_much() {
        let valve = Valve {
            too_much: 100_000,
            ..Valve::default()
        };
        for (limit, rate, expected) in [
            (60_000, None, 66_000),
            (90_000, None, 93_000),
            (150_000, None, 155_000),
            (160_000, None, 192_000),
            (90_000, Some(180_000), 93_000),
            (90_000, Some(182_000), 108_000),
        ] {
            assert_eq!(valve.higher(limit, rate), expected, "{limit}, {rate:?}");
        }
    }

    #[test]
    fn a_limit_is_lifted_if_there_is_one() {
        let (mut valve, start) = (Valve::new(Room::default()), Instant::now());
        assert_eq!(valve.lift(), None);
        let full = Look {
            silent: Duration::ZERO,
            under_way: 9_000,
            window: 5_000,
            round_trip: Duration::from_millis(100),
            loss: 0.0,
        };
        valve.look(full, start);
        assert_eq!(valve.look(full, start + SUSTAINED), Some(360_000));
        assert_eq!(valve.lift(), Some(NO_LIMIT));
        assert_eq!(valve.lift(), None);
    }

    #[test]
    fn what_does_not_arrive_closes_it_too() {
        let room = Room::default();
        let mut valve = Valve::new(room.clone());
        let look = Look {
            silent: Duration::from_millis(501),
            under_way: 1,
            window: 5_000,
            round_trip: Duration::from_millis(100),
            loss: 0.0,
        };
        valve.look(look, Instant::now());
        assert!(!room.is_there());
    }
}
