//! How large pictures are encoded: smaller ones where the bitrate is too low for large ones. The rule stands in `docs/protocol.md`, and pages
//! follow the same one (`clients/web/src/media/publish/size.ts`).

use crate::picture::Size;
use std::time::Duration;

/// Sides of the sizes, in eighths of what is taken.
const EIGHTHS: [usize; 5] = [8, 6, 4, 3, 2];
/// None of them has fewer samples than 320×180, unless what is taken has.
const LEAST_AREA: usize = 320 * 180;
/// What a size needs at least, in bits per second for the root of its samples per second: an encoder that has less leaves out pictures.
const NEEDED: f64 = 28.5;
/// So many times that, and a larger size does, once that has held for so long.
const ROOMY: f64 = 1.5;
const HELD: Duration = Duration::from_secs(4);
/// It has to hold twice as long where the larger size lasted no longer than this, half as long where it did, and no longer than that: each
/// size is a keyframe, and a file of the recording.
const RELAPSE: Duration = Duration::from_secs(20);
const HELD_MOST: Duration = Duration::from_secs(64);
/// From one smaller size to the next.
const PAUSE: Duration = Duration::from_secs(2);
/// A keyframe that takes longer than this at the bitrate is too large.
const KEYFRAME: f64 = 0.3;

/// How pictures are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Their size.
    pub size: Size,
    /// One of so many is encoded.
    pub every: u32,
}

/// Follows the bitrate.
#[derive(Debug)]
pub struct Sizing {
    /// What needs most first.
    steps: Vec<Step>,
    fps: u32,
    current: usize,
    /// Since when a larger one would do.
    roomy: Option<Duration>,
    /// How long that has to hold.
    held: Duration,
    /// When they became larger the last time, unless they have become smaller since.
    larger: Option<Duration>,
    /// When they became smaller the last time.
    smaller: Option<Duration>,
    keyframe: Option<Keyframe>,
}

/// The last keyframe of the present size.
#[derive(Debug, Clone, Copy)]
struct Keyframe {
    bits: f64,
    area: usize,
    /// What was aimed at.
    bitrate: u32,
}

impl Sizing {
    /// Of pictures that are taken at this size, so many a second.
    pub fn new(taken: Size, fps: u32) -> Self {
        let smaller = EIGHTHS[1..]
            .iter()
            .filter_map(|&part| taken.eighths(part).ok());
        let smaller = smaller.filter(|size| size.area() >= LEAST_AREA);
        let sizes = std::iter::once(taken).chain(smaller);
        let mut steps: Vec<Step> = sizes.map(|size| Step { size, every: 1 }).collect();
        steps.extend(steps.last().map(|last| Step { every: 2, ..*last }));
        Self {
            steps,
            fps,
            current: 0,
            roomy: None,
            held: HELD,
            larger: None,
            smaller: None,
            keyframe: None,
        }
    }

    /// What pictures are now.
    pub fn step(&self) -> Step {
        self.steps[self.current]
    }

    /// Pictures aim at this many bits per second at this time of the stream: what the next one is.
    pub fn look(&mut self, bitrate: u32, at: Duration) -> Step {
        let bitrate = f64::from(bitrate);
        let needed = self.enough(bitrate).max(self.quick(bitrate));
        let roomy = self.enough(bitrate / ROOMY);
        if needed > self.current {
            self.shrink(needed, at);
        } else if roomy >= self.current {
            self.roomy = None;
        } else if at.saturating_sub(*self.roomy.get_or_insert(at)) >= self.held {
            self.change_to(roomy);
            self.larger = Some(at);
        }
        self.step()
    }

    /// A keyframe of this many bytes was made of the last one.
    pub fn keyframe(&mut self, bytes: usize, bitrate: u32) {
        self.keyframe = Some(Keyframe {
            bits: bytes as f64 * 8.0,
            area: self.step().size.area(),
            bitrate,
        });
    }

