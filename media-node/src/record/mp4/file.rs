//! One MP4 file while it is written.

use super::super::RecordError;
use super::super::closed::Closed;
use super::super::gaps::{Track, Watch};
use super::super::store::Output;
use super::super::track::{Picture, Sound, Unit, UnitKind};
use super::chapters::{Chapter, udta};
use super::fragment::{Run, data, head};
use super::init::{AUDIO_ID, VIDEO_ID, init, moov_offset, with_chapters};
use super::line::Line;
use mp4_atom::Moov;
use std::io::{self, IoSlice, SeekFrom};
use std::iter;

/// A fragment is written when it spans this much, ...
const FRAGMENT_MS: i64 = 1_000;
/// ... or at a keyframe once it spans this much, so that most fragments begin with one.
const FRAGMENT_AT_KEY_MS: i64 = 250;
/// The newest sample of a track waits this long for the next one, which says how long it lasts.
const FLUSH_MS: u64 = 150;
/// Most bytes that wait for their fragment: what a crash may lose and memory must hold.
const FRAGMENT_BYTES: usize = 8 << 20;

/// A file with its tracks. All its calls may block on the disk.
pub(crate) struct Mp4File {
    name: String,
    out: Box<dyn Output>,
    moov: Moov,
    /// Bytes that are free for chapters.
    room: usize,
    udta: Vec<u8>,
    video: Option<Line>,
    audio: Option<Line>,
    pictures: Watch,
    sounds: Watch,
    codecs: Vec<String>,
    origin: i64,
    sequence: u32,
    /// Bytes of whole boxes that are in the file.
    written: u64,
    /// How many of them are on their way to the disk.
    sent: u64,
    /// The disk refused; nothing more is written but the duration of what is there.
    failed: bool,
    collecting: Option<Collecting>,
    last_at: u64,
}

/// The fragment that is being collected.
#[derive(Debug, Clone, Copy)]
struct Collecting {
    place: i64,
    bytes: usize,
}

impl From<&Unit> for Collecting {
    fn from(first: &Unit) -> Self {
        Self {
            place: first.place,
            bytes: first.data.len(),
        }
    }
}

impl Mp4File {
    /// Writes the beginning of the file; its 0 is `first`'s place on the time line. `room` bytes stay free for chapters.
    pub(crate) fn create(
        (name, mut out): (String, Box<dyn Output>),
        picture: Option<&Picture>,
        sound: Option<&Sound>,
        room: usize,
        first: &Unit,
    ) -> Result<Self, RecordError> {
        let disk = RecordError::disk(&name);
        let head = init(picture, sound, first.arrived_at, room).map_err(io::Error::other);
        let moov = match head.and_then(|(bytes, moov)| out.write_all(&bytes).map(|()| moov)) {
            Ok(moov) => moov,
            Err(error) => return Err(disk(error)),
        };
        let written = out.stream_position().unwrap_or(0);
        let codecs = [picture.map(Picture::codec), sound.map(Sound::codec)];
        Ok(Self {
            name,
            out,
            moov,
            room,
            udta: Vec::new(),
            video: picture.map(|_| Line::video(VIDEO_ID)),
            audio: sound.map(|sound| Line::audio(AUDIO_ID, sound.timescale())),
            pictures: Watch::new(Track::Picture),
            sounds: Watch::new(Track::Sound),
            codecs: codecs.into_iter().flatten().collect(),
            origin: first.place,
            sequence: 0,
            written,
            sent: 0,
            failed: false,
            collecting: None,
            last_at: first.arrived_at,
        })
    }

    pub(crate) fn has_video(&self) -> bool {
        self.video.is_some()
    }

    /// Takes a unit; one of a track that the file does not have is left out.
    pub(crate) fn push(&mut self, unit: Unit) -> Result<(), RecordError> {
        let place = u64::try_from(unit.place.saturating_sub(self.origin)).unwrap_or(0);
        self.cut_before(&unit)?;
        self.note(&unit, place);
        let line = match unit.kind {
            UnitKind::Picture { .. } => &mut self.video,
            UnitKind::Sound { .. } => &mut self.audio,
        };
        let Some(line) = line else { return Ok(()) };
        let alone = Collecting::from(&unit);
        if line.push(place, unit) {
            self.write_ready()?;
            self.collecting = Some(alone);
        }
        Ok(())
    }

    /// Writes what is complete, and what has waited long enough though nothing came to complete it; all of it is then on its way to
    /// the disk.
    pub(crate) fn tick(&mut self, now: u64) -> Result<(), RecordError> {
        self.write_due(now)?;
        self.out.send(self.sent..self.written);
        self.sent = self.written;
        Ok(())
    }

    fn write_due(&mut self, now: u64) -> Result<(), RecordError> {
        for line in [&mut self.video, &mut self.audio].into_iter().flatten() {
            line.close_older(now, FLUSH_MS);
        }
        if !self.lines().any(Line::is_ready) {
            return Ok(());
        }
        self.write_ready()?;
        let waiting = self.lines().filter_map(Line::waiting_ms).min();
        self.collecting = waiting.map(|ms| Collecting {
            place: self.origin.saturating_add_unsigned(ms),
            bytes: 0,
        });
        Ok(())
    }

