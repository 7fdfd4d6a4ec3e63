//! What a page in a browser saw and heard, made into the figures that the virtual rows have.

use crate::call::{BAD, SETTLED};
use crate::cells::Cell;
use crate::clip::FPS;
use crate::figures::{Direction, freezes};
use crate::screen::Seen;
use std::ops::Range;
use std::time::Duration;

/// From the turn of the weather until it counts.
pub const SETTLING: Duration = SETTLED.saturating_sub(BAD);

/// One party's stream at the other one. Instants are of one clock, counted from any beginning.
#[derive(Debug, Clone, Default)]
pub struct Watched {
    /// When each picture was taken, and when it was seen.
    pub pictures: Vec<(Duration, Duration)>,
    /// When each sound was made, and when it was heard, if it was.
    pub sounds: Vec<(Duration, Option<Duration>)>,
    /// Bytes of media that were published since the weather turned, and how long that was.
    pub published: (u64, Duration),
}

impl Watched {
    /// The figures of what was taken in `span`. Their bitrate is of what was published.
    pub fn direction(&self, cell: &Cell, span: &Range<Duration>) -> Direction {
        let seconds = (span.end - span.start).as_secs_f64();
        let seen = self.pictures.iter().map(|(taken, shown)| Seen {
            taken: *taken,
            shown: *shown,
            bytes: 0,
        });
        let seen: Vec<Seen> = seen.collect();
        let (freezes, frozen) = freezes(&seen, span);
        let counted = seen.iter().filter(|seen| span.contains(&seen.taken));
        let delays: Vec<f64> = counted.map(|s| ms(s.taken, s.shown)).collect();
        let sounds = self.sounds.iter().filter(|(made, _)| span.contains(made));
        let heard = sounds
            .clone()
            .filter_map(|(made, heard)| Some((*made, (*heard)?)));
        let in_time = heard
            .clone()
            .filter(|(made, heard)| heard.saturating_sub(*made) <= cell.in_time());
        let (bytes, during) = self.published;
        Direction {
            due: (seconds * f64::from(FPS)) as u64,
            shown: delays.len() as u64,
            delays,
            freezes,
            frozen,
            seconds,
            bitrate: bytes as f64 * 8.0 / during.as_secs_f64(),
            ssim: None,
            sounds: sounds.count() as u64,
            in_time: in_time.count() as u64,
            sound_delays: heard.map(|(made, heard)| ms(made, heard)).collect(),
            published: bytes,
            keyframes: 0,
            requests: 0,
            undecodable: 0,
        }
    }
}

fn ms(taken: Duration, shown: Duration) -> f64 {
    shown.as_secs_f64() * 1000.0 - taken.as_secs_f64() * 1000.0
}
