//! The sound of the call: one file, customer left, agent right, on one wall clock.

use super::DeriveError;
use super::source::Source;
use super::voice::{RATE, Voice};
use counterpart_shared::id::Party;
use hound::{SampleFormat, WavSpec, WavWriter};
use std::io;
use std::path::Path;

/// Samples of each channel that are moved at once.
const BLOCK: usize = RATE as usize / 10;
/// WAV counts bytes with 32 bits: six hours of two channels. What is longer ends there.
const MAX_SAMPLES: u64 = 1_000_000_000;

/// Writes the stereo sound to `path`; its play time in milliseconds, nothing if no party has sound.
///
/// # Errors
/// When the disk refuses.
pub fn stereo(source: &Source, path: &Path) -> Result<Option<u64>, DeriveError> {
    let mut left = Voice::of(source, Party::Caller);
    let mut right = Voice::of(source, Party::Callee);
    if left.is_empty() && right.is_empty() {
        return Ok(None);
    }
    let samples = (source.duration_ms * u64::from(RATE / 1000)).min(MAX_SAMPLES);
    let disk = |error| DeriveError::disk(path)(to_io(error));
    let spec = WavSpec {
        channels: 2,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut writer = WavWriter::create(path, spec).map_err(disk)?;
    let (mut a, mut b) = ([0; BLOCK], [0; BLOCK]);
    let mut missing = usize::try_from(samples).unwrap_or(usize::MAX);
    while missing > 0 {
        let count = missing.min(BLOCK);
        left.read(&mut a[..count]);
        right.read(&mut b[..count]);
        let mut out = writer.get_i16_writer(count as u32 * 2);
        for (left, right) in a.iter().zip(&b).take(count) {
            out.write_sample(*left);
            out.write_sample(*right);
        }
        out.flush().map_err(disk)?;
        missing -= count;
    }
    writer.finalize().map_err(disk)?;
    Ok(Some(samples / u64::from(RATE / 1000)))
}

fn to_io(error: hound::Error) -> io::Error {
    match error {
        hound::Error::IoError(error) => error,
        other => io::Error::other(other),
    }
}
