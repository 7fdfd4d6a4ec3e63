//! The legs of a stream's way through the hub: from its publisher, and to each reader.

use super::flow::{Flow, Flowed};
use super::holder::Holder;
use super::meter::Meter;
use super::rate::{LATE, Lateness, Leg, Sustained};
use super::reader::Inbox;
use crate::frames::Frame;
use counterpart_shared::flv::FrameKind;
use counterpart_shared::quic::Track;
use counterpart_transport::{BELIEVED, Growth};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a reader takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taste {
    /// Everything as it is: a person whose player can do Opus.
    AsIs,
    /// Everything, but AAC for Opus: a person on RTMP or HTTP-FLV.
    Aac,
    /// Everything as it is: a part of the node that keeps it, such as a recorder.
    Recorder,
    /// Opus only: what makes AAC of it.
    Opus,
}

impl Taste {
    /// Whether he is a person.
    pub(super) fn is_person(self) -> bool {
        matches!(self, Taste::AsIs | Taste::Aac)
    }

    /// Whether he takes this frame of the publisher's.
    pub(super) fn takes(self, is_opus: bool) -> bool {
        match self {
            Taste::AsIs | Taste::Recorder => true,
            Taste::Aac => !is_opus,
            Taste::Opus => is_opus,
        }
    }
}

/// A reader, as the stream knows him.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) id: u64,
    pub(super) inbox: Arc<Inbox>,
    pub(super) taste: Taste,
    pub(super) holder: Option<Holder>,
    late: Sustained,
    meter: Meter,
}

impl Seat {
    pub(super) fn new(
        id: u64,
        inbox: Arc<Inbox>,
        taste: Taste,
        holder: Option<Holder>,
        now: Instant,
    ) -> Self {
        Self {
            id,
            inbox,
            taste,
            holder,
            late: Sustained::default(),
            meter: Meter::new(now),
        }
    }

    /// Whether the publisher adapts to him.
    pub(super) fn governs(&self) -> bool {
        let watches = self.holder.as_ref().is_some_and(|one| one.watches);
        self.taste.is_person() && !watches
    }

    /// How the way to him is. To be called a few times a second.
    pub(super) fn look(&mut self, now: Instant) -> Leg {
        let (lag, taken) = self.inbox.progress(now);
        self.late.look(lag, now);
        let late = self.late.least(now);
        Leg {
            late,
            rate: self.meter.look(taken, late > LATE, now),
            stands: self.meter.stands(now),
            contends: self.inbox.contends(),
        }
    }
}

/// What stands in front of a browser counts so many times: it fills a queue up to what is tolerated, and its sound waits there too.
const BROWSER: u32 = 2;

/// Who joins a call begins to publish and to play within this.
const TOGETHER: Duration = Duration::from_secs(3);

/// The way from the publisher.
#[derive(Debug)]
pub(super) struct Uplink {
    start: Instant,
    /// A browser's transport sends.
    browser: bool,
    bytes: u64,
    lateness: Lateness,
    late: Sustained,
    meter: Meter,
    flow: Flow,
    growth: Growth,
    /// Since when this publisher's way is known.
    known: Instant,
}

