//! What is counted.

use crate::call::BAD;
use crate::camera::{BITRATE, Roll};
use crate::cells::Cell;
use crate::clip::FPS;
use crate::lane::Notes;
use crate::screen::{Log, Seen};
use counterpart_native::play::Spread;
use serde::Serialize;
use std::ops::Range;
use std::time::Duration;

/// After a change of the rate, a sender has this long to find the new one.
const TO_FIND: Duration = Duration::from_secs(3);

/// One call.
#[derive(Debug, Clone, Serialize)]
pub struct Run {
    /// From the caller to the callee, and back.
    pub directions: Vec<Direction>,
    /// The bad link in these two directions.
    pub links: Vec<Link>,
}

/// What came of one party's stream at the other one.
#[derive(Debug, Clone, Serialize)]
pub struct Direction {
    /// From the capture of each picture until it was handed over, in milliseconds.
    #[serde(skip)]
    pub delays: Vec<f64>,
    /// Pictures that were due.
    pub due: u64,
    /// Pictures that were shown.
    pub shown: u64,
    /// Intervals between two shown pictures of more than 183 ms (WebRTC's rule: the greater of three intervals and one
    /// interval plus 150 ms), and how long they took together, in seconds.
    pub freezes: u64,
    /// See [`freezes`](Self::freezes).
    pub frozen: f64,
    /// Seconds that were measured.
    pub seconds: f64,
    /// Bits per second of what was shown and heard.
    pub bitrate: f64,
    /// How like the source what stood on the screen was, see `judge`. Where it was asked for.
    pub ssim: Option<f64>,
    /// Packets of sound that were recorded.
    pub sounds: u64,
    /// Those that came in time.
    pub in_time: u64,
    /// From the recording of sound until it was handed over, in milliseconds.
    #[serde(skip)]
    pub sound_delays: Vec<f64>,
    /// Bytes of media that were published since the bad weather began.
    pub published: u64,
    /// Keyframes that were made, and how many of them were asked for, in the whole call.
    pub keyframes: u64,
    /// See [`keyframes`](Self::keyframes).
    pub requests: u64,
    /// Pictures handed over that cannot be decoded: a fault of ours.
    pub undecodable: u64,
}

impl Direction {
    /// Of what was published in `span`.
    pub(crate) fn of(roll: &Roll, log: &Log, cell: &Cell, span: &Range<Duration>) -> Self {
        let seconds = (span.end - span.start).as_secs_f64();
        let counts = |taken: &Duration| span.contains(taken);
        let pictures: Vec<&Seen> = log.pictures.iter().filter(|s| counts(&s.taken)).collect();
        let sounds: Vec<&Seen> = log.sounds.iter().filter(|s| counts(&s.taken)).collect();
        let (freezes, frozen) = freezes(&log.pictures, span);
        let bytes: usize = pictures.iter().chain(&sounds).map(|s| s.bytes).sum();
        let in_time = sounds
            .iter()
            .filter(|s| s.shown - s.taken <= cell.in_time());
        let taken = roll.pictures.iter().chain(&roll.sounds);
        let published = taken
            .filter(|(at, _)| *at >= BAD)
            .map(|(_, len)| *len as u64);
        Self {
            delays: delays(&pictures),
            due: (seconds * f64::from(FPS)) as u64,
            shown: pictures.len() as u64,
            freezes,
            frozen,
            seconds,
            bitrate: bytes as f64 * 8.0 / seconds,
            ssim: None,
            sounds: roll.sounds.iter().filter(|(at, _)| counts(at)).count() as u64,
            in_time: in_time.count() as u64,
            sound_delays: delays(&sounds),
            published: published.sum(),
            keyframes: roll.keyframes,
            requests: roll.requests,
            undecodable: log.undecodable,
        }
    }
}

fn delays(seen: &[&Seen]) -> Vec<f64> {
    let ms = |seen: &&Seen| (seen.shown - seen.taken).as_secs_f64() * 1000.0;
    seen.iter().map(ms).collect()
}

/// How many there were, and how long they took together, in seconds.
pub(crate) fn freezes(pictures: &[Seen], span: &Range<Duration>) -> (u64, f64) {
    let interval = Duration::from_secs(1) / FPS;
    let limit = (interval * 3).max(interval + Duration::from_millis(150));
    let inside = pictures.iter().map(|seen| seen.shown);
    let mut last = span.start;
    let (mut count, mut frozen) = (0, 0.0);
    for shown in inside.chain([span.end]) {
        let shown = shown.clamp(span.start, span.end);
        if shown - last > limit {
            count += 1;
            frozen += (shown - last).as_secs_f64();
        }
        last = last.max(shown);
    }
    (count, frozen)
}

/// What the bad link carried in one direction.
#[derive(Debug, Clone, Serialize)]
pub struct Link {
    /// UDP payload in both directions since the bad weather began.
    pub bytes: u64,
    /// Bytes of the media that this direction was for.
    pub media: u64,
    /// Packets, and how many of them were lost.
    pub packets: u64,
    /// See [`packets`](Self::packets).
    pub lost: u64,
    /// Where there is a bottleneck, from three seconds after each change on, or from three seconds after somebody else's end: what packets wait at it in milliseconds, and
    /// what is used of what can be used: its rate, or the most that the media can be, if that is less.
    pub queue: Option<Spread>,
    /// See [`queue`](Self::queue).
    pub used: Option<f64>,
    /// Bits per second that somebody else got in this direction.
    pub beside: Option<f64>,
}

impl Link {
    /// Of a direction for which so many bytes of media were published.
    pub(crate) fn of(notes: &Notes, media: u64, cell: &Cell) -> Self {
        let (queue, used) = bottleneck(notes, cell);
        Self {
            bytes: notes.bytes,
            media,
            packets: notes.packets,
            lost: notes.lost,
            queue,
            used,
            beside: None,
        }
    }
}

fn bottleneck(notes: &Notes, cell: &Cell) -> (Option<Spread>, Option<f64>) {
    let end = cell.length + crate::call::SETTLED - BAD;
    let starts: Vec<_> = cell.changes().collect();
    let ends = starts.iter().skip(1).map(|(at, _)| *at).chain([end]);
    let (mut waits, mut sent, mut room) = (Vec::new(), 0.0, 0.0);
    for ((start, weather), until) in starts.iter().zip(ends) {
        let Some(narrow) = weather.narrow else {
            continue;
        };
        let alone = cell.beside.and_then(|beside| beside.until);
        let span = alone.map_or(*start, |alone| alone.max(*start)) + TO_FIND..until.min(end);
        if span.is_empty() {
            // A shorter call than the cell's is over before.
            continue;
        }
        let inside = notes.waits.iter().filter(|(at, ..)| span.contains(at));
        for (_, wait, len) in inside {
            waits.push(wait.as_secs_f64() * 1000.0);
            sent += *len as f64 * 8.0;
        }
        let most = narrow.rate.min(BITRATE);
        room += f64::from(most) * (span.end - span.start).as_secs_f64();
    }
    (Spread::of(waits), (room > 0.0).then(|| sent / room))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cells;

    #[test]
    fn a_call_that_is_shorter_than_its_cell_has_no_later_bottlenecks() {
        let all = cells::all();
        let steps = all.iter().find(|cell| cell.changes().count() > 2);
        let mut steps = steps.expect("there are steps").clone();
        steps.length = Duration::from_secs(1);
        let first = bottleneck(&Notes::default(), &steps);
        assert_eq!(first, (None, Some(0.0)), "nothing was sent");
    }
}