    fn lines(&self) -> impl Iterator<Item = &Line> {
        [&self.video, &self.audio].into_iter().flatten()
    }

    /// Brings what was written to the disk itself. An error is told once: the next call succeeds, though not all of it is there.
    pub(crate) fn sync(&self) -> Result<(), RecordError> {
        let synced = self.out.sync();
        if synced.is_err() {
            // Nobody shall read from memory what the disk does not have.
            self.out.send(0..self.written);
        }
        synced.map_err(RecordError::disk(&self.name))
    }

    /// Notes what chapters it has; they are written when it is closed, into the room for them.
    pub(crate) fn divide(&mut self, chapters: &[Chapter]) {
        self.udta = udta(chapters);
    }

    /// Writes the rest and the duration.
    pub(crate) fn close(mut self) -> Result<Closed, RecordError> {
        self.write_all()?;
        let duration_ms = self.duration_ms();
        self.write_duration(duration_ms)
            .map_err(RecordError::disk(&self.name))?;
        self.sync()?;
        let pictures = self.video.is_some().then_some(self.pictures);
        let sounds = self.audio.is_some().then_some(self.sounds);
        Ok(Closed {
            watches: pictures.into_iter().chain(sounds).collect(),
            name: self.name,
            codecs: self.codecs,
            duration_ms,
            origin: self.origin,
            last_at: self.last_at,
            cut: false,
        })
    }

    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Where its 0 lies on the time line.
    pub(crate) fn origin(&self) -> i64 {
        self.origin
    }

    /// Bytes of whole boxes that are in the file.
    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// What is in the file, in milliseconds.
    pub(crate) fn duration_ms(&self) -> u64 {
        self.lines().map(Line::written_ms).max().unwrap_or(0)
    }

    fn write_duration(&mut self, duration_ms: u64) -> io::Result<()> {
        let moov = with_chapters(self.moov.clone(), duration_ms, &self.udta, self.room);
        let moov = moov.map_err(io::Error::other)?;
        let offset = moov_offset().map_err(io::Error::other)?;
        self.out.seek(SeekFrom::Start(offset))?;
        self.out.write_all(&moov)
    }

    /// Ends the fragment where `unit` shall begin the next one.
    fn cut_before(&mut self, unit: &Unit) -> Result<(), RecordError> {
        let Some(since) = self.collecting else {
            return Ok(());
        };
        let span = unit.place.saturating_sub(since.place);
        let key = matches!(unit.kind, UnitKind::Picture { key: true, .. });
        let due = span >= FRAGMENT_MS
            || (key && span >= FRAGMENT_AT_KEY_MS)
            || since.bytes >= FRAGMENT_BYTES;
        if due { self.write_ready() } else { Ok(()) }
    }

    fn note(&mut self, unit: &Unit, place: u64) {
        self.last_at = self.last_at.max(unit.arrived_at);
        self.watch(unit, place);
        match &mut self.collecting {
            Some(since) => since.bytes += unit.data.len(),
            None => self.collecting = Some(Collecting::from(unit)),
        }
    }

    fn watch(&mut self, unit: &Unit, place: u64) {
        let from = place.cast_signed();
        match (unit.kind, &self.audio) {
            (UnitKind::Picture { .. }, _) => self.pictures.note(from, from),
            (UnitKind::Sound { ticks }, Some(line)) => {
                let length = i64::from(ticks) * 1000 / i64::from(line.timescale.max(1));
                self.sounds.note(from, from + length);
            }
            (UnitKind::Sound { .. }, None) => {}
        }
    }

    fn write_all(&mut self) -> Result<(), RecordError> {
        for line in [&mut self.video, &mut self.audio].into_iter().flatten() {
            line.close();
        }
        self.write_ready()
    }

    fn write_ready(&mut self) -> Result<(), RecordError> {
        self.collecting = None;
        let lines = [&mut self.video, &mut self.audio].into_iter().flatten();
        let runs = lines.map(|line| Run {
            track_id: line.id,
            samples: line.take_ready(),
        });
        let runs: Vec<Run> = runs.collect();
        if self.failed || runs.iter().all(|run| run.samples.is_empty()) {
            return Ok(());
        }
        self.sequence = self.sequence.wrapping_add(1);
        let head = head(self.sequence, &runs).map_err(io::Error::other);
        match head.and_then(|head| self.write(&head, &runs)) {
            Ok(len) => {
                self.written += len;
                for line in [&mut self.video, &mut self.audio].into_iter().flatten() {
                    line.mark_written();
                }
                Ok(())
            }
            Err(error) => {
                self.failed = true;
                // What is left of the fragment helps nobody; without it the file ends cleanly.
                let _ = self.out.truncate(self.written);
                Err(RecordError::disk(&self.name)(error))
            }
        }
    }

    /// As the pieces lie in memory; a copy of them all would cost as much as the system's own.
    fn write(&mut self, head: &[u8], runs: &[Run]) -> io::Result<u64> {
        let pieces = iter::once(head).chain(data(runs));
        let mut pieces: Vec<_> = pieces.map(IoSlice::new).collect();
        let len: usize = pieces.iter().map(|piece| piece.len()).sum();
        self.out.write_pieces(&mut pieces)?;
        Ok(len as u64)
    }
}
