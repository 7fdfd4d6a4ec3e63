//! How fast pictures leave for a player on TCP.
//!
//! What a link does not take TCP finds out by losing it: it fills the link's queue, loses half of it and stands still for half a second
//! while all that comes after waits, sound too. So who is behind for longer than an outage explains gets pictures a little more slowly
//! than his link takes; sound goes at once, and what waits waits where the newest keyframe can still overtake it.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// A socket that takes nothing for so long has all that it can hold.
const BLOCKED: Duration = Duration::from_millis(60);
/// One that takes nothing for this long is out of reach, or has lost something.
const STALLED: Duration = Duration::from_millis(250);
/// What waits after a stall is caught up with in this time, if the link takes the stream.
const CAUGHT_UP: Duration = Duration::from_secs(1);
/// Only one stall in this time explains that he is behind.
const ONE_STALL: Duration = Duration::from_secs(5);
/// What was taken counts for so long.
const COUNTED: Duration = Duration::from_millis(2_500);
/// The least time that a rate is measured over.
const LEAST: Duration = Duration::from_millis(500);
/// A lower pace is this share of what was too much.
const LESS: f64 = 0.85;
/// It takes so long to show.
const DOWN: Duration = Duration::from_secs(2);
/// When it is lowered pictures rest for this long, for the queue that stands on the link to become shorter.
const DRAIN: Duration = Duration::from_millis(300);
/// A higher pace is tried this often.
const UP: Duration = Duration::from_millis(500);
/// It is higher by this share, where the last one was not much less than what was too much.
const NEAR: f64 = 0.02;
/// And by this where it was.
const FAR: f64 = 0.1;
/// Much less is below this share.
const MUCH_LESS: f64 = 0.8;
/// Whose pictures did not have to wait for so long, needs no pace.
const FREE: Duration = Duration::from_secs(3);
/// Sound and a keyframe in a few seconds, in bytes per second.
const FLOOR: f64 = 8_000.0;
/// What is not used is kept for this long.
const SAVED: Duration = Duration::from_millis(50);

/// The pace of one player's pictures.
#[derive(Debug)]
pub(crate) struct Pace {
    /// What was taken of late.
    taken: VecDeque<(Instant, usize)>,
    /// Since when something has been waiting; a stall begins it anew.
    behind: Option<Instant>,
    /// When the last stall ended that explained that.
    stalled: Option<Instant>,
    limit: Option<Limit>,
}

/// As fast as pictures go at present.
#[derive(Debug)]
struct Limit {
    /// Bytes per second, sound among them.
    rate: f64,
    too_much: f64,
    lowered: Instant,
    tried: Instant,
    /// When pictures last had to wait.
    held: Instant,
    /// Bytes that may go; where it is less than nothing, pictures wait.
    credit: f64,
    earned: Instant,
}

impl Pace {
    /// As fast as the socket takes them.
    pub(crate) fn new() -> Self {
        Self {
            taken: VecDeque::new(),
            behind: None,
            stalled: None,
            limit: None,
        }
    }

    /// The socket took bytes, and nothing for so long before although there was something. Whether it stood still
    /// as one does whose link is full: a window that is still small stands still too, but not for long.
    pub(crate) fn take(&mut self, bytes: usize, after: Duration, now: Instant) -> bool {
        self.behind.get_or_insert(now);
        self.taken.push_back((now, bytes));
        let old = |at: Instant| now.saturating_duration_since(at) > COUNTED;
        while self.taken.front().is_some_and(|(at, _)| old(*at)) {
            self.taken.pop_front();
        }
        if let Some(limit) = &mut self.limit {
            limit.earn(now);
            limit.credit -= bytes as f64;
        }
        self.excuse(after, now);
        if after > BLOCKED && self.is_too_much(now) {
            self.lower(now);
        }
        (BLOCKED..STALLED).contains(&after) && self.is_behind(now)
    }

    /// Whether there is one.
    pub(crate) fn is_set(&self) -> bool {
        self.limit.is_some()
    }

