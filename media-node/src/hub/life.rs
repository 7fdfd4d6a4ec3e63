//! The life of one stream: waiting, live, its publisher away for a while, over.

use crate::config::Timing;
use std::time::{Duration, Instant};

/// What a step in the life of a stream means to others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    /// The first frames are there.
    Begin,
    /// Nothing arrives.
    Stalled,
    /// It arrives again.
    Resumed,
    /// It is over, for this reason. Whether it had begun.
    End {
        /// Why.
        reason: String,
        /// Whether anybody has been told that it began.
        begun: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Waiting { since: Instant },
    Live { since: Instant },
    Away { since: Instant },
    Over,
}

/// What the tracks of a stream have shown so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tracks {
    /// A picture at which decoding starts, with its configuration.
    pub picture: bool,
    /// A video configuration.
    pub video_config: bool,
    /// An audio configuration.
    pub sound: bool,
}

/// The machine.
///
/// [`take`](Self::take) when a publisher comes, [`frame`](Self::frame) for each frame,
/// [`lost`](Self::lost) or [`finish`](Self::finish) when he goes, [`tick`](Self::tick) a few times a
/// second. Whatever comes out is to be done once.
#[derive(Debug)]
pub(super) struct Life {
    timing: Timing,
    phase: Phase,
    serial: Option<u64>,
    begun: bool,
    stalled: bool,
    first: Option<Instant>,
    first_picture: Option<Instant>,
    newest: Option<Instant>,
}

/// How long the second track is waited for before a stream with one of them counts as begun. A pusher
/// announces sound up to a few frames late.
const OTHER_TRACK: Duration = Duration::from_millis(300);
/// The same for a stream that has shown sound only: cameras start late.
const PICTURE: Duration = Duration::from_millis(1_500);

impl Life {
    /// Nobody has published so far.
    pub(super) fn new(timing: Timing, now: Instant) -> Self {
        Self {
            timing,
            phase: Phase::Waiting { since: now },
            serial: None,
            begun: false,
            stalled: false,
            first: None,
            first_picture: None,
            newest: None,
        }
    }

    /// A publisher with this grant comes. A newer grant takes over from whoever is there; the same grant
    /// only when its connection has gone or is silent, since a pusher that redials after a change of
    /// network is sooner than the loss of its old connection. `Err` holds the serial that is live.
    pub(super) fn take(&mut self, serial: u64, now: Instant) -> Result<(), u64> {
        if let Some(live) = self.serial {
            let occupied = matches!(self.phase, Phase::Live { .. }) && !self.is_silent(now);
            if serial < live || (serial == live && occupied) {
                return Err(live);
            }
        }
        self.serial = Some(serial);
        self.phase = Phase::Live { since: now };
        Ok(())
    }

    /// A frame has arrived and the tracks are now like this.
    pub(super) fn frame(&mut self, tracks: Tracks, now: Instant) -> Option<Change> {
        self.newest = Some(now);
        self.first.get_or_insert(now);
        if tracks.picture {
            self.first_picture.get_or_insert(now);
        }
        if self.stalled {
            self.stalled = false;
            return self.begun.then_some(Change::Resumed);
        }
        self.begin(tracks, now)
    }

    /// The publisher's connection is lost; he may come back.
    pub(super) fn lost(&mut self, now: Instant) {
        if matches!(self.phase, Phase::Live { .. }) {
            self.phase = Phase::Away { since: now };
        }
    }

    /// It is over, whatever it was.
    pub(super) fn finish(&mut self, reason: &str) -> Option<Change> {
        if self.phase == Phase::Over {
            return None;
        }
        self.phase = Phase::Over;
        Some(Change::End {
            reason: reason.to_owned(),
            begun: self.begun,
        })
    }

    /// Time has passed.
    pub(super) fn tick(&mut self, tracks: Tracks, now: Instant) -> Option<Change> {
        if let Some(reason) = self.overdue(now) {
            return self.finish(reason);
        }
        if self.begun && !self.stalled && self.is_silent(now) && self.phase != Phase::Over {
            self.stalled = true;
            return Some(Change::Stalled);
        }
        if self.first.is_some() && matches!(self.phase, Phase::Live { .. }) {
            return self.begin(tracks, now);
        }
        None
    }

    /// Whether it is over.
    pub(super) fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    /// Whether it has begun and is not over.
    pub(super) fn is_begun(&self) -> bool {
        self.begun && !self.is_over()
    }

    /// Whether somebody publishes it now.
    pub(super) fn is_live(&self) -> bool {
        matches!(self.phase, Phase::Live { .. })
    }

