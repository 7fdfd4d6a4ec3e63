//! Where a track has nothing.

use serde::{Deserialize, Serialize};

/// Nothing for longer than this is a gap; jitter and a lost packet are not.
const LEAST_MS: i64 = 1_000;

/// One of the two tracks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Track {
    /// Pictures.
    Picture,
    /// Sound.
    Sound,
}

/// A time for which nothing of a track came: he was mute, his camera was off, the network was away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// What is missing.
    pub track: Track,
    /// From when on, in UNIX milliseconds.
    pub from: u64,
    /// Until when.
    pub to: u64,
}

/// Watches one track of a file for gaps. Its times are milliseconds behind the file's beginning.
#[derive(Debug)]
pub(super) struct Watch {
    track: Track,
    end: i64,
    found: Vec<(i64, i64)>,
}

impl Watch {
    pub(super) fn new(track: Track) -> Self {
        Self {
            track,
            end: 0,
            found: Vec::new(),
        }
    }

    /// Something lies between these two times.
    pub(super) fn note(&mut self, from: i64, to: i64) {
        if from.saturating_sub(self.end) > LEAST_MS {
            self.found.push((self.end, from));
        }
        self.end = self.end.max(to);
    }

    /// The gaps of a file that begins at `started_at` and lasts this long.
    pub(super) fn gaps(&self, started_at: u64, duration_ms: u64) -> Vec<Gap> {
        let end = i64::try_from(duration_ms).unwrap_or(i64::MAX);
        let tail = (end.saturating_sub(self.end) > LEAST_MS).then_some((self.end, end));
        let at = |place: i64| started_at.saturating_add_signed(place);
        let gap = |&(from, to): &(i64, i64)| Gap {
            track: self.track,
            from: at(from),
            to: at(to),
        };
        self.found.iter().chain(&tail).map(gap).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_for_more_than_a_second_is_a_gap() {
        let mut watch = Watch::new(Track::Sound);
        watch.note(1_500, 1_520);
        watch.note(2_500, 2_520);
        watch.note(4_000, 4_020);
        let gap = |from, to| Gap {
            track: Track::Sound,
            from: 10_000_u64 + from,
            to: 10_000_u64 + to,
        };
        let inner = [gap(0, 1_500), gap(2_520, 4_000)];
        assert_eq!(watch.gaps(10_000, 5_000), inner);
        assert_eq!(watch.gaps(10_000, 6_000)[2], gap(4_020, 6_000));
    }

    #[test]
    fn the_stored_form_is_pinned() {
        let gap = Gap {
            track: Track::Picture,
            from: 1,
            to: 2,
        };
        let pinned = r#"{"track":"picture","from":1,"to":2}"#;
        assert_eq!(serde_json::to_string(&gap).unwrap(), pinned);
    }
}
