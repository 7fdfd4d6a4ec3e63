//! The decoded sound as a WAV file whose clock is the recording's time line: silence where nothing
//! came.

use super::RecordError;
use super::closed::Closed;
use super::decode::{Decoder, RATE};
use super::drift::Drift;
use super::gaps::{Track, Watch};
use super::store::{Output, Store, create_next};
use super::track::Sound;
use hound::{SampleFormat, WavSpec, WavWriter};
use std::io::{self, BufWriter};

/// The most silence that is written for one gap; behind a longer one a new file begins.
const MAX_SILENCE: i64 = RATE as i64 * 3600;
/// Where a file ends: WAV counts bytes with 32 bits.
const MAX_SAMPLES: i64 = 2_000_000_000;

type Writer = WavWriter<BufWriter<Box<dyn Output>>>;

/// The sound of one party.
#[derive(Default)]
pub(super) struct WavTrack {
    decoder: Option<Decoder>,
    file: Option<File>,
    /// The place on the time line where the first file begins.
    origin: Option<i64>,
}

struct File {
    name: String,
    writer: Writer,
    handle: Box<dyn Output>,
    origin: i64,
    samples: i64,
    /// Samples that the header in the file counts.
    flushed: i64,
    last_at: u64,
    watch: Watch,
    drift: Drift,
}

impl WavTrack {
    /// The recording begins at this place, be it with sound or not.
    pub(super) fn begin(&mut self, place: i64) {
        self.origin.get_or_insert(place);
    }

    /// Decodes by another configuration from now on. False if there is no decoder for it.
    pub(super) fn configure(&mut self, sound: &Sound) -> bool {
        self.decoder = Decoder::new(sound).ok();
        self.decoder.is_some()
    }

    /// Decodes a packet and writes it at its place. False if it could not be decoded.
    pub(super) fn push(
        &mut self,
        store: &dyn Store,
        party: &str,
        (place, arrived_at): (i64, u64),
        packet: &[u8],
    ) -> Result<(bool, Option<Closed>), RecordError> {
        let Some(samples) = self
            .decoder
            .as_mut()
            .and_then(|decoder| decoder.decode(packet))
        else {
            return Ok((false, None));
        };
        let mut closed = None;
        if let Some(file) = self.file.take_if(|file| !file.reaches(place)) {
            closed = Some(file.close()?);
            self.origin = Some(place);
        }
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let origin = *self.origin.get_or_insert(place);
                let made = create_next(store, party, "wav")?;
                let into_file = u64::try_from(place.saturating_sub(origin)).unwrap_or(0);
                store.began(&made.0, arrived_at.saturating_sub(into_file))?;
                self.file.insert(File::create(made, origin, arrived_at)?)
            }
        };
        file.put(place, arrived_at, samples)?;
        Ok((true, closed))
    }

    /// Writes what is buffered, and the header.
    pub(super) fn flush(&mut self) -> Result<(), RecordError> {
        self.file.as_mut().map_or(Ok(()), File::flush)
    }

    /// Brings what was written to the disk itself.
    pub(super) fn sync(&self) -> Result<(), RecordError> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        file.handle.sync().map_err(RecordError::disk(&file.name))
    }

    /// Fills the file with silence up to this place and closes it.
    pub(super) fn finish(&mut self, end: i64) -> Result<Option<Closed>, RecordError> {
        let Some(mut file) = self.file.take() else {
            return Ok(None);
        };
        let missing = file.position(end) - file.samples;
        if missing <= MAX_SILENCE && file.samples + missing <= MAX_SAMPLES {
            file.silence(missing)?;
        }
        file.close().map(Some)
    }

    /// Closes the file as it was when its header was written last: for when the disk is full.
    pub(super) fn abandon(&mut self) -> Option<Closed> {
        let file = self.file.take()?;
        let samples = file.flushed;
        Some(file.closed(samples))
    }
}

