//! The time line of a recording.
//!
//! RTMP's timestamps say exactly how frames lie to each other, but they wrap, start anywhere, and
//! jump when a publisher comes back. Arrival times are true in the long run and restless in detail.
//! So the distance between frames comes from the timestamps, and wherever these break, from arrival.
//!
//! Whether they break is judged within a track: on a narrow uplink pictures come seconds behind the sound
//! that was said with them, and belong beside it all the same.

use super::gaps::Track;
use super::lateness::{LATE_MS, Lateness};

/// Timestamps of a track may go back this far, as when frames come a little out of order.
const BACKWARDS_MS: i64 = 1_000;
/// Timestamps that run ahead of arrival by more have jumped.
const JUMP_MS: i64 = 10_000;

/// Places frames on one time line of milliseconds that begins at 0 with the first frame.
#[derive(Debug, Default)]
pub struct StreamClock {
    /// The newest frame of each track since timestamps last broke.
    tracks: [Option<Newest>; 2],
    /// The farthest place, and when it was reached.
    end: Option<(i64, u64)>,
    /// UNIX milliseconds at 0, by the frame that was delayed least.
    began_at: Option<u64>,
    rebased: u32,
    lateness: Lateness,
}

#[derive(Debug, Clone, Copy)]
struct Newest {
    timestamp: u32,
    place: i64,
}

impl Newest {
    /// How far a timestamp is behind it; the signed difference also steps over the wrap at 2³².
    fn step(self, timestamp: u32) -> i64 {
        i64::from(timestamp.wrapping_sub(self.timestamp).cast_signed())
    }

    /// Where a timestamp lies that goes back by `backwards` at most.
    fn place(self, timestamp: u32, backwards: i64) -> Option<i64> {
        let step = self.step(timestamp);
        (step >= -backwards).then(|| self.place.saturating_add(step))
    }
}

impl StreamClock {
    /// The place of a frame with this RTMP timestamp that arrived at this UNIX time in milliseconds.
    pub fn place(&mut self, track: Track, timestamp: u32, arrived_at: u64) -> i64 {
        let Some((end, reached_at)) = self.end else {
            self.note(track, timestamp, 0, arrived_at);
            return 0;
        };
        let arrived_at = arrived_at.max(reached_at);
        let elapsed = i64::try_from(arrived_at - reached_at).unwrap_or(i64::MAX);
        let by_arrival = end.saturating_add(elapsed.max(1));
        let latest = by_arrival.saturating_add(JUMP_MS);
        let place = match self.by_timestamp(track, timestamp, latest) {
            Some(place) => self.catch_up(place, arrived_at),
            None => {
                self.broken();
                by_arrival
            }
        };
        self.note(track, timestamp, place, arrived_at);
        place
    }

    /// By the track's own frames; by the other track's where it has none, or where both have broken.
    fn by_timestamp(&mut self, track: Track, timestamp: u32, latest: i64) -> Option<i64> {
        let other = match track {
            Track::Picture => Track::Sound,
            Track::Sound => Track::Picture,
        };
        let by = |newest: Option<Newest>, backwards| {
            let place = newest?.place(timestamp, backwards);
            place.filter(|place| *place <= latest)
        };
        let own = by(self.tracks[track as usize], BACKWARDS_MS);
        if own.is_none() {
            self.tracks[track as usize] = None;
        }
        own.or_else(|| by(self.tracks[other as usize], LATE_MS))
    }

    /// A stream that has stood still is moved on, both tracks alike.
    fn catch_up(&mut self, place: i64, arrived_at: u64) -> i64 {
        let late = self.lateness.note(place, arrived_at);
        if late > 0 {
            for newest in self.tracks.iter_mut().flatten() {
                newest.place = newest.place.saturating_add(late);
            }
            self.broken();
        }
        place.saturating_add(late)
    }

    fn note(&mut self, track: Track, timestamp: u32, place: i64, arrived_at: u64) {
        let newest = &mut self.tracks[track as usize];
        if newest.is_none_or(|newest| newest.step(timestamp) > 0) {
            *newest = Some(Newest { timestamp, place });
        }
        if self.end.is_none_or(|(end, _)| place > end) {
            self.end = Some((place, arrived_at));
        }
        let began_at = arrived_at.saturating_add_signed(place.saturating_neg());
        self.began_at = Some(self.began_at.map_or(began_at, |at| at.min(began_at)));
    }

    /// The UNIX time of a place in milliseconds, by the frame that was delayed least so far.
    pub fn unix_ms(&self, place: i64) -> u64 {
        self.began_at.unwrap_or(0).saturating_add_signed(place)
    }

    /// How often the time line had to be continued by arrival.
    pub fn rebased(&self) -> u32 {
        self.rebased
    }

    fn broken(&mut self) {
        self.rebased = self.rebased.saturating_add(1);
        self.lateness.restart();
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
            .map(|&(timestamp, at)| clock.place(Track::Picture, timestamp, T0 + at))
            .collect()
    }

    /// Sound and pictures with the same times, each pair one by one.
    fn both(clock: &mut StreamClock, sound: (u32, u64), picture: (u32, u64)) -> (i64, i64) {
        let sound = clock.place(Track::Sound, sound.0, T0 + sound.1);
        (
            sound,
            clock.place(Track::Picture, picture.0, T0 + picture.1),
        )
    }

    #[test]
    fn pictures_that_come_late_lie_beside_their_sound() {
        let mut clock = StreamClock::default();
        for n in 0..1_000_u32 {
            let (now, late) = (u64::from(n) * 40, 2_500);
            let picture = (n * 40).saturating_sub(late);
            let placed = both(&mut clock, (n * 40, now), (picture, now));
            assert_eq!(placed, (i64::from(n) * 40, i64::from(picture)));
        }
        assert_eq!(clock.rebased(), 0);
    }

    #[test]
    fn a_track_that_begins_behind_the_other_lies_beside_it() {
        let mut clock = StreamClock::default();
        assert_eq!(clock.place(Track::Sound, 7_000, T0), 0);
        assert_eq!(clock.place(Track::Sound, 11_000, T0 + 4_000), 4_000);
        assert_eq!(clock.place(Track::Picture, 7_040, T0 + 4_010), 40);
    }

    #[test]
    fn tracks_that_jump_together_stay_together() {
        let mut clock = StreamClock::default();
        both(&mut clock, (90_000, 0), (90_000, 0));
        assert_eq!(both(&mut clock, (10, 40), (0, 41)), (40, 30));
        assert_eq!(both(&mut clock, (50, 80), (40, 81)), (80, 70));
        assert_eq!(clock.rebased(), 1);
    }

    #[test]
    fn a_track_that_jumps_alone_goes_on_by_itself() {
        let mut clock = StreamClock::default();
        both(&mut clock, (90_000, 0), (90_000, 0));
        assert_eq!(both(&mut clock, (90_040, 40), (0, 40)), (40, 41));
        for n in 1..500_u32 {
            let now = u64::from(n) * 40 + 40;
            let placed = both(&mut clock, (90_040 + n * 40, now), (n * 40, now));
            assert_eq!(placed, (i64::from(n) * 40 + 40, i64::from(n) * 40 + 41));
        }
        assert_eq!(clock.rebased(), 1);
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
                clock.place(Track::Picture, timestamp, arrived_at);
                clock.place(Track::Sound, timestamp, arrived_at);
            }
        }
    }
}
