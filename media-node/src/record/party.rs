//! One party's recording: frames in, files out.

mod body;

use super::RecordError;
use super::clock::StreamClock;
use super::closed::Closed;
use super::file::{FinishedFile, digest};
use super::mp4::Mp4File;
use super::progress::{Progress, Reach, Recording};
use super::store::{Store, create_next};
use super::track::{Picture, Sound, Unit, UnitKind};
use bytes::Bytes;
use counterpart_shared::flv::TagKind;

/// How long a file waits for the configuration of the other track.
const CONFIG_WAIT_MS: u64 = 1_000;
/// How long sound with a new configuration waits for a keyframe to begin the next file with.
const KEY_WAIT_MS: u64 = 10_000;
/// Most bytes that wait for either.
const WAITING_BYTES: usize = 16 << 20;

/// What was left out, and why. None of it stops a recording.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RecordStats {
    /// Frames in the files.
    pub recorded: u64,
    /// Pictures before the first keyframe, and frames before their configuration.
    pub early: u64,
    /// Frames that are not FLV bodies of H.264, AAC or Opus.
    pub unsupported: u64,
    /// How often timestamps jumped and the time line was continued by arrival.
    pub rebased: u32,
}

/// The recording of one party, as MP4.
///
/// Give each frame to [`push`](Self::push) in the order of arrival, call [`tick`](Self::tick) and then [`sync`](Self::sync) more
/// often than once a second, and [`finish`](Self::finish) at the end. All of them may block on the disk. The first error is the
/// last: call nothing but `finish` after it, which then closes what is there. Times are UNIX milliseconds.
pub struct PartyRecorder {
    store: Box<dyn Store>,
    party: String,
    clock: StreamClock,
    picture: Option<Picture>,
    sound: Option<Sound>,
    /// A keyframe came since the picture's configuration.
    keyed: bool,
    open: Option<Mp4File>,
    /// The open file has another sound, or none: sound waits for the next file.
    sound_waits: bool,
    waiting: Vec<Unit>,
    waiting_bytes: usize,
    /// Closed files with their size and hash.
    closed: Vec<(Closed, (u64, String))>,
    stats: RecordStats,
    failed: bool,
    /// The disk does not have all that was written to the open file.
    lost: bool,
    /// Where it says how far it is.
    told: Option<Recording>,
}

impl PartyRecorder {
    /// A recording into `store` with files named after `party`. Nothing is made before the first
    /// frame that can be recorded.
    pub fn new(store: impl Store + 'static, party: &str) -> Self {
        Self {
            store: Box::new(store),
            party: party.to_owned(),
            clock: StreamClock::default(),
            picture: None,
            sound: None,
            keyed: false,
            open: None,
            sound_waits: false,
            waiting: Vec::new(),
            waiting_bytes: 0,
            closed: Vec::new(),
            stats: RecordStats::default(),
            failed: false,
            lost: false,
            told: None,
        }
    }

    /// Tells there how far its files are on the disk.
    #[must_use]
    pub fn telling(self, progress: &Progress) -> Self {
        Self {
            told: Some(progress.recording()),
            ..self
        }
    }

    /// Takes one message of the stream: its RTMP timestamp, its FLV body, when it arrived.
    pub fn push(
        &mut self,
        kind: TagKind,
        timestamp: u32,
        body: &Bytes,
        arrived_at: u64,
    ) -> Result<(), RecordError> {
        let done = match kind {
            TagKind::Video => self.video(timestamp, body, arrived_at),
            TagKind::Audio => self.audio(timestamp, body, arrived_at),
            TagKind::Script => Ok(()),
        };
        self.failed |= done.is_err();
        done
    }

    /// Hands to the system what is complete, and what has waited long enough for what completes it.
    pub fn tick(&mut self, now: u64) -> Result<(), RecordError> {
        let done = self.advance(now);
        self.failed |= done.is_err();
        done
    }

    /// Brings what was written to the disk itself.
    pub fn sync(&mut self) -> Result<(), RecordError> {
        let done = self.open.as_ref().map_or(Ok(()), Mp4File::sync);
        self.failed |= done.is_err();
        self.lost |= done.is_err();
        if let (Ok(()), Some(told), Some(open)) = (&done, &self.told, &self.open) {
            let reach = Reach {
                bytes: open.written(),
                duration_ms: open.duration_ms(),
                over: false,
            };
            told.note(open.name(), self.begin(open.origin()), reach);
        }
        done
    }

