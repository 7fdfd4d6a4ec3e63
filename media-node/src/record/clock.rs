//! The time line of a recording.
//!
//! RTMP's timestamps say exactly how frames lie to each other, but they wrap, start anywhere, and
//! jump when a publisher comes back. Arrival times are true in the long run and restless in detail.
//! So the distance between frames comes from the timestamps, and wherever these break, from arrival.

/// Timestamps may go back this far, as when sound and pictures come a little out of order.
const BACKWARDS_MS: i64 = 1_000;
/// Timestamps that run ahead of arrival by more have jumped.
const JUMP_MS: i64 = 10_000;
/// Over such a window the least delayed frame says how late the stream is ...
const WINDOW_MS: u64 = 10_000;
/// ... and a stream that is later than this throughout has stood still: its clock is moved on. A
/// crowded network delays by less, and its timestamps stay true.
const LATE_MS: i64 = 5_000;

/// Places frames on one time line of milliseconds that begins at 0 with the first frame.
#[derive(Debug, Default)]
pub struct StreamClock {
    newest: Option<Newest>,
    rebased: u32,
    broken: bool,
    lateness: Lateness,
}

#[derive(Debug, Clone, Copy)]
struct Newest {
    timestamp: u32,
    place: i64,
    arrived_at: u64,
}

impl StreamClock {
    /// The place of a frame with this RTMP timestamp that arrived at this UNIX time in milliseconds.
    pub fn place(&mut self, timestamp: u32, arrived_at: u64) -> i64 {
        let Some(newest) = self.newest else {
            self.newest = Some(Newest {
                timestamp,
                place: 0,
                arrived_at,
            });
            return 0;
        };
        let arrived_at = arrived_at.max(newest.arrived_at);
        let elapsed = i64::try_from(arrived_at - newest.arrived_at).unwrap_or(i64::MAX);
        // The signed difference also steps over the wrap at 2³².
        let step = i64::from(timestamp.wrapping_sub(newest.timestamp).cast_signed());
        let broken = std::mem::take(&mut self.broken);
        if broken || step < -BACKWARDS_MS || step.saturating_sub(elapsed) > JUMP_MS {
            return self.rebase(newest, timestamp, elapsed, arrived_at);
        }
        let place = newest.place + step;
        let late = self.lateness.note(place, arrived_at);
        if late > 0 {
            return self.rebase(
                newest,
                timestamp,
                step.max(0).saturating_add(late),
                arrived_at,
            );
        }
        if step > 0 {
            self.newest = Some(Newest {
                timestamp,
                place,
                arrived_at,
            });
        } else {
            self.newest = Some(Newest {
                arrived_at,
                ..newest
            });
        }
        place
    }

    /// The next frame comes from another publisher: its timestamps have nothing to do with those
    /// before.
    pub fn discontinuity(&mut self) {
        self.broken = true;
    }

    /// How often the time line had to be continued by arrival.
    pub fn rebased(&self) -> u32 {
        self.rebased
    }

    fn rebase(&mut self, newest: Newest, timestamp: u32, by: i64, arrived_at: u64) -> i64 {
        let place = newest.place.saturating_add(by.max(1));
        self.newest = Some(Newest {
            timestamp,
            place,
            arrived_at,
        });
        self.rebased = self.rebased.saturating_add(1);
        self.lateness.restart();
        place
    }
}

/// How late the stream is against its least delayed frame so far.
#[derive(Debug, Default)]
struct Lateness {
    best: Option<i64>,
    window: Option<Window>,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    since: u64,
    best: i64,
}

impl Lateness {
    /// Takes one frame; says by how much the stream stands behind, else 0.
    fn note(&mut self, place: i64, arrived_at: u64) -> i64 {
        let delay = i64::try_from(arrived_at)
            .unwrap_or(i64::MAX)
            .saturating_sub(place);
        let best = self.best.map_or(delay, |best| best.min(delay));
        self.best = Some(best);
        let window = self.window.get_or_insert(Window {
            since: arrived_at,
            best: delay,
        });
        window.best = window.best.min(delay);
        if arrived_at.saturating_sub(window.since) < WINDOW_MS {
            return 0;
        }
        let late = window.best.saturating_sub(best);
        self.window = None;
        if late > LATE_MS { late } else { 0 }
    }

    /// Frames before the break say nothing about those behind it, except where `best` stays true:
    /// the time line is in step with arrival again.
    fn restart(&mut self) {
        self.window = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T0: u64 = 1_700_000_000_000;

    /// Frames as (timestamp, arrival after T0).
    fn places(frames: &[(u32, u64)]) -> Vec<i64> {
        let mut clock = StreamClock::default();
        frames
            .iter()
            .map(|&(timestamp, at)| clock.place(timestamp, T0 + at))
            .collect()
    }

    #[test]
    fn timestamps_rule_while_they_are_steady() {
        assert_eq!(
            places(&[(500, 0), (540, 90), (530, 91), (580, 92)]),
            [0, 40, 30, 80]
        );
        assert_eq!(places(&[(u32::MAX - 9, 0), (10, 20)]), [0, 20]);
    }

    #[test]
    fn a_true_gap_stays_as_long_as_the_timestamps_say() {
        assert_eq!(places(&[(0, 0), (60_000, 60_200)]), [0, 60_000]);
    }

    #[test]
    fn jumps_continue_by_arrival() {
        assert_eq!(
            places(&[(0, 0), (1_000_000, 40), (1_000_040, 80)]),
            [0, 40, 80]
        );
        assert_eq!(
            places(&[(90_000, 0), (0, 5_000), (40, 5_040)]),
            [0, 5_000, 5_040]
        );
    }

    #[test]
    fn another_publisher_continues_by_arrival() {
        let mut clock = StreamClock::default();
        clock.place(100, T0);
        clock.discontinuity();
        assert_eq!(clock.place(200, T0 + 7_000), 7_000);
        assert_eq!(clock.place(240, T0 + 7_040), 7_040);
        assert_eq!(clock.rebased(), 1);
    }

    #[test]
    fn a_burst_after_a_stall_is_no_jump() {
        let mut frames = vec![(0, 0)];
        frames.extend((1..500).map(|n| (n * 40, 12_000.max(u64::from(n) * 40))));
        let last = *places(&frames).last().unwrap();
        assert_eq!(last, 499 * 40);
    }

    #[test]
    fn a_clock_that_stood_still_is_moved_on() {
        let frames =
            (0..600u32).map(|n| (n * 40, u64::from(n) * 40 + if n < 50 { 0 } else { 8_000 }));
        let frames: Vec<_> = frames.collect();
        let last = *places(&frames).last().unwrap();
        assert_eq!(last, 599 * 40 + 8_000);
    }

    #[test]
    fn a_crowded_network_does_not_stretch_the_time_line() {
        let late = |n: u64| if (100..500).contains(&n) { 3_000 } else { 0 };
        let frames: Vec<_> = (0..800u32)
            .map(|n| (n * 40, u64::from(n) * 40 + late(n.into())))
            .collect();
        assert_eq!(*places(&frames).last().unwrap(), 799 * 40);
    }

    #[test]
    fn nothing_overflows() {
        let mut clock = StreamClock::default();
        for arrived_at in [0, u64::MAX, 5, u64::MAX / 2] {
            for timestamp in [0, u32::MAX, 1 << 31, 7] {
                clock.place(timestamp, arrived_at);
            }
        }
    }
}
