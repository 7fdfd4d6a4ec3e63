//! The coded pictures of one MP4 file of a recording, as a decoder takes them.

use super::super::samples::Samples;
use bytes::Bytes;
use counterpart_shared::h264::avcc_to_annex_b;
use mp4_atom::{Avcc, Codec};
use std::io;

const START: [u8; 4] = [0, 0, 0, 1];

/// One coded picture in Annex B, keyframes with their parameter sets.
pub(super) struct CodedPicture {
    /// When it is decoded, in milliseconds from the file's beginning.
    pub(super) decoded_at: u64,
    /// When it is shown.
    pub(super) shown_at: u64,
    pub(super) data: Vec<u8>,
}

/// Reads them one after the other.
pub(super) struct CodedPictures {
    samples: Samples,
    length_size: u8,
    sets: Vec<u8>,
}

impl CodedPictures {
    /// Nothing if they are not H.264.
    pub(super) fn of((samples, codec): (Samples, Codec)) -> Option<Self> {
        match codec {
            Codec::Avc1(avc1) => Some(Self {
                samples,
                length_size: avc1.avcc.length_size,
                sets: sets(&avc1.avcc),
            }),
            _ => None,
        }
    }

    /// Whether there was nothing left behind the end that [`next`](Self::next) came to.
    pub(super) fn is_over(&self) -> bool {
        self.samples.is_over()
    }

    /// The next one; nothing at the end of what is whole.
    pub(super) fn next(&mut self) -> io::Result<Option<CodedPicture>> {
        let Some(sample) = self.samples.next()? else {
            return Ok(None);
        };
        let mut data = Vec::new();
        if sample.key {
            data.extend_from_slice(&self.sets);
        }
        // What is no H.264 stays empty and shows nothing.
        if let Ok(units) = avcc_to_annex_b(&Bytes::from(sample.data), self.length_size) {
            data.extend_from_slice(&units);
        }
        let ms = |ticks: u64| ticks.saturating_mul(1000) / self.samples.timescale;
        Ok(Some(CodedPicture {
            decoded_at: ms(sample.decoded_at),
            shown_at: ms(sample.shown_at),
            data,
        }))
    }
}

fn sets(avcc: &Avcc) -> Vec<u8> {
    let sets = avcc.sequence_parameter_sets.iter();
    let sets = sets.chain(&avcc.picture_parameter_sets);
    sets.flat_map(|set| START.iter().chain(set))
        .copied()
        .collect()
}
