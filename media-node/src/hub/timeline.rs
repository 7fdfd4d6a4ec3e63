//! The time of a stream, which runs on when another connection takes the publisher's place.

use std::time::Instant;

/// Places each publisher's timestamps on one line that never jumps back at a takeover.
///
/// Call [`restart`](Self::restart) when a publisher comes, then [`place`](Self::place) for each frame.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    offset: u32,
    newest: Option<(u32, Instant)>,
    restarting: bool,
}

impl Timeline {
    /// The next frame is the first of another publisher.
    pub(super) fn restart(&mut self) {
        self.restarting = self.newest.is_some();
    }

    /// Where a frame stands. Configurations often carry time 0 whatever the clock says, so the line is
    /// found by the first frame that is to be seen or heard.
    pub(super) fn place(&mut self, timestamp: u32, is_config: bool, now: Instant) -> u32 {
        let next = self.next(now);
        if is_config && (self.restarting || self.newest.is_none()) {
            return next.unwrap_or(timestamp);
        }
        if self.restarting {
            self.restarting = false;
            self.offset = next.map_or(0, |next| next.wrapping_sub(timestamp));
        }
        let placed = timestamp.wrapping_add(self.offset);
        match self.newest {
            // It counts from here on.
            Some((newest, _)) if is_config && !is_after(placed, newest) => return newest,
            Some((newest, _)) if !is_after(placed, newest) => {}
            _ => self.newest = Some((placed, now)),
        }
        placed
    }

    /// What time it is on the line: that of the newest frame, and the time since.
    fn next(&self, now: Instant) -> Option<u32> {
        let (newest, at) = self.newest?;
        let since = now.saturating_duration_since(at).as_millis().max(1);
        Some(newest.wrapping_add(since as u32))
    }
}

/// RTMP's times wrap (§5.3.1.2.1): what is less than half the circle ahead is later.
fn is_after(a: u32, b: u32) -> bool {
    a != b && a.wrapping_sub(b) < u32::MAX / 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_first_publisher_keeps_his_times() {
        let now = Instant::now();
        let mut line = Timeline::default();
        line.restart();
        assert_eq!(line.place(0, true, now), 0);
        assert_eq!(line.place(5_000, false, now), 5_000);
        assert_eq!(line.place(4_990, false, now), 4_990);
    }

    #[test]
    fn a_configuration_that_comes_late_is_of_now() {
        let now = Instant::now();
        let mut line = Timeline::default();
        line.place(5_000, false, now);
        assert_eq!(line.place(0, true, now), 5_000);
        assert_eq!(line.place(5_020, true, now), 5_020);
    }

    #[test]
    fn a_takeover_goes_on_by_the_clock() {
        let now = Instant::now();
        let mut line = Timeline::default();
        line.place(90_000, false, now);
        line.restart();
        let later = now + Duration::from_millis(1_500);
        assert_eq!(line.place(0, true, later), 91_500);
        assert_eq!(line.place(40, false, later), 91_500);
        assert_eq!(line.place(73, false, later), 91_533);
        line.restart();
        assert_eq!(line.place(7, false, later), 91_534);
    }

    #[test]
    fn the_line_wraps() {
        let now = Instant::now();
        let mut line = Timeline::default();
        line.place(u32::MAX - 1, false, now);
        assert_eq!(line.place(3, false, now), 3);
        line.restart();
        assert_eq!(line.place(100, false, now), 4);
    }
}
