//! The legs of a stream's way through the hub: from its publisher, and to each reader.

use super::flow::{Flow, Flowed};
use super::holder::Holder;
use super::meter::Meter;
use super::rate::{LATE, Lateness, Leg, Sustained};
use super::reader::Inbox;
use crate::frames::Frame;
use counterpart_shared::flv::FrameKind;
use counterpart_shared::quic::Track;
use counterpart_transport::Growth;
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

/// Who has just come is given everything since the last keyframe at once, on a connection whose window has yet to grow: for so long what is late tells
/// nothing of how wide his link is.
const BEGINNING: Duration = Duration::from_millis(1_500);

/// A reader, as the stream knows him.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) id: u64,
    since: Instant,
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
            since: now,
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
        let late = match now.saturating_duration_since(self.since) < BEGINNING {
            true => Duration::ZERO,
            false => self.late.least(now),
        };
        Leg {
            late,
            rate: self.meter.look(taken, late > LATE, now),
            stands: self.meter.stands(now),
            contends: self.inbox.contends(),
        }
    }
}

/// What a publisher sent over one connection comes late for so long after he has begun to spread it over several.
const SPREADS: Duration = Duration::from_secs(1);

/// What stands in front of a browser counts so many times: it fills a queue up to what is tolerated, and its sound waits there too.
const BROWSER: u32 = 2;

/// The way from the publisher.
#[derive(Debug)]
pub(super) struct Uplink {
    start: Instant,
    /// A browser's transport sends.
    browser: bool,
    /// The publisher holds his own on a link that others fill too.
    contends: bool,
    /// Since when he has sent over several connections.
    spread: Option<Instant>,
    bytes: u64,
    lateness: Lateness,
    late: Sustained,
    meter: Meter,
    flow: Flow,
    growth: Growth,
}

impl Uplink {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            start: now,
            browser: false,
            contends: false,
            spread: None,
            bytes: 0,
            lateness: Lateness::default(),
            late: Sustained::default(),
            meter: Meter::new(now),
            flow: Flow::new(now),
            growth: Growth::new(now),
        }
    }

    /// Another publisher, another clock.
    pub(super) fn restart(&mut self, now: Instant) {
        self.lateness.restart();
        self.growth = Growth::new(now);
        self.flow.restart(now);
        (self.browser, self.contends, self.spread) = (false, false, None);
    }

    /// A browser's transport sends.
    pub(super) fn set_browser(&mut self) {
        self.browser = true;
    }

    /// He holds his own on a link that others fill too, or does not any more.
    pub(super) fn contend(&mut self, contends: bool) {
        self.contends = contends;
    }

    /// He sends over several connections from now on; whether that is new.
    pub(super) fn spread(&mut self, now: Instant) -> bool {
        let is_new = self.spread.is_none();
        self.spread.get_or_insert(now);
        is_new
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

    /// By how much longer his way has become just now, or by less.
    pub(super) fn growth(&self, now: Instant) -> Option<Duration> {
        self.growth.get(now)
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
        // Where others fill his link it is full, and what waits at his end he knows better.
        let spreads = |at| now.saturating_duration_since(at) < SPREADS;
        let late = match self.browser {
            _ if self.spread.is_some_and(spreads) => Duration::ZERO,
            true => least * BROWSER,
            false if self.contends => Duration::ZERO,
            false => least.saturating_sub(self.late.spread() / 2),
        };
        Leg {
            late,
            rate: self
                .meter
                .look(self.bytes, self.browser && late > LATE, now),
            stands: self.meter.stands(now),
            contends: self.contends,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::queue::Limits;
    use super::super::test_frames::{inter, key};
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
    fn who_has_just_come_is_given_time_to_catch_up() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let inbox = Arc::new(Inbox::new(Limits::LIVE, start));
        inbox.push(key(0), start);
        let mut seat = Seat::new(0, inbox, Taste::AsIs, None, start);
        let late = (0..=16).map(|tenth| seat.look(at(tenth * 100)).late.as_millis());
        let late: Vec<_> = late.collect();
        assert_eq!(late[..15], [0; 15]);
        assert_eq!(late[15..], [1_200, 1_300], "the least of a while");
    }

    #[test]
    fn what_stands_in_front_of_a_browser_counts_double() {
        assert_eq!(late(false), Duration::from_millis(100));
        assert_eq!(late(true), Duration::from_millis(200));
    }

    #[test]
    fn who_contends_knows_himself_what_waits_at_his_end() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut uplink = Uplink::new(start);
        uplink.arrived(0, at(0));
        for picture in 1..15 {
            uplink.arrived(picture * 33, at(u64::from(picture) * 33 + 100));
        }
        uplink.contend(true);
        assert_eq!(uplink.look(at(562)).late, Duration::ZERO);
        uplink.contend(false);
        assert_eq!(uplink.look(at(562)).late, Duration::from_millis(100));
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
    fn what_waits_among_others_is_not_late() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut uplink = Uplink::new(start);
        uplink.contend(true);
        uplink.arrived(0, at(0));
        for picture in 1..15 {
            uplink.arrived(picture * 33, at(u64::from(picture) * 33 + 100));
        }
        let leg = uplink.look(at(562));
        assert!(leg.contends);
        assert_eq!(leg.late, Duration::ZERO);
        uplink.contend(false);
        let leg = uplink.look(at(562));
        assert!(!leg.contends);
        assert_eq!(leg.late, Duration::from_millis(100));
        uplink.contend(true);
        uplink.restart(at(562));
        assert!(!uplink.look(at(562)).contends, "he is another one");
    }

    #[test]
    fn what_one_connection_had_is_not_late_once_there_are_several() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut uplink = Uplink::new(start);
        uplink.set_browser();
        uplink.arrived(0, at(0));
        let late = |from: u32, to: u32, uplink: &mut Uplink| {
            for picture in from..to {
                uplink.arrived(picture * 33, at(u64::from(picture) * 33 + 100));
            }
            uplink.look(at(u64::from(to) * 33 + 67)).late.as_millis()
        };
        assert_eq!(late(1, 15, &mut uplink), 200);
        assert!(uplink.spread(at(562)) && !uplink.spread(at(600)), "once");
        assert_eq!(late(15, 40, &mut uplink), 0);
        assert_eq!(late(40, 46, &mut uplink), 200, "a second later it counts");
        uplink.restart(at(1_600));
        assert!(uplink.spread(at(1_600)), "he is another one");
    }

    #[test]
    fn another_publisher_is_no_browser_unless_he_says_so() {
        let now = Instant::now();
        let mut uplink = Uplink::new(now);
        uplink.set_browser();
        uplink.restart(now);
        assert!(!uplink.browser);
    }
}
