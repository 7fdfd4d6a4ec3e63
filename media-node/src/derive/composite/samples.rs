//! The coded pictures of one MP4 file of a recording.

use crate::record::mp4::{VIDEO_ID, Walk};
use crate::vault::PlainFile;
use bytes::Bytes;
use counterpart_shared::h264::avcc_to_annex_b;
use mp4_atom::{Avcc, Codec, Moof, Moov, Traf};
use std::collections::VecDeque;
use std::io::{self, Read, Seek, SeekFrom};

/// sample_is_non_sync_sample (ISO/IEC 14496-12 §8.8.3.1).
const NON_SYNC: u32 = 0x0001_0000;
/// A coded picture of a video call is far below that.
const MAX_SAMPLE: usize = 8 << 20;
const START: [u8; 4] = [0, 0, 0, 1];

/// One coded picture in Annex B, keyframes with their parameter sets.
pub(super) struct Sample {
    /// When it is decoded, in milliseconds from the file's beginning.
    pub(super) decoded_at: u64,
    /// When it is shown.
    pub(super) shown_at: u64,
    pub(super) data: Vec<u8>,
}

/// Reads them one after the other.
pub(super) struct Samples {
    file: PlainFile,
    walk: Walk,
    timescale: u64,
    length_size: u8,
    sets: Vec<u8>,
    waiting: VecDeque<Found>,
}

/// Where one lies in the file.
struct Found {
    decoded_at: u64,
    shown_at: u64,
    key: bool,
    offset: u64,
    size: usize,
}

impl Samples {
    /// Nothing if the file has no pictures.
    pub(super) fn open(mut file: PlainFile) -> io::Result<Option<Self>> {
        let mut walk = Walk::new(&mut file)?;
        let Some((_, moov)) = walk.moov(&mut file)? else {
            return Ok(None);
        };
        Ok(pictures(&moov).map(|(timescale, avcc)| Self {
            file,
            walk,
            timescale,
            length_size: avcc.length_size,
            sets: sets(avcc),
            waiting: VecDeque::new(),
        }))
    }

    /// The next one; nothing at the end of what is whole.
    pub(super) fn next(&mut self) -> io::Result<Option<Sample>> {
        while self.waiting.is_empty() {
            let Some((start, moof)) = self.walk.fragment(&mut self.file)? else {
                return Ok(None);
            };
            self.list(start, &moof);
        }
        match self.waiting.pop_front() {
            Some(found) => self.read(&found).map(Some),
            None => Ok(None),
        }
    }

    fn list(&mut self, start: u64, moof: &Moof) {
        let of_pictures = |traf: &&Traf| traf.tfhd.track_id == VIDEO_ID;
        for traf in moof.traf.iter().filter(of_pictures) {
            let ms = |ticks: u64| ticks.saturating_mul(1000) / self.timescale;
            let begin = traf.tfdt.as_ref();
            let mut time = begin.map_or(0, |tfdt| tfdt.base_media_decode_time);
            for trun in &traf.trun {
                let into = i64::from(trun.data_offset.unwrap_or(0));
                let mut offset = start.saturating_add_signed(into);
                for entry in trun.samples.iter() {
                    let shown = time.saturating_add_signed(entry.cts.unwrap_or(0));
                    let size = entry.size.unwrap_or(0);
                    self.waiting.push_back(Found {
                        decoded_at: ms(time),
                        shown_at: ms(shown),
                        key: entry.flags.unwrap_or(0) & NON_SYNC == 0,
                        offset,
                        size: size as usize,
                    });
                    offset += u64::from(size);
                    time = time.saturating_add(entry.duration.unwrap_or(0).into());
                }
            }
        }
    }

    fn read(&mut self, found: &Found) -> io::Result<Sample> {
        let mut coded = vec![0; found.size.min(MAX_SAMPLE)];
        self.file.seek(SeekFrom::Start(found.offset))?;
        self.file.read_exact(&mut coded)?;
        let mut data = Vec::new();
        if found.key {
            data.extend_from_slice(&self.sets);
        }
        // What is no H.264 stays empty and shows nothing.
        if let Ok(units) = avcc_to_annex_b(&Bytes::from(coded), self.length_size) {
            data.extend_from_slice(&units);
        }
        Ok(Sample {
            decoded_at: found.decoded_at,
            shown_at: found.shown_at,
            data,
        })
    }
}

fn pictures(moov: &Moov) -> Option<(u64, &Avcc)> {
    let trak = moov
        .trak
        .iter()
        .find(|trak| trak.tkhd.track_id == VIDEO_ID)?;
    let codecs = trak.mdia.minf.stbl.stsd.codecs.iter();
    let mut avcc = codecs.filter_map(|codec| match codec {
        Codec::Avc1(avc1) => Some(&avc1.avcc),
        _ => None,
    });
    Some((trak.mdia.mdhd.timescale.max(1).into(), avcc.next()?))
}

fn sets(avcc: &Avcc) -> Vec<u8> {
    let sets = avcc.sequence_parameter_sets.iter();
    let sets = sets.chain(&avcc.picture_parameter_sets);
    sets.flat_map(|set| START.iter().chain(set))
        .copied()
        .collect()
}
