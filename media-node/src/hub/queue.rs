//! What waits for one reader, and what he loses when he is slow.

use crate::frames::Frame;
use counterpart_shared::flv::FrameKind;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// A keyframe that takes longer than this on a reader's link keeps more waiting than it makes up for.
const QUICKLY: Duration = Duration::from_millis(120);

/// What has waited for so long waits for the link, not for its turn.
const OVERTAKEN: Duration = Duration::from_millis(60);

/// So long after pictures were lost the next keyframe is there, unless the publisher sends none.
const AFTER_LOSS: Duration = Duration::from_secs(2);

/// How far a reader may fall behind, by how long the oldest frame has waited for him.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// From here on he loses the pictures that no other needs.
    pub disposable: Duration,
    /// From here on he loses pictures up to the next keyframe, if one gets through to him in 0.12 s.
    pub stale: Duration,
    /// From here on he does in any case.
    pub pictures: Duration,
    /// From here on he loses sound.
    pub sound: Duration,
    /// Bytes that wait; over it, everything at once.
    pub bytes: usize,
}

impl Limits {
    /// For a person who watches. A TCP connection that lost a packet stands still for 200 to 400 ms and
    /// then catches up at once; what stands longer than a second is a link that cannot carry the stream.
    pub const LIVE: Limits = Limits {
        disposable: Duration::from_millis(250),
        stale: Duration::from_millis(1_000),
        pictures: Duration::from_millis(1_000),
        sound: Duration::from_millis(1_500),
        bytes: 4 << 20,
    };

    /// For a person on a carrier where a lost packet holds nothing else up: what stands there stands because more is given than the link
    /// takes, and what comes after the next keyframe is in time again.
    pub const CONVERSATION: Limits = Limits {
        disposable: Duration::from_millis(150),
        stale: Duration::from_millis(400),
        ..Self::LIVE
    };

    /// For a recorder, who may be late but shall lose nothing that a disk can take.
    pub const RECORDER: Limits = Limits {
        disposable: Duration::from_secs(20),
        stale: Duration::from_secs(20),
        pictures: Duration::from_secs(20),
        sound: Duration::from_secs(20),
        bytes: 64 << 20,
    };
}

/// How many frames a push has cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Dropped {
    /// Pictures that no other needs.
    pub disposable: u64,
    /// Pictures before the next keyframe.
    pub pictures: u64,
    /// Packets of sound.
    pub sound: u64,
}

/// A bounded queue of frames.
///
/// [`push`](Self::push) never blocks and never refuses: it makes room by the rules of [`Limits`]. What
/// comes out of [`pop`](Self::pop) always decodes: after lost pictures the next one is a keyframe.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: VecDeque<(Frame, Instant)>,
    bytes: usize,
    taken: u64,
    skipping: bool,
    limits: Limits,
    /// Bytes of the newest keyframe.
    keyframe: usize,
    /// Since when something has been waiting, and what had been taken out by then.
    standing: (Instant, u64),
    /// How late the pictures were that were lost last, and when, until the next one is taken out.
    lost: Option<(Duration, Instant)>,
}

impl Queue {
    /// An empty one.
    pub(super) fn new(limits: Limits, now: Instant) -> Self {
        Self {
            waiting: VecDeque::new(),
            bytes: 0,
            taken: 0,
            skipping: true,
            limits,
            keyframe: 0,
            standing: (now, 0),
            lost: None,
        }
    }

