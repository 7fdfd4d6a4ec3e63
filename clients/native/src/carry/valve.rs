//! What a publisher's own link takes.

use std::time::{Duration, Instant};

/// A picture that is under way for so much longer than a round trip shows that more was sent than gets through.
const LATE: Duration = Duration::from_millis(400);
/// A lower limit needs this long to show.
const DOWN: Duration = Duration::from_millis(800);
/// A higher one is tried this often.
const UP: Duration = Duration::from_secs(1);
/// The least time between two requests for a keyframe.
const REQUEST: Duration = Duration::from_millis(500);
/// Sound and a picture now and then.
const FLOOR: u32 = 100_000;
/// From here on there is no limit any more.
const NO_LIMIT: u32 = 10_000_000;

/// Leaves pictures out when they would only wait, and says what the encoder should do.
#[derive(Debug, Default)]
pub(super) struct Valve {
    full: bool,
    /// A picture was left out, so nothing decodes before the next keyframe.
    broken: bool,
    limit: Option<u32>,
    changed: Option<Instant>,
    requested: Option<Instant>,
}

impl Valve {
    /// The oldest picture under way was sent so long ago; the window gives so many bits per second. What the encoder may
    /// give from now on, if that has changed.
    pub(super) fn look(
        &mut self,
        oldest: Duration,
        round_trip: Duration,
        rate: u32,
        now: Instant,
    ) -> Option<u32> {
        self.full = oldest > round_trip + LATE;
        let pause = if self.full { DOWN } else { UP };
        if soon(self.changed, pause, now) {
            return None;
        }
        let next = match (self.full, self.limit) {
            (true, limit) => (rate.min(limit.unwrap_or(u32::MAX)) / 100 * 85).max(FLOOR),
            (false, Some(limit)) => limit + limit / 10,
            (false, None) => return None,
        };
        self.changed = Some(now);
        self.limit = (next < NO_LIMIT).then_some(next);
        Some(next)
    }

    /// Whether a picture may go.
    pub(super) fn admits(&mut self, is_key: bool) -> bool {
        self.broken = self.full || (self.broken && !is_key);
        !self.broken
    }

    /// Whether to ask the encoder for a keyframe: there is room again, and nothing that decodes.
    pub(super) fn needs_keyframe(&mut self, now: Instant) -> bool {
        let needs = self.broken && !self.full && !soon(self.requested, REQUEST, now);
        if needs {
            self.requested = Some(now);
        }
        needs
    }
}

fn soon(last: Option<Instant>, pause: Duration, now: Instant) -> bool {
    last.is_some_and(|at| now.saturating_duration_since(at) < pause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_link_leaves_out_lowers_and_begins_again_with_a_keyframe() {
        let (mut valve, start) = (Valve::default(), Instant::now());
        let ms = Duration::from_millis;
        let mut look = |valve: &mut Valve, oldest, at| {
            valve.look(ms(oldest), ms(100), 400_000, start + ms(at))
        };
        assert_eq!(look(&mut valve, 300, 0), None);
        assert!(valve.admits(false));
        assert_eq!(look(&mut valve, 600, 100), Some(340_000));
        assert!(!valve.admits(true) && !valve.needs_keyframe(start));
        assert_eq!(look(&mut valve, 600, 800), None, "it needs time to show");
        assert_eq!(look(&mut valve, 0, 850), None);
        assert!(!valve.admits(false));
        assert!(valve.needs_keyframe(start) && !valve.needs_keyframe(start));
        assert!(valve.admits(true) && valve.admits(false));
        assert_eq!(look(&mut valve, 0, 1_100), Some(374_000));
    }
}