    fn shrink(&mut self, place: usize, at: Duration) {
        self.roomy = None;
        let soon = |smaller| at.saturating_sub(smaller) < PAUSE;
        if self.smaller.is_some_and(soon) {
            return;
        }
        self.change_to(place);
        self.smaller = Some(at);
        if let Some(larger) = self.larger.take() {
            let relapse = at.saturating_sub(larger) < RELAPSE;
            let held = if relapse {
                self.held * 2
            } else {
                self.held / 2
            };
            self.held = held.clamp(HELD, HELD_MOST);
        }
    }

    fn change_to(&mut self, place: usize) {
        self.current = place;
        (self.roomy, self.keyframe) = (None, None);
    }

    /// The largest that this bitrate is enough for, or else the last resort.
    fn enough(&self, bitrate: f64) -> usize {
        let fits = |step: &Step| {
            let samples = step.size.area() as f64 * f64::from(self.fps) / f64::from(step.every);
            bitrate >= NEEDED * samples.sqrt()
        };
        let last = self.steps.len() - 1;
        self.steps.iter().position(fits).unwrap_or(last)
    }

    /// The largest whose keyframe takes no longer than it may, as far as the last one tells, or else the smallest: fewer pictures make no
    /// keyframe smaller. One made for a far higher bitrate says nothing. What this gives makes pictures smaller only: an encoder that has
    /// more bits puts more into a keyframe of any size.
    fn quick(&self, bitrate: f64) -> usize {
        let near = |last: &Keyframe| bitrate * 2.0 >= f64::from(last.bitrate);
        let Some(last) = self.keyframe.filter(near) else {
            return 0;
        };
        let wait = |step: &Step| last.bits * step.size.area() as f64 / last.area as f64 / bitrate;
        let smallest = self.steps.len() - 2;
        let fits = |step: &Step| wait(step) <= KEYFRAME;
        self.steps.iter().position(fits).unwrap_or(smallest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same steps as in `clients/web/tests/media/size.test.ts`.
    fn sizing() -> Sizing {
        Sizing::new(Size::default(), 30)
    }

    /// Looks twice a second, from one second on to another: the height, and one of how many is encoded.
    fn held(sizing: &mut Sizing, bitrate: u32, seconds: std::ops::Range<u64>) -> (usize, u32) {
        let mut step = sizing.step();
        for half in seconds.start * 2..=seconds.end * 2 {
            step = sizing.look(bitrate, Duration::from_millis(half * 500));
        }
        (step.size.height(), step.every)
    }

    #[test]
    fn little_makes_them_smaller_at_once() {
        for (bitrate, expected) in [
            (900_000, (360, 1)),
            (80_000, (360, 1)),
            (60_000, (270, 1)),
            (40_000, (180, 1)),
            (20_000, (180, 2)),
            (0, (180, 2)),
        ] {
            assert_eq!(held(&mut sizing(), bitrate, 0..0), expected, "{bitrate}");
        }
    }

    #[test]
    fn more_makes_them_larger_once_it_has_held() {
        let mut sizing = sizing();
        held(&mut sizing, 50_000, 0..0);
        assert_eq!(held(&mut sizing, 70_000, 1..60), (180, 1), "not roomy");
        assert_eq!(held(&mut sizing, 200_000, 61..64), (180, 1), "too soon");
        assert_eq!(held(&mut sizing, 80_000, 65..65), (180, 1), "not held");
        assert_eq!(held(&mut sizing, 200_000, 66..69), (180, 1), "from there");
        assert_eq!(held(&mut sizing, 200_000, 70..70), (360, 1), "all at once");
        assert_eq!(held(&mut sizing, 110_000, 71..80), (360, 1), "still enough");
    }

    #[test]
    fn who_was_too_bold_waits_longer() {
        let mut sizing = sizing();
        held(&mut sizing, 50_000, 0..0);
        assert_eq!(held(&mut sizing, 200_000, 1..5), (360, 1));
        assert_eq!(held(&mut sizing, 50_000, 10..10), (180, 1), "too bold");
        assert_eq!(held(&mut sizing, 200_000, 11..18), (180, 1), "not in 4 s");
        assert_eq!(held(&mut sizing, 200_000, 19..19), (360, 1), "in 8 s");
        assert_eq!(held(&mut sizing, 50_000, 40..40), (180, 1), "21 s later");
        assert_eq!(held(&mut sizing, 200_000, 41..45), (360, 1), "4 s again");
        let mut at = 45;
        for wait in [8, 16, 32, 64, 64] {
            held(&mut sizing, 50_000, at..at);
            at += wait;
            assert_eq!(held(&mut sizing, 200_000, at - wait..at - 1), (180, 1));
            assert_eq!(held(&mut sizing, 200_000, at..at), (360, 1), "{wait} s");
        }
        at += 20;
        held(&mut sizing, 50_000, at..at);
        let shown = held(&mut sizing, 200_000, at + 1..at + 32);
        assert_eq!(shown, (180, 1), "half of it, for it lasted 20 s");
        assert_eq!(held(&mut sizing, 200_000, at + 33..at + 33), (360, 1));
    }

    #[test]
    fn a_keyframe_that_takes_long_makes_them_smaller() {
        let mut sizing = sizing();
        held(&mut sizing, 110_000, 0..0);
        sizing.keyframe(4_000, 110_000);
        assert_eq!(held(&mut sizing, 110_000, 1..1), (360, 1), "291 ms");
        sizing.keyframe(6_000, 110_000);
        assert_eq!(held(&mut sizing, 110_000, 2..2), (270, 1), "436 and 245 ms");
        assert_eq!(held(&mut sizing, 200_000, 3..6), (270, 1), "too soon");
        assert_eq!(held(&mut sizing, 200_000, 7..7), (360, 1), "tried");
        sizing.keyframe(8_000, 200_000);
        assert_eq!(held(&mut sizing, 200_000, 8..15), (270, 1), "320 ms");
        assert_eq!(held(&mut sizing, 200_000, 16..16), (270, 1), "not in 8 s");
        assert_eq!(held(&mut sizing, 200_000, 17..17), (360, 1), "tried again");
    }

    #[test]
    fn a_keyframe_makes_them_no_fewer() {
        let mut sizing = sizing();
        sizing.keyframe(60_000, 80_000);
        assert_eq!(held(&mut sizing, 80_000, 0..0), (180, 1), "6 and 1.5 s");
        sizing.keyframe(15_000, 80_000);
        assert_eq!(held(&mut sizing, 80_000, 1..9), (180, 1), "1.5 s");
        assert_eq!(held(&mut sizing, 30_000, 10..10), (180, 2), "too little");
    }

    /// As OpenH264 makes them: of four pictures' bits, whatever their size.
    #[test]
    fn keyframes_that_grow_with_the_bitrate_keep_no_size() {
        let mut sizing = sizing();
        let mut heights = Vec::new();
        for half in 0..80 {
            let bitrate = if half < 20 { 60_000 } else { 900_000 };
            let step = sizing.look(bitrate, Duration::from_millis(half * 500));
            sizing.keyframe(bitrate as usize * 4 / 30 / 8, bitrate);
            heights.push(step.size.height());
        }
        assert_eq!(heights[19], 270);
        assert_eq!(heights[28..], [360; 52]);
    }

    #[test]
    fn one_smaller_size_does_not_follow_another_at_once() {
        let mut sizing = sizing();
        assert_eq!(held(&mut sizing, 60_000, 0..0), (270, 1));
        assert_eq!(held(&mut sizing, 40_000, 1..1), (270, 1), "too soon");
        assert_eq!(held(&mut sizing, 40_000, 2..2), (180, 1));
    }

    #[test]
    fn a_keyframe_of_better_times_says_nothing() {
        let mut sizing = sizing();
        sizing.keyframe(20_000, 900_000);
        assert_eq!(held(&mut sizing, 250_000, 0..10), (360, 1));
    }

    #[test]
    fn every_size_has_its_own_steps() {
        let sizes = |width, height| {
            let sizing = Sizing::new(Size::new(width, height).unwrap(), 30);
            let heights = sizing.steps.iter().map(|step| step.size.height());
            heights.collect::<Vec<_>>()
        };
        assert_eq!(sizes(1280, 720), [720, 540, 360, 270, 180, 180]);
        assert_eq!(sizes(640, 360), [360, 270, 180, 180]);
        assert_eq!(sizes(360, 640), [640, 480, 320, 320]);
        assert_eq!(sizes(160, 192), [192, 192], "there is nothing smaller");
    }
}