    /// From now on he may fall behind so far.
    pub(super) fn limit(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Takes the next frame of the stream and says what was lost for it.
    pub(super) fn push(&mut self, frame: Frame, now: Instant) -> Dropped {
        let mut dropped = Dropped::default();
        if frame.kind == FrameKind::VideoKey {
            self.skipping = false;
            self.keyframe = frame.len();
        } else if self.skipping && frame.kind.is_picture() {
            dropped.pictures = 1;
            return dropped;
        }
        if self.waiting.is_empty() {
            self.standing = (now, self.taken);
        }
        self.bytes += frame.len();
        self.waiting.push_back((frame, now));
        self.relieve(now, &mut dropped);
        dropped
    }

    /// The oldest frame.
    pub(super) fn pop(&mut self) -> Option<Frame> {
        let (frame, _) = self.waiting.pop_front()?;
        Some(self.take(frame))
    }

    /// The oldest frame, but sound before pictures that wait for the link.
    pub(super) fn pop_sound_first(&mut self, now: Instant) -> Option<Frame> {
        let (first, since) = self.waiting.front()?;
        let waits = now.saturating_duration_since(*since) > OVERTAKEN;
        let overtaken = waits && first.kind.is_picture();
        let sound = overtaken.then(|| self.pop_sound()).flatten();
        sound.or_else(|| self.pop())
    }

    /// The oldest frame that is sound, past what else waits.
    pub(super) fn pop_sound(&mut self) -> Option<Frame> {
        let is_sound = |(frame, _): &(Frame, Instant)| {
            matches!(frame.kind, FrameKind::Audio | FrameKind::AudioConfig)
        };
        let place = self.waiting.iter().position(is_sound)?;
        let (frame, _) = self.waiting.remove(place)?;
        Some(self.take(frame))
    }

    fn take(&mut self, frame: Frame) -> Frame {
        if frame.kind.is_picture() {
            self.lost = None;
        }
        self.bytes -= frame.len();
        self.taken += frame.len() as u64;
        frame
    }

    /// Bytes that have been taken out so far.
    pub(super) fn taken(&self) -> u64 {
        self.taken
    }

    /// Whether pictures are left out until a keyframe comes.
    pub(super) fn is_skipping(&self) -> bool {
        self.skipping
    }

    /// How long the oldest frame has waited. After lost pictures, as long as they had: that nothing waits then tells of no link that is wider, for as
    /// long as the next one may take to come.
    pub(super) fn lag(&self, now: Instant) -> Duration {
        let lately = |at: Instant| now.saturating_duration_since(at) <= AFTER_LOSS;
        let lost = self.lost.filter(|(_, at)| lately(*at));
        let lost = lost.map_or(Duration::ZERO, |(late, _)| late);
        self.lag_of(now, |_| true).max(lost)
    }

    fn lag_of(&self, now: Instant, which: impl Fn(FrameKind) -> bool) -> Duration {
        let oldest = self.waiting.iter().find(|(frame, _)| which(frame.kind));
        oldest.map_or(Duration::ZERO, |(_, since)| {
            now.saturating_duration_since(*since)
        })
    }

    fn relieve(&mut self, now: Instant, dropped: &mut Dropped) {
        let limits = self.limits;
        if self.lag_of(now, |_| true) > limits.disposable || self.is_too_big() {
            let unneeded = |kind| kind == FrameKind::VideoDisposable;
            dropped.disposable += self.discard(usize::MAX, unneeded);
        }
        let late = self.lag_of(now, FrameKind::is_picture);
        let is_stale = late > limits.stale && self.renews_quickly(now);
        if is_stale || late > limits.pictures || self.is_too_big() {
            let keep_from = self.newest_key(now);
            self.skipping = keep_from.is_none();
            let before = keep_from.unwrap_or(usize::MAX);
            dropped.pictures += self.discard(before, FrameKind::is_picture);
            self.lost = Some((late, now));
        }
        let sound = |kind| kind == FrameKind::Audio;
        while self.lag_of(now, sound) > limits.sound || self.is_too_big() {
            dropped.sound += u64::from(self.discard_oldest(sound));
        }
    }

    /// Whether a keyframe like the newest one would get through in [`QUICKLY`], at the rate of since something has been waiting.
    fn renews_quickly(&self, now: Instant) -> bool {
        let (since, taken) = self.standing;
        let passed = now.saturating_duration_since(since).as_secs_f64();
        let rate = (self.taken - taken) as f64 / passed.max(f64::MIN_POSITIVE);
        self.keyframe as f64 <= rate * QUICKLY.as_secs_f64()
    }

    fn is_too_big(&self) -> bool {
        self.bytes > self.limits.bytes
    }

    /// Where the newest keyframe stands, if dropping what is before it helps.
    fn newest_key(&self, now: Instant) -> Option<usize> {
        let is_key = |(frame, _): &(Frame, Instant)| frame.kind == FrameKind::VideoKey;
        let place = self.waiting.iter().rposition(is_key)?;
        let since = self.waiting[place].1;
        let fresh = now.saturating_duration_since(since) <= self.limits.pictures;
        let rest: usize = self.waiting.range(place..).map(|(f, _)| f.len()).sum();
        (fresh && rest <= self.limits.bytes).then_some(place)
    }

    /// Drops what `unwanted` names among the first `before` frames, and says how many.
    fn discard(&mut self, before: usize, unwanted: impl Fn(FrameKind) -> bool) -> u64 {
        let count = self.waiting.len();
        let mut place = 0;
        let mut bytes = 0;
        self.waiting.retain(|(frame, _)| {
            let drop = place < before && unwanted(frame.kind);
            place += 1;
            bytes += if drop { frame.len() } else { 0 };
            !drop
        });
        self.bytes -= bytes;
        (count - self.waiting.len()) as u64
    }

    /// Drops the oldest frame of this kind, or the oldest of all when there is none; whether it was of
    /// this kind.
    fn discard_oldest(&mut self, wanted: impl Fn(FrameKind) -> bool) -> bool {
        let place = self.waiting.iter().position(|(f, _)| wanted(f.kind));
        let gone = self.waiting.remove(place.unwrap_or(0));
        self.bytes -= gone.map_or(0, |(frame, _)| frame.len());
        place.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_frames::*;
    use super::*;

    fn ms(start: Instant, ms: u64) -> Instant {
        start + Duration::from_millis(ms)
    }

    fn rest(queue: &mut Queue) -> Vec<u32> {
        std::iter::from_fn(|| queue.pop())
            .map(|frame| frame.message.timestamp)
            .collect()
    }

    #[test]
    fn a_reader_in_time_loses_nothing() {
        let start = Instant::now();
        let mut queue = Queue::new(Limits::LIVE, start);
        for time in 0..100 {
            let frame = if time % 30 == 0 {
                key(time)
            } else {
                inter(time)
            };
            let at = ms(start, u64::from(time) * 33);
            assert_eq!(queue.push(frame, at), Dropped::default());
            assert!(queue.pop().is_some());
        }
    }

    #[test]
    fn pictures_before_the_first_keyframe_do_not_decode() {
        let now = Instant::now();
        let mut queue = Queue::new(Limits::LIVE, now);
        assert_eq!(queue.push(inter(0), now).pictures, 1);
        queue.push(audio(1), now);
        queue.push(key(2), now);
        queue.push(inter(3), now);
        assert_eq!(rest(&mut queue), [1, 2, 3]);
    }

    #[test]
    fn sound_overtakes_pictures_that_wait_and_nothing_else() {
        let now = Instant::now();
        let order = |waited| {
            let mut queue = Queue::new(Limits::LIVE, now);
            queue.push(audio_config(0), now);
            for frame in [key(1), audio(2), inter(3), audio(4)] {
                queue.push(frame, now);
            }
            let all = std::iter::from_fn(|| queue.pop_sound_first(ms(now, waited)));
            all.map(|frame| frame.message.timestamp).collect::<Vec<_>>()
        };
        assert_eq!(order(60), [0, 1, 2, 3, 4]);
        assert_eq!(order(61), [0, 2, 4, 1, 3]);
    }

    #[test]
    fn a_slow_reader_loses_disposable_pictures_first() {
        let start = Instant::now();
        let mut queue = Queue::new(Limits::LIVE, start);
        queue.push(key(0), start);
        queue.push(disposable(33), ms(start, 33));
        queue.push(audio(40), ms(start, 40));
        let dropped = queue.push(inter(260), ms(start, 260));
        assert_eq!(
            dropped,
            Dropped {
                disposable: 1,
                ..Dropped::default()
            }
        );
        assert_eq!(rest(&mut queue), [0, 40, 260]);
    }

    #[test]
    fn then_pictures_up_to_the_newest_keyframe() {
        let start = Instant::now();
        let mut queue = Queue::new(Limits::LIVE, start);
        queue.push(key(0), start);
        queue.push(inter(500), ms(start, 500));
        queue.push(audio(501), ms(start, 501));
        queue.push(key(900), ms(start, 900));
        let dropped = queue.push(inter(1_001), ms(start, 1_001));
        assert_eq!(dropped.pictures, 2);
        assert!(!queue.is_skipping());
        assert_eq!(rest(&mut queue), [501, 900, 1_001]);
    }

    #[test]
    fn without_a_newer_keyframe_he_waits_for_one() {
        let start = Instant::now();
        let mut queue = Queue::new(Limits::LIVE, start);
        queue.push(key(0), start);
        let dropped = queue.push(inter(1_001), ms(start, 1_001));
        assert_eq!(dropped.pictures, 2);
        assert!(queue.is_skipping());
        assert_eq!(queue.push(inter(1_034), ms(start, 1_034)).pictures, 1);
        let late = |queue: &Queue| queue.lag(ms(start, 1_067)).as_millis();
        assert_eq!(late(&queue), 1_001, "although nothing waits");
        assert_eq!(
            queue.lag(ms(start, 3_002)),
            Duration::ZERO,
            "a camera is off"
        );
        queue.push(key(1_067), ms(start, 1_067));
        assert_eq!(late(&queue), 1_001);
        assert_eq!(rest(&mut queue), [1_067]);
        assert_eq!(late(&queue), 0);
    }

    /// Frames every 20 ms, and so many bytes of them taken in that time: when pictures were lost first, and whether a keyframe is waited for then.
    fn loses(limits: Limits, taken: usize) -> (u64, bool) {
        let start = Instant::now();
        let mut queue = Queue::new(limits, start);
        let mut out = 0;
        for number in 0..200 {
            let now = ms(start, number * 20);
            let frame = if number == 0 {
                key(0)
            } else {
                inter(number as u32 * 20)
            };
            if queue.push(frame, now).pictures > 0 {
                return (number * 20, queue.is_skipping());
            }
            while out < number as usize * taken {
                out += queue.pop().map_or(usize::MAX / 2, |frame| frame.len());
            }
        }
        panic!("nothing was lost");
    }

    #[test]
    fn where_a_keyframe_gets_through_quickly_pictures_go_sooner() {
        let per_tick = |share: f64| (inter(0).len() as f64 * share) as usize;
        let quick = loses(Limits::CONVERSATION, per_tick(0.5));
        assert!((400..1_000).contains(&quick.0) && quick.1, "{quick:?}");
        let slow = loses(Limits::CONVERSATION, per_tick(0.05));
        assert!(slow.0 > 1_000 && slow.1, "{slow:?}");
        let on_tcp = loses(Limits::LIVE, per_tick(0.5));
        assert!(on_tcp.0 > 1_000 && on_tcp.1, "{on_tcp:?}");
    }

    #[test]
    fn sound_goes_last_and_configurations_never() {
        let start = Instant::now();
        let mut queue = Queue::new(Limits::LIVE, start);
        queue.push(audio(0), start);
        queue.push(audio_config(1), start);
        queue.push(key(2), start);
        queue.push(audio(1_000), ms(start, 1_000));
        let dropped = queue.push(audio(1_501), ms(start, 1_501));
        assert_eq!((dropped.pictures, dropped.sound), (1, 1));
        assert_eq!(rest(&mut queue), [1, 1_000, 1_501]);
    }

    #[test]
    fn bytes_are_bounded_whatever_the_clock_says() {
        let now = Instant::now();
        let limits = Limits {
            bytes: 1_000,
            ..Limits::LIVE
        };
        let mut queue = Queue::new(limits, now);
        for time in 0..10_000 {
            let frame = match time % 7 {
                0 => key(time),
                1..5 => inter(time),
                _ => audio(time),
            };
            queue.push(frame, now);
            assert!(queue.bytes <= 1_000);
        }
        let sum: usize = queue.waiting.iter().map(|(f, _)| f.len()).sum();
        assert_eq!(queue.bytes, sum);
    }
}