impl Uplink {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            start: now,
            browser: false,
            bytes: 0,
            lateness: Lateness::default(),
            late: Sustained::default(),
            meter: Meter::new(now),
            flow: Flow::new(now),
            growth: Growth::new(now),
            known: now,
        }
    }

    /// Another publisher, another clock.
    pub(super) fn restart(&mut self, now: Instant) {
        self.lateness.restart();
        self.growth = Growth::new(now);
        self.known = now;
        self.flow.restart(now);
        self.browser = false;
    }

    /// A browser's transport sends.
    pub(super) fn set_browser(&mut self) {
        self.browser = true;
    }

    /// Takes note of a frame as it comes.
    pub(super) fn take(&mut self, frame: &Frame, now: Instant) {
        self.bytes += frame.len() as u64;
        let time = frame.message.timestamp;
        if frame.kind == FrameKind::Audio {
            self.growth.take(Track::Audio, time, now);
        }
        let late = frame.kind.is_picture().then(|| self.late(time, now));
        self.flow.take(frame, late);
    }

    /// A picture of this time has come; it may have to wait for others still.
    pub(super) fn arrived(&mut self, time: u32, now: Instant) {
        self.growth.take(Track::Video, time, now);
        let late = self.late(time, now);
        self.late.look(late, now);
    }

    /// By how much longer his way has become, if that is known to a connection of this age: the round trips of an older one may be from before his
    /// way became long, as long as a congestion control believes in them.
    pub(super) fn growth(&self, began: Instant, now: Instant) -> Option<Duration> {
        let is_known = self.known <= began + TOGETHER || now >= self.known + BELIEVED;
        self.growth.get(now).filter(|_| is_known)
    }

    fn late(&mut self, time: u32, now: Instant) -> Duration {
        let clock = now.saturating_duration_since(self.start).as_millis() as u64;
        self.lateness.look(time, clock, now)
    }

    /// So many messages never came.
    pub(super) fn lost(&mut self, count: u64) {
        self.flow.lost(count);
    }

    /// What came since the last report.
    pub(super) fn report(&mut self, now: Instant) -> Flowed {
        self.flow.report(now)
    }

    /// How it is. To be called a few times a second.
    pub(super) fn look(&mut self, now: Instant) -> Leg {
        let least = self.late.least(now);
        // A client of its own congestion control does not fill a queue, so what differs from picture to picture is jitter.
        let late = match self.browser {
            true => least * BROWSER,
            false => least.saturating_sub(self.late.spread() / 2),
        };
        Leg {
            late,
            rate: self
                .meter
                .look(self.bytes, self.browser && late > LATE, now),
            stands: self.meter.stands(now),
            contends: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_frames::inter;
    use super::*;

    /// How late the way is on which each picture of half a second comes 100 ms late, and the first does not.
    fn late(browser: bool) -> Duration {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut uplink = Uplink::new(start);
        if browser {
            uplink.set_browser();
        }
        uplink.arrived(0, at(0));
        for picture in 1..15 {
            uplink.arrived(picture * 33, at(u64::from(picture) * 33 + 100));
        }
        uplink.look(at(562)).late
    }

    #[test]
    fn what_stands_in_front_of_a_browser_counts_double() {
        assert_eq!(late(false), Duration::from_millis(100));
        assert_eq!(late(true), Duration::from_millis(200));
    }

    #[test]
    fn a_picture_that_waits_for_its_turn_tells_of_no_queue() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut uplink = Uplink::new(start);
        for picture in 0..15 {
            uplink.arrived(picture * 33, at(u64::from(picture) * 33));
        }
        for picture in 0..15 {
            uplink.take(&inter(picture * 33), at(562));
        }
        assert_eq!(uplink.look(at(562)).late, Duration::ZERO);
    }

    #[test]
    fn another_publisher_is_no_browser_unless_he_says_so() {
        let now = Instant::now();
        let mut uplink = Uplink::new(now);
        uplink.set_browser();
        uplink.restart(now);
        assert!(!uplink.browser);
    }

    #[test]
    fn a_way_is_not_known_to_a_connection_from_before_its_publisher() {
        let start = Instant::now();
        let mut uplink = Uplink::new(start);
        let came = start + TOGETHER + Duration::from_millis(1);
        uplink.restart(came);
        assert_eq!(uplink.growth(came, came), None, "nothing has come");
        let mut growth = |began: Instant, after: Duration| {
            let now = came + after;
            uplink.arrived(0, now);
            uplink.growth(began, now)
        };
        let soon = Duration::from_secs(1);
        assert_eq!(growth(came, Duration::ZERO), Some(Duration::ZERO));
        assert_eq!(growth(start, soon), None);
        assert_eq!(growth(came - TOGETHER, soon), Some(soon));
        let just_before = BELIEVED - Duration::from_millis(1);
        assert_eq!(growth(start, just_before), None);
        assert!(growth(start, BELIEVED).is_some());
    }
}
