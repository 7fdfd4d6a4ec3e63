//! What comes in from a publisher, counted for those who look at the board.

use crate::frames::Frame;
use std::time::{Duration, Instant};

/// What came since the last report.
#[derive(Debug)]
pub(super) struct Flow {
    since: Instant,
    bytes: u64,
    messages: u64,
    pictures: u32,
    /// The lateness of all pictures together.
    late: Duration,
    /// Messages that never came; nothing where the carrier loses none.
    lost: Option<u64>,
}

/// A report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Flowed {
    /// Pictures and sound, in kbit/s.
    pub(super) kbps: u32,
    /// Pictures a second.
    pub(super) fps: f32,
    /// How late pictures were on average.
    pub(super) delay_ms: Option<u32>,
    /// The share that was lost, in per cent.
    pub(super) loss_percent: Option<f32>,
}

impl Flow {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            since: now,
            bytes: 0,
            messages: 0,
            pictures: 0,
            late: Duration::ZERO,
            lost: None,
        }
    }

    /// A message came; a picture was this late.
    pub(super) fn take(&mut self, frame: &Frame, late: Option<Duration>) {
        self.bytes += frame.len() as u64;
        self.messages += 1;
        if let Some(late) = late {
            self.pictures += 1;
            self.late += late;
        }
    }

    /// So many messages were lost. Who loses none so far says 0, and shows that he can.
    pub(super) fn lost(&mut self, count: u64) {
        *self.lost.get_or_insert(0) += count;
    }

    /// Another publisher, another carrier.
    pub(super) fn restart(&mut self, now: Instant) {
        *self = Self::new(now);
    }

    /// What came since the last report.
    pub(super) fn report(&mut self, now: Instant) -> Flowed {
        let seconds = now.saturating_duration_since(self.since).as_secs_f64();
        let a_second = |count: f64| if seconds > 0.0 { count / seconds } else { 0.0 };
        let mean = self.late.checked_div(self.pictures);
        let share = |lost: u64| match lost + self.messages {
            0 => 0.0,
            all => lost as f64 * 100.0 / all as f64,
        };
        let flowed = Flowed {
            kbps: a_second(self.bytes as f64 * 8.0 / 1000.0).round() as u32,
            fps: tenths(a_second(self.pictures.into())),
            delay_ms: mean.map(|mean| mean.as_millis() as u32),
            loss_percent: self.lost.map(share).map(tenths),
        };
        *self = Self {
            lost: self.lost.map(|_| 0),
            ..Self::new(now)
        };
        flowed
    }
}

fn tenths(number: f64) -> f32 {
    ((number * 10.0).round() / 10.0) as f32
}

#[cfg(test)]
mod tests {
    use super::super::test_frames::*;
    use super::*;

    #[test]
    fn a_report_is_of_the_time_since_the_last_one() {
        let start = Instant::now();
        let mut flow = Flow::new(start);
        for time in 0..30 {
            let late = Duration::from_millis(if time < 15 { 10 } else { 20 });
            flow.take(&inter(time), Some(late));
            flow.take(&audio(time), None);
        }
        let bytes = 30 * (inter(0).len() + audio(0).len());
        let second = start + Duration::from_secs(1);
        let report = flow.report(second);
        assert_eq!(report.kbps, (bytes as f64 * 8.0 / 1000.0).round() as u32);
        assert_eq!((report.fps, report.delay_ms), (30.0, Some(15)));
        assert_eq!(report.loss_percent, None);
        let nothing = Flowed {
            kbps: 0,
            fps: 0.0,
            delay_ms: None,
            loss_percent: None,
        };
        assert_eq!(flow.report(second), nothing);
        assert_eq!(flow.report(second + Duration::from_secs(1)), nothing);
    }

    #[test]
    fn loss_is_a_share_of_what_was_sent() {
        let start = Instant::now();
        let mut flow = Flow::new(start);
        flow.lost(0);
        assert_eq!(flow.report(start).loss_percent, Some(0.0));
        for time in 0..197 {
            flow.take(&audio(time), None);
        }
        flow.lost(3);
        assert_eq!(flow.report(start).loss_percent, Some(1.5));
        assert_eq!(flow.report(start).loss_percent, Some(0.0));
        flow.restart(start);
        assert_eq!(flow.report(start).loss_percent, None);
    }
}