    /// Why it has to end now, if it has to.
    fn overdue(&self, now: Instant) -> Option<&'static str> {
        let since = |at: Instant| now.saturating_duration_since(at);
        let Timing {
            grace, first_media, ..
        } = self.timing;
        match self.phase {
            Phase::Waiting { since: at } if since(at) > grace => Some("nobody published it"),
            Phase::Away { since: at } if since(at) > grace => {
                Some("the publisher's connection was lost and he did not return")
            }
            Phase::Live { since: at } if self.newest.is_none_or(|newest| newest < at) => {
                (since(at) > first_media).then_some("the publisher sent no media")
            }
            Phase::Live { .. } if self.silence(now) > grace => {
                Some("nothing more came from the publisher")
            }
            _ => None,
        }
    }

    fn begin(&mut self, tracks: Tracks, now: Instant) -> Option<Change> {
        let waited = |since: Option<Instant>, long: Duration| {
            since.is_some_and(|since| now.saturating_duration_since(since) >= long)
        };
        let both = tracks.picture && tracks.sound;
        let picture = tracks.picture && waited(self.first_picture, OTHER_TRACK);
        let sound = tracks.sound && !tracks.video_config && waited(self.first, PICTURE);
        if self.begun || !(both || picture || sound) {
            return None;
        }
        self.begun = true;
        Some(Change::Begin)
    }

    fn is_silent(&self, now: Instant) -> bool {
        self.silence(now) >= self.timing.stall
    }

    fn silence(&self, now: Instant) -> Duration {
        self.newest.map_or(Duration::ZERO, |newest| {
            now.saturating_duration_since(newest)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMING: Timing = Timing {
        handshake: Duration::from_secs(5),
        first_media: Duration::from_secs(10),
        stall: Duration::from_secs(2),
        grace: Duration::from_secs(10),
        idle: Duration::from_secs(10),
    };
    const NONE: Tracks = Tracks {
        picture: false,
        video_config: false,
        sound: false,
    };
    const PICTURE_ONLY: Tracks = Tracks {
        picture: true,
        video_config: true,
        sound: false,
    };
    const BOTH: Tracks = Tracks {
        picture: true,
        video_config: true,
        sound: true,
    };

    struct World {
        life: Life,
        start: Instant,
    }

    impl World {
        fn new() -> Self {
            let start = Instant::now();
            let life = Life::new(TIMING, start);
            Self { life, start }
        }

        fn at(&self, ms: u64) -> Instant {
            self.start + Duration::from_millis(ms)
        }

        fn live() -> Self {
            let mut world = Self::new();
            let now = world.at(0);
            world.life.take(5, now).unwrap();
            assert_eq!(world.life.frame(BOTH, now), Some(Change::Begin));
            world
        }

        fn tick(&mut self, ms: u64) -> Option<Change> {
            let now = self.at(ms);
            self.life.tick(BOTH, now)
        }
    }

    #[test]
    fn it_begins_with_both_tracks_or_after_a_short_wait_with_one() {
        let mut world = World::new();
        let life = &mut world.life;
        let at = |ms| world.start + Duration::from_millis(ms);
        life.take(1, at(0)).unwrap();
        assert_eq!(life.frame(NONE, at(0)), None);
        assert_eq!(life.frame(PICTURE_ONLY, at(50)), None);
        assert_eq!(life.tick(PICTURE_ONLY, at(349)), None);
        assert_eq!(life.tick(PICTURE_ONLY, at(350)), Some(Change::Begin));
        assert_eq!(life.frame(BOTH, at(400)), None);
    }

    #[test]
    fn sound_alone_waits_longer_and_not_for_ever() {
        let mut world = World::new();
        let sound = Tracks {
            sound: true,
            ..NONE
        };
        let now = world.at(0);
        world.life.take(1, now).unwrap();
        assert_eq!(world.life.frame(sound, now), None);
        let late = world.at(1_500);
        assert_eq!(world.life.frame(sound, late), Some(Change::Begin));
    }

    #[test]
    fn only_a_newer_grant_takes_over_while_it_is_live() {
        let mut world = World::live();
        let now = world.at(100);
        assert_eq!(world.life.take(5, now), Err(5));
        assert_eq!(world.life.take(4, now), Err(5));
        assert_eq!(world.life.take(6, now), Ok(()));
    }

    #[test]
    fn the_same_grant_returns_once_its_connection_is_silent_or_gone() {
        let mut world = World::live();
        let now = world.at(2_000);
        assert_eq!(world.life.take(5, now), Ok(()));
        world.life.lost(now);
        assert_eq!(world.life.take(4, now), Err(5));
        assert_eq!(world.life.take(5, now), Ok(()));
    }

    #[test]
    fn silence_is_reported_once_and_its_end_too() {
        let mut world = World::live();
        assert_eq!(world.tick(1_999), None);
        assert_eq!(world.tick(2_000), Some(Change::Stalled));
        assert_eq!(world.tick(2_100), None);
        let now = world.at(2_200);
        assert_eq!(world.life.frame(BOTH, now), Some(Change::Resumed));
        assert_eq!(world.tick(4_200), Some(Change::Stalled));
    }

    #[test]
    fn a_lost_publisher_has_the_grace_to_return() {
        let mut world = World::live();
        let now = world.at(1_000);
        world.life.lost(now);
        assert_eq!(world.tick(2_000), Some(Change::Stalled));
        assert_eq!(world.tick(11_000), None);
        let Some(Change::End { begun: true, .. }) = world.tick(11_001) else {
            panic!("no end");
        };
        assert_eq!(world.tick(30_000), None);
    }

    #[test]
    fn who_sends_nothing_is_closed() {
        let mut world = World::new();
        let now = world.at(0);
        world.life.take(1, now).unwrap();
        assert_eq!(world.life.tick(NONE, world.start), None);
        let late = world.at(10_001);
        let Some(Change::End { begun: false, .. }) = world.life.tick(NONE, late) else {
            panic!("no end");
        };
    }

    #[test]
    fn a_stream_that_nobody_publishes_ends() {
        let mut world = World::new();
        assert_eq!(world.tick(10_000), None);
        assert!(world.tick(10_001).is_some());
        assert!(world.life.is_over());
    }
}
