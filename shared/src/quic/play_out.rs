//! When pictures are shown.

use super::lateness::Lateness;

/// A picture may be so much later than the one before was, in milliseconds, and nobody sees it: a freeze is an interval of
/// 183 ms at 30 pictures a second, of which the interval itself is 33.
const UNSEEN: u64 = 110;
/// The longest that a picture is held, in milliseconds: a conversation bears no more.
const MOST: u64 = 150;
/// What is later than this freezes however long others are held.
const BEYOND: u64 = UNSEEN + MOST + 40;

/// Shows pictures a little later than they could be, where some come so late that the picture would freeze.
///
/// On a path on which nothing is later than 110 ms, nothing is held. Where the latest of the last seconds was later, all are held for
/// the difference, at most 150 ms. A picture that comes later still is shown when it comes, and the next ones at their own times, so
/// there is no delay that stays. One that no holding helps, and what came with it, as behind an outage, is not held for.
#[derive(Debug, Clone)]
pub struct PlayOut {
    lateness: Lateness,
}

impl Default for PlayOut {
    fn default() -> Self {
        Self::new()
    }
}

impl PlayOut {
    /// Before the first picture.
    pub fn new() -> Self {
        Self {
            lateness: Lateness::new(),
        }
    }

    /// When to show a picture of this time that is there now. Times are milliseconds; the clock may be any that does not go
    /// back.
    pub fn take(&mut self, timestamp: u32, now: u64) -> u64 {
        self.lateness.take(timestamp, now, BEYOND);
        let due = self.lateness.due(timestamp);
        let shown = due.map(|(due, latest)| due + latest.saturating_sub(UNSEEN).min(MOST));
        shown.unwrap_or(now).max(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_only_what_would_freeze() {
        let mut play_out = PlayOut::new();
        for picture in 0..300_u64 {
            let time = picture as u32 * 33;
            let late = if picture % 30 == 0 { 100 } else { 0 };
            let now = u64::from(time) + 1_000 + late;
            assert_eq!(play_out.take(time, now), now, "{picture}");
        }
        assert_eq!(play_out.take(10_000, 11_200), 11_200, "late is late");
        assert_eq!(play_out.take(10_033, 11_033), 11_033 + 90);
        assert_eq!(play_out.take(10_066, 11_366), 11_366);
        assert_eq!(play_out.take(10_100, 11_100), 11_100 + MOST, "not longer");
    }

    #[test]
    fn nothing_is_held_for_an_outage() {
        let mut play_out = PlayOut::new();
        for picture in 0..300_u32 {
            let due = u64::from(picture * 33);
            // Those of the third second come together, at its end.
            let now = if (60..90).contains(&picture) {
                3_000
            } else {
                due
            };
            assert_eq!(play_out.take(picture * 33, now), now, "{picture}");
        }
    }

    #[test]
    fn a_longer_way_is_known_after_a_while() {
        let mut play_out = PlayOut::new();
        let way = |picture: u32| if picture < 100 { 50 } else { 500 };
        for picture in 0..1_000_u32 {
            play_out.take(picture * 33, u64::from(picture * 33) + way(picture));
        }
        let late = 33_000 + 500 + 200;
        assert_eq!(play_out.take(33_000, late), late);
        assert_eq!(play_out.take(33_033, 33_533), 33_533 + 90);
    }
}