    /// Nothing waits.
    pub(crate) fn rest(&mut self) {
        self.behind = None;
    }

    /// When the next part of a picture may go, if not now.
    pub(crate) fn due(&mut self, now: Instant) -> Option<Instant> {
        let limit = self.limit.as_mut()?;
        let held = now.saturating_duration_since(limit.held);
        if held > FREE {
            self.limit = None;
            return None;
        }
        if now.saturating_duration_since(limit.tried) > UP {
            if held < UP {
                limit.raise();
            }
            limit.tried = now;
        }
        limit.earn(now);
        if limit.credit >= 0.0 {
            return None;
        }
        limit.held = now;
        Some(now + Duration::from_secs_f64(-limit.credit / limit.rate))
    }

    /// A stall explains for a while that he is behind.
    fn excuse(&mut self, after: Duration, now: Instant) {
        let lately = |at: Instant| now.saturating_duration_since(at) <= ONE_STALL;
        if after > STALLED && !self.stalled.is_some_and(lately) {
            self.stalled = Some(now);
            self.behind = Some(now);
        }
    }

    /// Whether he is for longer than a stall or a window that grows explains.
    fn is_behind(&self, now: Instant) -> bool {
        let long = |since: Instant| now.saturating_duration_since(since) > CAUGHT_UP;
        self.is_set() || self.behind.is_some_and(long)
    }

    fn is_too_much(&self, now: Instant) -> bool {
        match &self.limit {
            Some(limit) => now.saturating_duration_since(limit.lowered) > DOWN,
            None => self.is_behind(now),
        }
    }

    fn lower(&mut self, now: Instant) {
        let came = self.rate(now);
        let before = self.limit.as_ref().map(|limit| limit.rate);
        let rate = before.map_or(came * LESS, |rate| (rate * LESS).min(came));
        let rate = rate.max(FLOOR);
        self.limit = Some(Limit {
            rate,
            too_much: before.unwrap_or(came),
            lowered: now,
            tried: now,
            held: now,
            credit: -rate * DRAIN.as_secs_f64(),
            earned: now,
        });
    }

    /// Bytes per second that were taken of late.
    fn rate(&self, now: Instant) -> f64 {
        let bytes: usize = self.taken.iter().map(|(_, bytes)| bytes).sum();
        let since = self.taken.front().map_or(now, |(at, _)| *at);
        bytes as f64
            / now
                .saturating_duration_since(since)
                .max(LEAST)
                .as_secs_f64()
    }
}

impl Limit {
    fn raise(&mut self) {
        let far = self.rate < self.too_much * MUCH_LESS;
        self.rate *= 1.0 + if far { FAR } else { NEAR };
    }

    fn earn(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.earned).as_secs_f64();
        let most = self.rate * SAVED.as_secs_f64();
        self.credit = (self.credit + self.rate * passed).min(most);
        self.earned = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What of a picture leaves at once.
    const PART: usize = 2_048;
    /// Bytes that the socket and the link's queue hold.
    const HELD: f64 = 15_000.0;
    /// A socket that was full takes something again when so much has left it.
    const LEFT: f64 = 4_096.0;

    /// A player who is given as much as his socket and his pace allow, over a link that takes so many bytes per second at each time.
    struct Player {
        now: Instant,
        start: Instant,
        pace: Pace,
        held: f64,
        full: bool,
        taken: Instant,
        /// Bytes that were held whenever something was given.
        stood: Vec<f64>,
        given: usize,
        /// Whether there ever was a pace.
        paced: bool,
        /// How often the socket stood still as one does whose link is full.
        full_link: usize,
    }

    impl Player {
        fn new() -> Self {
            let now = Instant::now();
            Self {
                now,
                start: now,
                pace: Pace::new(),
                held: 0.0,
                full: false,
                taken: now,
                stood: Vec::new(),
                given: 0,
                paced: false,
                full_link: 0,
            }
        }

