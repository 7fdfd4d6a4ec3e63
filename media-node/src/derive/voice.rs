//! A party's sound on the call's time line.

use super::source::Source;
use crate::record::FinishedFile;
use crate::vault::PlainFile;
use counterpart_shared::id::Party;
use hound::WavReader;
use std::collections::VecDeque;
use std::io::BufReader;

/// Samples per second of all WAV files here.
pub(super) const RATE: u32 = 48_000;
/// Samples of a millisecond.
const MS: u64 = RATE as u64 / 1000;

/// Reads a party's WAV files one after the other, each at its place.
pub(super) struct Voice<'a> {
    source: &'a Source,
    /// Where each begins, in samples.
    files: VecDeque<(u64, &'a FinishedFile)>,
    open: Option<WavReader<BufReader<PlainFile>>>,
    at: u64,
}

impl<'a> Voice<'a> {
    pub(super) fn of(source: &'a Source, party: Party) -> Self {
        let files = source.of_party(party, "wav").into_iter();
        let files = files.map(|file| (source.place(file) * MS, file));
        Self {
            source,
            files: files.collect(),
            open: None,
            at: 0,
        }
    }

    /// Whether there is any sound.
    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty() && self.open.is_none()
    }

    /// The next samples; silence where nothing came or what came cannot be read.
    pub(super) fn read(&mut self, samples: &mut [i16]) {
        let mut filled = 0;
        while let Some(rest) = samples.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            let count = self.fill(rest);
            filled += count;
            self.at += count as u64;
        }
    }

    /// Fills a part of the samples, at least one.
    fn fill(&mut self, samples: &mut [i16]) -> usize {
        if let Some(file) = &mut self.open {
            let mut count = 0;
            for (place, sample) in samples.iter_mut().zip(file.samples::<i16>()) {
                let Ok(sample) = sample else { break };
                *place = sample;
                count += 1;
            }
            if count > 0 {
                return count;
            }
            self.open = None;
        }
        let until = match self.files.front() {
            Some((begin, file)) if *begin <= self.at => {
                self.open = open(self.source, file, self.at - begin);
                self.files.pop_front();
                return 0;
            }
            Some((begin, _)) => usize::try_from(begin - self.at).unwrap_or(usize::MAX),
            None => usize::MAX,
        };
        let silent = samples.len().min(until);
        samples[..silent].fill(0);
        silent
    }
}

/// Opens a file behind its first `skip` samples, which lie under the file before it.
fn open(
    source: &Source,
    file: &FinishedFile,
    skip: u64,
) -> Option<WavReader<BufReader<PlainFile>>> {
    let mut reader = WavReader::new(BufReader::new(source.open(file)?)).ok()?;
    let fits = reader.spec().channels == 1 && reader.spec().sample_rate == RATE;
    let skip = u32::try_from(skip).ok()?;
    (fits && reader.seek(skip).is_ok()).then_some(reader)
}
