//! By how much the way to a player has grown.

use counterpart_shared::quic::Track;
use counterpart_shared::rtmp::Heard;
use counterpart_transport::{Growth, clock};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Sound that was sent is remembered, so many packets of it: four seconds and more.
const REMEMBERED: usize = 256;

/// No clock shows so many milliseconds.
const ALL_TIME: u64 = 1 << 48;

/// Compares when sound was sent with when the player says it came, by his own clock.
#[derive(Debug)]
pub(super) struct Way {
    start: Instant,
    /// Timestamps of sound, and when it was sent.
    sent: VecDeque<(u32, Instant)>,
    growth: Growth,
}

impl Way {
    pub(super) fn new() -> Self {
        let start = clock::now();
        Self {
            start,
            sent: VecDeque::new(),
            growth: Growth::new(start),
        }
    }

    /// Sound of this time is sent.
    pub(super) fn send(&mut self, timestamp: u32, now: Instant) {
        if self.sent.len() == REMEMBERED {
            self.sent.pop_front();
        }
        self.sent.push_back((timestamp, now));
    }

    /// The player says when sound came: by how much the way has grown since the quickest. Nothing, if no such sound was sent of late, or his clock
    /// is beyond all time.
    pub(super) fn heard(&mut self, heard: Heard) -> Option<Duration> {
        let mut sent = self.sent.iter().rev();
        let (_, sent) = sent.find(|(timestamp, _)| *timestamp == heard.timestamp)?;
        let sent = sent.saturating_duration_since(self.start).as_millis();
        let came = Some(heard.clock).filter(|clock| *clock < ALL_TIME)?;
        let came = self.start + Duration::from_millis(came);
        let sent = u32::try_from(sent).ok()?;
        self.growth.take(Track::Audio, sent, came);
        self.growth.get(came)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_by_what_sound_takes_longer_than_the_quickest() {
        let mut way = Way::new();
        let mut heard = |packet: u32, clock: u64| {
            let timestamp = 90_000 + packet * 20;
            let at = way.start + Duration::from_millis(u64::from(packet) * 20);
            way.send(timestamp, at);
            way.heard(Heard { timestamp, clock })
        };
        let grown = |ms| Some(Duration::from_millis(ms));
        assert_eq!(heard(0, 7_000_000), grown(0));
        assert_eq!(heard(20, 7_000_400 + 35), grown(35));
        assert_eq!(
            heard(40, 7_000_800 - 15),
            grown(0),
            "and this is the quickest"
        );
        assert_eq!(heard(60, 7_001_200 + 35), grown(50));
    }

    #[test]
    fn of_sound_that_nobody_sent_or_beyond_all_time_it_says_nothing() {
        let mut way = Way::new();
        let heard = |timestamp, clock| Heard { timestamp, clock };
        assert_eq!(way.heard(heard(1, 0)), None);
        for packet in 0..=REMEMBERED as u32 {
            way.send(packet, way.start);
        }
        assert_eq!(way.heard(heard(0, 0)), None, "that was long ago");
        assert_eq!(way.heard(heard(1, u64::MAX)), None);
        assert_eq!(way.heard(heard(1, 0)), Some(Duration::ZERO));
    }
}
