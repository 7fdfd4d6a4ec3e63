//! One track: from units on the time line to samples with durations.

use super::super::track::{Unit, UnitKind};
use super::VIDEO_TIMESCALE;
use bytes::Bytes;

/// Sound within this many milliseconds of where the last packet ended follows it without a seam:
/// timestamps are whole milliseconds and jitter.
const SEAM_MS: u64 = 50;
/// What a picture lasts when no other came to end it.
const LAST_PICTURE: u64 = VIDEO_TIMESCALE as u64 / 25;

/// One sample with its place in ticks of the track.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    pub(super) time: u64,
    pub(super) duration: u64,
    pub(super) composition: i64,
    pub(super) key: bool,
    pub(super) data: Bytes,
}

/// A track between two fragments. The newest sample waits for the next one, which says how long it
/// lasts.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) id: u32,
    pub(super) timescale: u32,
    sound: bool,
    ready: Vec<Sample>,
    waiting: Option<Sample>,
    typical: u64,
    end: u64,
    written: u64,
}

impl Line {
    pub(super) fn video(id: u32) -> Self {
        Self::new(id, VIDEO_TIMESCALE, false, LAST_PICTURE)
    }

    pub(super) fn audio(id: u32, timescale: u32) -> Self {
        Self::new(id, timescale, true, 0)
    }

    fn new(id: u32, timescale: u32, sound: bool, typical: u64) -> Self {
        Self {
            id,
            timescale,
            sound,
            ready: Vec::new(),
            waiting: None,
            typical,
            end: 0,
            written: 0,
        }
    }

    /// Takes a unit that lies `place` milliseconds behind the beginning of the file. True if it
    /// leaves a gap behind the samples that are ready: these must be written before the next call.
    pub(super) fn push(&mut self, place: u64, unit: Unit) -> bool {
        let scale = u64::from(self.timescale);
        let time = place.saturating_mul(scale) / 1000;
        let (key, composition, duration) = match unit.kind {
            UnitKind::Picture { key, composition } => (
                key,
                i64::from(composition) * i64::from(self.timescale) / 1000,
                self.typical,
            ),
            UnitKind::Sound { ticks } => (true, 0, u64::from(ticks)),
        };
        let (time, gap) = self.settle(time);
        self.waiting = Some(Sample {
            time,
            duration,
            composition,
            key,
            data: unit.data,
        });
        gap
    }

    /// Ends the waiting sample where the one at `time` begins; says where that really is.
    fn settle(&mut self, time: u64) -> (u64, bool) {
        let Some(mut last) = self.waiting.take() else {
            return self.behind_end(time);
        };
        let expected = last.time + last.duration;
        let seam = u64::from(self.timescale) * SEAM_MS / 1000;
        let mut gap = false;
        let time = if !self.sound {
            let time = time.max(last.time + 1);
            self.typical = (time - last.time).min(u64::from(self.timescale));
            last.duration = time - last.time;
            time
        } else if time.abs_diff(expected) <= seam {
            expected
        } else {
            let time = time.max(last.time + 1);
            gap = time > expected;
            last.duration = last.duration.min(time - last.time);
            time
        };
        self.end = last.time + last.duration;
        self.ready.push(last);
        (time, gap)
    }

    /// Behind a sample whose duration was a guess, time cannot go back.
    fn behind_end(&self, time: u64) -> (u64, bool) {
        let seam = u64::from(self.timescale) * SEAM_MS / 1000;
        let joins = self.sound && self.end > 0 && time.abs_diff(self.end) <= seam;
        (if joins { self.end } else { time.max(self.end) }, false)
    }

    /// The samples whose duration is known.
    pub(super) fn take_ready(&mut self) -> Vec<Sample> {
        std::mem::take(&mut self.ready)
    }

    /// Gives the waiting sample the duration that is usual.
    pub(super) fn close(&mut self) {
        if let Some(mut last) = self.waiting.take() {
            if !self.sound {
                last.duration = self.typical;
            }
            self.end = last.time + last.duration;
            self.ready.push(last);
        }
    }

    /// What was taken is in the file.
    pub(super) fn mark_written(&mut self) {
        self.written = self.end;
    }

    /// Where the track ends within the file, in milliseconds.
    pub(super) fn written_ms(&self) -> u64 {
        self.written.saturating_mul(1000) / u64::from(self.timescale.max(1))
    }
}