impl File {
    fn create(
        (name, out): (String, Box<dyn Output>),
        origin: i64,
        arrived_at: u64,
    ) -> Result<Self, RecordError> {
        let spec = WavSpec {
            channels: 1,
            sample_rate: RATE,
            bits_per_sample: 16,
            sample_format: SampleFormat::Int,
        };
        let handle = out.twin().map_err(RecordError::disk(&name))?;
        let writer = WavWriter::new(BufWriter::new(out), spec);
        let writer = writer.map_err(|error| RecordError::disk(&name)(to_io(error)))?;
        Ok(Self {
            name,
            writer,
            handle,
            origin,
            samples: 0,
            flushed: 0,
            last_at: arrived_at,
            watch: Watch::new(Track::Sound),
            drift: Drift::new(RATE),
        })
    }

    /// The sample that belongs to a place on the time line.
    fn position(&self, place: i64) -> i64 {
        place
            .saturating_sub(self.origin)
            .saturating_mul(i64::from(RATE / 1000))
    }

    /// Whether sound at this place still belongs into this file.
    fn reaches(&self, place: i64) -> bool {
        let position = self.position(place);
        position.saturating_sub(self.samples) <= MAX_SILENCE && position < MAX_SAMPLES
    }

    fn put(&mut self, place: i64, arrived_at: u64, samples: &[i16]) -> Result<(), RecordError> {
        let into_file = u64::try_from(place.saturating_sub(self.origin)).unwrap_or(0);
        self.last_at = self.last_at.max(arrived_at);
        let length = samples.len() as i64 / i64::from(RATE / 1000);
        self.watch
            .note(into_file.cast_signed(), into_file.cast_signed() + length);
        let behind = self.position(place).saturating_sub(self.samples);
        let moved = if self.samples == 0 {
            behind
        } else {
            self.drift.correct(behind)
        };
        match (moved, samples) {
            // Once more the same: a zero would be heard.
            (1, [first, ..]) => self.write(&[*first])?,
            _ => self.silence(moved)?,
        }
        let overlap = usize::try_from(moved.min(0).unsigned_abs());
        let skip = overlap.unwrap_or(usize::MAX).min(samples.len());
        self.write(&samples[skip..])
    }

    fn silence(&mut self, mut count: i64) -> Result<(), RecordError> {
        const BLOCK: [i16; 4096] = [0; 4096];
        while count > 0 {
            let now = usize::try_from(count)
                .unwrap_or(usize::MAX)
                .min(BLOCK.len());
            self.write(&BLOCK[..now])?;
            count -= now as i64;
        }
        Ok(())
    }

    fn write(&mut self, samples: &[i16]) -> Result<(), RecordError> {
        let mut writer = self.writer.get_i16_writer(samples.len() as u32);
        for &sample in samples {
            writer.write_sample(sample);
        }
        let written = writer.flush();
        self.samples += samples.len() as i64;
        written.map_err(|error| RecordError::disk(&self.name)(to_io(error)))
    }

    fn flush(&mut self) -> Result<(), RecordError> {
        if self.flushed == self.samples {
            return Ok(());
        }
        let flushed = self.writer.flush();
        flushed.map_err(|error| RecordError::disk(&self.name)(to_io(error)))?;
        self.flushed = self.samples;
        Ok(())
    }

    fn close(mut self) -> Result<Closed, RecordError> {
        self.flush()?;
        self.handle.sync().map_err(RecordError::disk(&self.name))?;
        let samples = self.samples;
        Ok(self.closed(samples))
    }

    fn closed(self, samples: i64) -> Closed {
        Closed {
            name: self.name,
            codecs: vec!["pcm".to_owned()],
            duration_ms: samples.unsigned_abs() / u64::from(RATE / 1000),
            origin: self.origin,
            last_at: self.last_at,
            watches: vec![self.watch],
        }
    }
}

fn to_io(error: hound::Error) -> io::Error {
    match error {
        hound::Error::IoError(error) => error,
        other => io::Error::other(other),
    }
}
