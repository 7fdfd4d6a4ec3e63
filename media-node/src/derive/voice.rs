//! A party's sound on the call's time line, decoded from what was received.

use super::decode::{Coding, Decoder, RATE};
use super::parts::Parts;
use super::samples::{Sample, Samples};
use crate::record::drift::Drift;
use crate::record::mp4::AUDIO_ID;
use counterpart_shared::id::Party;

/// Samples of a millisecond.
const MS: u64 = RATE as u64 / 1000;

/// Decodes a party's files one after the other, each packet at its place.
pub(super) struct Voice<'a> {
    parts: &'a dyn Parts,
    party: Party,
    /// How many of the party's files were begun with.
    taken: usize,
    open: Option<Open>,
    /// Stays over the files, so that sound goes on without a seam where only the pictures changed.
    decoder: Option<Decoder>,
    drift: Drift,
    /// The newest packet's samples and where they begin.
    decoded: Vec<i16>,
    begin: u64,
    /// Where the next sample to be read lies.
    at: u64,
}

struct Open {
    name: String,
    /// Where it begins, in samples.
    begin: u64,
    samples: Samples,
    /// Nothing if there is no decoder for it.
    coding: Option<Coding>,
}

impl<'a> Voice<'a> {
    pub(super) fn of(parts: &'a dyn Parts, party: Party) -> Self {
        let mut voice = Self {
            parts,
            party,
            taken: 0,
            open: None,
            decoder: None,
            drift: Drift::new(RATE),
            decoded: Vec::new(),
            begin: 0,
            at: 0,
        };
        voice.advance();
        voice
    }

    /// Whether there is no sound from here on.
    pub(super) fn is_over(&self) -> bool {
        self.at >= self.end()
    }

    /// The next samples; silence where nothing came or what came cannot be decoded.
    pub(super) fn read(&mut self, samples: &mut [i16]) {
        let mut filled = 0;
        while let Some(rest) = samples.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            let count = self.fill(rest);
            filled += count;
            self.at += count as u64;
            if self.at >= self.end() {
                self.advance();
            }
        }
    }

    fn end(&self) -> u64 {
        self.begin + self.decoded.len() as u64
    }

    /// Fills a part of the samples, at least one.
    fn fill(&self, samples: &mut [i16]) -> usize {
        let into = self.at.checked_sub(self.begin).map(|into| into as usize);
        let sound = match into {
            Some(into) => self.decoded.get(into..).unwrap_or_default(),
            None => &[],
        };
        let silent = match into {
            Some(_) => usize::MAX,
            None => usize::try_from(self.begin - self.at).unwrap_or(usize::MAX),
        };
        let count = match sound.len() {
            0 => samples.len().min(silent),
            length => samples.len().min(length),
        };
        match sound.get(..count) {
            Some(sound) => samples[..count].copy_from_slice(sound),
            None => samples[..count].fill(0),
        }
        count
    }

    /// Decodes the next packet that is heard at all.
    fn advance(&mut self) {
        while self.at >= self.end() {
            let Some(sample) = self.next_packet() else {
                return;
            };
            self.decode(&sample);
        }
    }

    fn next_packet(&mut self) -> Option<Sample> {
        loop {
            if let Some(open) = &mut self.open {
                match open.samples.next() {
                    Ok(Some(sample)) => return Some(sample),
                    Ok(None) if !open.samples.is_over() => return None,
                    Ok(None) => {}
                    // What cannot be read is silence; the next file may be heard.
                    Err(error) => self.parts.fault(&open.name, &error),
                }
                self.open = None;
            }
            let part = self.parts.part(self.party, self.taken)?;
            self.taken += 1;
            let samples = self.parts.open(&part, AUDIO_ID);
            self.open = samples.map(|(samples, codec)| Open {
                name: part.name,
                begin: part.begin * MS,
                samples,
                coding: Coding::of(&codec),
            });
        }
    }

    /// Puts a packet behind what was decoded, at the place that its time says.
    fn decode(&mut self, sample: &Sample) {
        let Some(open) = &self.open else { return };
        let samples_of = |ticks: u64| ticks.saturating_mul(RATE.into()) / open.samples.timescale;
        let place = open.begin + samples_of(sample.decoded_at);
        let length = samples_of(sample.duration);
        self.parts.late(self.at.saturating_sub(place) / MS);
        let end = self.end();
        if self.decoder.as_ref().map(Decoder::coding) != open.coding.as_ref() {
            let coding = open.coding.clone();
            self.decoder = coding.and_then(|coding| Decoder::new(coding).ok());
        }
        let decoder = self.decoder.as_mut();
        let heard = decoder.and_then(|decoder| decoder.decode(&sample.data));
        let first = self.decoded.is_empty();
        self.decoded.clear();
        match heard {
            Some(heard) => self.decoded.extend_from_slice(heard),
            None => self.decoded.resize(length as usize, 0),
        }
        let behind = place.cast_signed() - end.cast_signed();
        match if first {
            behind
        } else {
            self.drift.correct(behind)
        } {
            // Once more the same: a zero would be heard.
            1 => {
                let again = self.decoded.first().copied();
                self.decoded.splice(0..0, again);
                self.begin = end;
            }
            moved @ 0.. => self.begin = end.saturating_add_signed(moved),
            moved => {
                let overlap = usize::try_from(moved.unsigned_abs()).unwrap_or(usize::MAX);
                self.decoded.drain(..overlap.min(self.decoded.len()));
                self.begin = end;
            }
        }
    }
}