        /// For so long, while so much is there to be given at each time since it began.
        fn run(
            &mut self,
            time: Duration,
            link: impl Fn(Duration) -> f64,
            there: impl Fn(Duration) -> usize,
        ) {
            let tick = Duration::from_millis(5);
            let end = self.now + time;
            while self.now < end {
                self.now += tick;
                let since = self.now - self.start;
                self.held = (self.held - link(since) * tick.as_secs_f64()).max(0.0);
                self.full &= self.held > HELD - LEFT;
                if self.given + PART > there(since) {
                    self.pace.rest();
                    self.taken = self.now;
                }
                while self.given + PART <= there(since)
                    && self.pace.due(self.now).is_none()
                    && !self.full
                {
                    self.stood.push(self.held);
                    self.held += PART as f64;
                    self.given += PART;
                    self.full = self.held + PART as f64 > HELD;
                    let after = self.now - self.taken;
                    self.full_link += usize::from(self.pace.take(PART, after, self.now));
                    self.taken = self.now;
                    self.paced |= self.pace.is_set();
                }
                if self.pace.due(self.now).is_some() {
                    self.taken = self.now;
                }
            }
        }
    }

    const SECOND: Duration = Duration::from_secs(1);

    fn stream(rate: usize) -> impl Fn(Duration) -> usize {
        move |since| (since.as_secs_f64() * rate as f64) as usize
    }

    #[test]
    fn whose_link_takes_the_stream_gets_it_as_it_comes() {
        let mut player = Player::new();
        player.run(20 * SECOND, |_| 100_000.0, stream(90_000));
        assert!(!player.paced);
    }

    #[test]
    fn a_window_that_grows_is_no_full_link() {
        let mut player = Player::new();
        // A round trip of 200 ms: at first ten packets in each, twice as many in the next one.
        let window = |round: u128| 13_500.0 * f64::powi(2.0, round.min(6) as i32);
        let link = |since: Duration| match since.as_millis() {
            ms if ms % 200 < 20 => window(ms / 200) / 0.02,
            _ => 0.0,
        };
        let since_the_keyframe = |since| 150_000 + stream(90_000)(since);
        player.run(SECOND, link, since_the_keyframe);
        assert!(player.given > 100_000 && player.stood.len() > 50);
        assert_eq!((player.full_link, player.paced), (0, false));
        player.run(3 * SECOND, |_| 37_500.0, since_the_keyframe);
        assert!(player.full_link > 3, "{}", player.full_link);
    }

    #[test]
    fn an_outage_sets_no_pace() {
        let mut player = Player::new();
        let out = |since: Duration| (4.0..6.0).contains(&since.as_secs_f64());
        let link = |since| if out(since) { 0.0 } else { 400_000.0 };
        // It begins amid a picture, and something waits from then on.
        let pictures = |since: Duration| since.as_millis() as usize / 45 * PART * 2;
        player.run(20 * SECOND, link, pictures);
        assert!(!player.paced && player.given == pictures(20 * SECOND));
    }

    #[test]
    fn on_a_narrow_link_pictures_wait_here_and_the_link_is_used() {
        let mut player = Player::new();
        player.run(5 * SECOND, |_| 37_500.0, stream(112_500));
        let given = player.given;
        player.stood.clear();
        player.run(40 * SECOND, |_| 37_500.0, stream(112_500));
        let mean = player.stood.iter().sum::<f64>() / player.stood.len() as f64;
        assert!(mean < HELD / 2.0, "{mean} bytes stood on the way");
        let used = (player.given - given) as f64 / (40.0 * 37_500.0);
        assert!(used > 0.8, "{used} of the link was used");
    }

    #[test]
    fn who_has_caught_up_needs_no_pace() {
        let mut player = Player::new();
        player.run(10 * SECOND, |_| 37_500.0, stream(112_500));
        assert!(player.pace.is_set());
        player.run(60 * SECOND, |_| 400_000.0, stream(112_500));
        assert!(!player.pace.is_set());
        assert!(player.given > 70 * 112_500 - 2 * PART);
    }
}
