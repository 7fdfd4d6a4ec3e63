//! One track: from units on the time line to samples with durations.

use super::super::drift::Drift;
use super::super::track::{Unit, UnitKind};
use super::VIDEO_TIMESCALE;
use bytes::Bytes;

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
    /// Only sound follows what is before it.
    drift: Option<Drift>,
    ready: Vec<Sample>,
    waiting: Option<Sample>,
    /// When that arrived, in UNIX milliseconds.
    since: u64,
    typical: u64,
    end: u64,
    written: u64,
}

impl Line {
    pub(super) fn video(id: u32) -> Self {
        Self::new(id, VIDEO_TIMESCALE, None, LAST_PICTURE)
    }

    pub(super) fn audio(id: u32, timescale: u32) -> Self {
        Self::new(id, timescale, Some(Drift::new(timescale)), 0)
    }

    fn new(id: u32, timescale: u32, drift: Option<Drift>, typical: u64) -> Self {
        Self {
            id,
            timescale,
            drift,
            ready: Vec::new(),
            waiting: None,
            since: 0,
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
        self.since = unit.arrived_at;
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
            return (self.behind_end(time), false);
        };
        let (time, gap) = match &mut self.drift {
            None => {
                let time = time.max(last.time + 1);
                self.typical = (time - last.time).min(u64::from(self.timescale));
                (time, false)
            }
            Some(drift) => {
                let (time, gap) = drift.place(time, last.time + last.duration);
                (time.max(last.time + 1), gap)
            }
        };
        if !gap {
            last.duration = time - last.time;
        }
        self.end = last.time + last.duration;
        self.ready.push(last);
        (time, gap)
    }

    /// Behind a sample whose duration was a guess, time cannot go back.
    fn behind_end(&mut self, time: u64) -> u64 {
        let placed = match &mut self.drift {
            Some(drift) if self.end > 0 => drift.place(time, self.end).0,
            _ => time,
        };
        placed.max(self.end)
    }

    /// The samples whose duration is known.
    pub(super) fn take_ready(&mut self) -> Vec<Sample> {
        std::mem::take(&mut self.ready)
    }

    /// Whether there are any.
    pub(super) fn is_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Where the waiting sample lies within the file, in milliseconds.
    pub(super) fn waiting_ms(&self) -> Option<u64> {
        let ms = |time: u64| time.saturating_mul(1000) / u64::from(self.timescale.max(1));
        self.waiting.as_ref().map(|sample| ms(sample.time))
    }

    /// Gives the waiting sample the duration that is usual.
    pub(super) fn close(&mut self) {
        if let Some(mut last) = self.waiting.take() {
            if self.drift.is_none() {
                last.duration = self.typical;
            }
            self.end = last.time + last.duration;
            self.ready.push(last);
        }
    }

    /// Does not let the sample wait any longer if it arrived `limit` milliseconds ago or before. What is next cannot begin much
    /// earlier than now, so a picture lasts no longer than it has waited.
    pub(super) fn close_older(&mut self, now: u64, limit: u64) {
        let waited = now.saturating_sub(self.since);
        if self.waiting.is_some() && waited >= limit {
            let ticks = waited.saturating_mul(self.timescale.into()) / 1000;
            self.typical = self.typical.min(ticks);
            self.close();
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