    /// A file's origin, and when it was as far as that is known.
    fn begin(&self, origin: i64) -> (i64, u64) {
        (origin, self.clock.unix_ms(origin))
    }

    /// Closes all files. After an error these are the files as far as they could be written.
    pub fn finish(mut self) -> (Vec<FinishedFile>, Result<(), RecordError>) {
        // After an error: what the disk still lets close.
        let done = if self.failed {
            self.close_open()
        } else {
            self.complete()
        };
        let clock = &self.clock;
        let files = self.closed.into_iter().map(|(closed, digest)| {
            let first_at = clock.unix_ms(closed.origin);
            closed.finished(first_at, digest)
        });
        (files.collect(), done)
    }

    /// What was left out so far.
    pub fn stats(&self) -> RecordStats {
        RecordStats {
            rebased: self.clock.rebased(),
            ..self.stats
        }
    }

    /// Puts a unit into the open file, or lets it wait for the next one.
    fn record(&mut self, unit: Unit) -> Result<(), RecordError> {
        self.stats.recorded += 1;
        let waits = self.sound_waits && matches!(unit.kind, UnitKind::Sound { .. });
        match &mut self.open {
            Some(open) if !waits => open.push(unit),
            _ => {
                self.waiting_bytes += unit.data.len();
                let now = unit.arrived_at;
                self.waiting.push(unit);
                self.end_wait(now)
            }
        }
    }

    fn advance(&mut self, now: u64) -> Result<(), RecordError> {
        self.end_wait(now)?;
        match &mut self.open {
            Some(open) => open.tick(now),
            None => Ok(()),
        }
    }

    /// Begins the next file once nothing is left to wait for.
    fn end_wait(&mut self, now: u64) -> Result<(), RecordError> {
        let (Some(first), Some(last)) = (self.waiting.first(), self.waiting.last()) else {
            return Ok(());
        };
        let by_media = u64::try_from(last.place.saturating_sub(first.place)).unwrap_or(0);
        let waited = by_media.max(now.saturating_sub(first.arrived_at));
        let full = self.waiting_bytes >= WAITING_BYTES;
        if self.sound_waits {
            if full || waited >= KEY_WAIT_MS {
                self.close_open()?;
                self.keyed = false;
                self.open_file()?;
            }
        } else if full
            || waited >= CONFIG_WAIT_MS
            || (self.picture.is_some() && self.sound.is_some())
        {
            self.open_file()?;
        }
        Ok(())
    }

    /// Begins a file with what waits, if anything does and no file is open.
    fn open_file(&mut self) -> Result<(), RecordError> {
        if self.open.is_some() {
            return Ok(());
        }
        let Some(first) = self.waiting.iter().min_by_key(|unit| unit.place) else {
            return Ok(());
        };
        let made = create_next(self.store.as_ref(), &self.party, "mp4")?;
        let first_at = self.clock.unix_ms(first.place);
        self.store.began(&made.0, first_at)?;
        let file = Mp4File::create(made, self.picture.as_ref(), self.sound.as_ref(), 0, first)?;
        let file = self.open.insert(file);
        self.waiting_bytes = 0;
        for unit in self.waiting.drain(..) {
            file.push(unit)?;
        }
        Ok(())
    }

    fn close_open(&mut self) -> Result<(), RecordError> {
        self.sound_waits = false;
        match self.open.take() {
            Some(open) => {
                let closed = open.close()?;
                self.list(Closed {
                    cut: self.lost,
                    ..closed
                })
            }
            None => Ok(()),
        }
    }

    fn complete(&mut self) -> Result<(), RecordError> {
        if self.sound_waits {
            self.close_open()?;
        }
        self.open_file()?;
        self.close_open()
    }

    fn list(&mut self, closed: Closed) -> Result<(), RecordError> {
        let digest = digest(self.store.as_ref(), &closed.name)?;
        if let Some(told) = &self.told {
            let reach = Reach {
                bytes: digest.0,
                duration_ms: closed.duration_ms,
                over: true,
            };
            told.note(&closed.name, self.begin(closed.origin), reach);
        }
        self.closed.push((closed, digest));
        Ok(())
    }
}
