//! The decoded sound of the call as WAV files: one of each party, and one of both, customer left, agent right. All begin
//! when the call does and last as long, so that they, and the wall clock, have one time.

use super::DeriveError;
use super::decode::RATE;
use super::source::Source;
use super::voice::Voice;
use counterpart_shared::id::Party;
use hound::{SampleFormat, WavSpec, WavWriter};
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

/// Samples of each channel that are moved at once.
const BLOCK: usize = RATE as usize / 10;
/// WAV counts bytes with 32 bits, six hours of two channels: what is longer goes on in the next file.
const MAX_SAMPLES: u64 = 5 * 3600 * RATE as u64;

/// A file of sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Where it is.
    pub path: PathBuf,
    /// Whose it is: `caller`, `callee`, or `call` for both.
    pub whose: String,
    /// Milliseconds from the call's beginning to the file's.
    pub begin_ms: u64,
    /// Play time.
    pub duration_ms: u64,
}

/// Writes the sound of a call into a folder: of each party who has any, and of both if one of them has.
///
/// # Errors
/// When the disk refuses.
pub fn sounds(source: &Source, folder: &Path) -> Result<Vec<Heard>, DeriveError> {
    let mut voices = Party::BOTH.map(|party| Voice::of(source, party));
    let sounding = [0, 1].map(|party: usize| !voices[party].is_over());
    let mut heard = Vec::new();
    if sounding == [false; 2] {
        return Ok(heard);
    }
    let whole = source.duration_ms * u64::from(RATE / 1000);
    for begin in (0..whole).step_by(MAX_SAMPLES as usize) {
        let samples = (whole - begin).min(MAX_SAMPLES);
        let mut files = Vec::new();
        for (party, _) in Party::BOTH
            .iter()
            .zip(sounding)
            .filter(|(_, sounds)| *sounds)
        {
            files.push(Wav::create(source, folder, (&party.to_string(), begin), 1)?);
        }
        files.push(Wav::create(source, folder, ("call", begin), 2)?);
        write(&mut voices, sounding, &mut files, samples)?;
        for file in files {
            heard.push(file.close(begin, samples)?);
        }
    }
    Ok(heard)
}

/// The next samples of both voices into their files.
fn write(
    voices: &mut [Voice<'_>; 2],
    sounding: [bool; 2],
    files: &mut [Wav],
    samples: u64,
) -> Result<(), DeriveError> {
    let mut blocks = [[0; BLOCK]; 2];
    let mut both = [0; 2 * BLOCK];
    let mut missing = samples;
    while missing > 0 {
        let count = missing.min(BLOCK as u64) as usize;
        for (voice, block) in voices.iter_mut().zip(&mut blocks) {
            voice.read(&mut block[..count]);
        }
        for (pair, (left, right)) in both
            .chunks_exact_mut(2)
            .zip(blocks[0].iter().zip(&blocks[1]))
        {
            pair.copy_from_slice(&[*left, *right]);
        }
        let alone = blocks.iter().zip(sounding).filter(|(_, sounds)| *sounds);
        let alone = alone.map(|(block, _)| &block[..count]);
        for (file, block) in files.iter_mut().zip(alone.chain([&both[..2 * count]])) {
            file.write(block)?;
        }
        missing -= count as u64;
    }
    Ok(())
}

/// A file that is being written.
struct Wav {
    path: PathBuf,
    whose: String,
    writer: WavWriter<BufWriter<File>>,
}

impl Wav {
    fn create(
        source: &Source,
        folder: &Path,
        (whose, begin): (&str, u64),
        channels: u16,
    ) -> Result<Self, DeriveError> {
        let path = folder.join(format!("{}.{whose}.{begin}.wav", source.call));
        let spec = WavSpec {
            channels,
            sample_rate: RATE,
            bits_per_sample: 16,
            sample_format: SampleFormat::Int,
        };
        let writer = WavWriter::create(&path, spec);
        Ok(Self {
            writer: writer.map_err(|error| DeriveError::disk(&path)(to_io(error)))?,
            whose: whose.to_owned(),
            path,
        })
    }

    fn write(&mut self, samples: &[i16]) -> Result<(), DeriveError> {
        let mut writer = self.writer.get_i16_writer(samples.len() as u32);
        for sample in samples {
            writer.write_sample(*sample);
        }
        let written = writer.flush();
        written.map_err(|error| DeriveError::disk(&self.path)(to_io(error)))
    }

    fn close(self, begin: u64, samples: u64) -> Result<Heard, DeriveError> {
        let closed = self.writer.finalize();
        closed.map_err(|error| DeriveError::disk(&self.path)(to_io(error)))?;
        Ok(Heard {
            path: self.path,
            whose: self.whose,
            begin_ms: begin / u64::from(RATE / 1000),
            duration_ms: samples / u64::from(RATE / 1000),
        })
    }
}

fn to_io(error: hound::Error) -> io::Error {
    match error {
        hound::Error::IoError(error) => error,
        other => io::Error::other(other),
    }
}
