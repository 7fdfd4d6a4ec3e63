//! Which of the bitrates that the node names the encoder follows.

use std::time::{Duration, Instant};

/// The least that pictures are given.
const FLOOR: u32 = 40_000;

/// How long after a change upwards may follow: each costs a keyframe, and a link just found wide enough may not stay so.
const UP: Duration = Duration::from_secs(4);

/// How long after a change downwards may follow: the last one needs time to show.
const DOWN: Duration = Duration::from_secs(1);

/// Follows the node, not each of its words.
#[derive(Debug)]
pub struct Rate {
    ceiling: u32,
    sound: u32,
    current: u32,
    changed: Option<Instant>,
}

impl Rate {
    /// Pictures begin at `ceiling` bits per second; sound takes `sound`.
    pub fn new(ceiling: u32, sound: u32) -> Self {
        Self {
            ceiling,
            sound,
            current: ceiling,
            changed: None,
        }
    }

    /// So much gets through, pictures and sound together: the pictures' new bitrate, if it is to change.
    pub fn limit(&mut self, total: u32, now: Instant) -> Option<u32> {
        let wanted = total.saturating_sub(self.sound);
        let wanted = wanted.min(self.ceiling).max(FLOOR.min(self.ceiling));
        let pause = if wanted < self.current { DOWN } else { UP };
        let soon = self
            .changed
            .is_some_and(|changed| now.duration_since(changed) < pause);
        let near = wanted.abs_diff(self.current) <= self.current / 10;
        if near || soon {
            return None;
        }
        self.current = wanted;
        self.changed = Some(now);
        Some(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_follows_down_at_once_and_up_slowly() {
        let (mut rate, start) = (Rate::new(600_000, 32_000), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(rate.limit(2_000_000, at(0)), None);
        assert_eq!(rate.limit(600_000, at(0)), None, "within a tenth");
        assert_eq!(rate.limit(332_000, at(0)), Some(300_000));
        assert_eq!(rate.limit(232_000, at(0)), None, "too soon");
        assert_eq!(rate.limit(232_000, at(1)), Some(200_000));
        assert_eq!(rate.limit(632_000, at(4)), None, "too soon");
        assert_eq!(rate.limit(5_000_000, at(5)), Some(600_000));
        assert_eq!(rate.limit(0, at(9)), Some(FLOOR));
    }

    #[test]
    fn a_ceiling_below_the_floor_holds() {
        let mut rate = Rate::new(30_000, 0);
        assert_eq!(rate.limit(1, Instant::now()), None);
    }
}
