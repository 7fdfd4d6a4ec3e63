//! The coded samples of one track of an MP4 file of a recording.

use crate::record::Growth;
use crate::record::mp4::Walk;
use crate::vault::PlainFile;
use mp4_atom::{Codec, Moof, Moov, Traf};
use std::collections::VecDeque;
use std::io::{self, Read, Seek, SeekFrom};

/// sample_is_non_sync_sample (ISO/IEC 14496-12 §8.8.3.1).
const NON_SYNC: u32 = 0x0001_0000;
/// A coded picture of a video call is far below that.
const MAX_SAMPLE: usize = 8 << 20;

/// One coded picture or packet of sound. Times are ticks of its track from the file's beginning.
pub(super) struct Sample {
    /// When it is decoded.
    pub(super) decoded_at: u64,
    /// When it is shown.
    pub(super) shown_at: u64,
    /// How long it lasts.
    pub(super) duration: u64,
    /// Whether it needs no other.
    pub(super) key: bool,
    pub(super) data: Vec<u8>,
}

/// Reads them one after the other.
pub(super) struct Samples {
    file: PlainFile,
    walk: Walk,
    /// How far a file may be read that is still being written.
    growth: Option<Growth>,
    over: bool,
    track: u32,
    /// Ticks per second.
    pub(super) timescale: u64,
    waiting: VecDeque<(Sample, Place)>,
}

/// Where one lies in the file.
struct Place {
    offset: u64,
    size: usize,
}

impl Samples {
    /// Those of a track, and how they are coded; nothing if the file does not have it. Of a file with
    /// `growth`, which has at least its beginning, as far as that is.
    pub(super) fn open(
        mut file: PlainFile,
        growth: Option<Growth>,
        track: u32,
    ) -> io::Result<Option<(Self, Codec)>> {
        let mut walk = Walk::new(&mut file)?;
        let Some((_, moov)) = walk.moov(&mut file)? else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        Ok(codec(moov, track).map(|(timescale, codec)| {
            let samples = Self {
                file,
                walk,
                over: growth.is_none(),
                growth,
                track,
                timescale,
                waiting: VecDeque::new(),
            };
            (samples, codec)
        }))
    }

    /// Whether there was nothing left behind the end that [`next`](Self::next) came to; else there may be more later.
    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    /// The next one; nothing at the end of what is whole, which a growing file is as far as it may be read.
    pub(super) fn next(&mut self) -> io::Result<Option<Sample>> {
        while self.waiting.is_empty() {
            if let Some(growth) = &self.growth {
                let reach = growth.reach();
                self.over = reach.over;
                self.walk.len = reach.bytes;
            }
            let rest = self.walk.len.saturating_sub(self.walk.at);
            match self.walk.fragment(&mut self.file)? {
                Some((start, moof)) => self.list(start, &moof),
                None if self.growth.is_some() && rest > 0 => {
                    return Err(io::ErrorKind::InvalidData.into());
                }
                None => return Ok(None),
            }
        }
        let Some((mut sample, place)) = self.waiting.pop_front() else {
            return Ok(None);
        };
        sample.data = vec![0; place.size.min(MAX_SAMPLE)];
        self.file.seek(SeekFrom::Start(place.offset))?;
        self.file.read_exact(&mut sample.data)?;
        Ok(Some(sample))
    }

    fn list(&mut self, start: u64, moof: &Moof) {
        let of_track = |traf: &&Traf| traf.tfhd.track_id == self.track;
        for traf in moof.traf.iter().filter(of_track) {
            let begin = traf.tfdt.as_ref();
            let mut time = begin.map_or(0, |tfdt| tfdt.base_media_decode_time);
            for trun in &traf.trun {
                let into = i64::from(trun.data_offset.unwrap_or(0));
                let mut offset = start.saturating_add_signed(into);
                for entry in trun.samples.iter() {
                    let size = entry.size.unwrap_or(0);
                    let sample = Sample {
                        decoded_at: time,
                        shown_at: time.saturating_add_signed(entry.cts.unwrap_or(0)),
                        duration: entry.duration.unwrap_or(0).into(),
                        key: entry.flags.unwrap_or(0) & NON_SYNC == 0,
                        data: Vec::new(),
                    };
                    time = time.saturating_add(sample.duration);
                    let place = Place {
                        offset,
                        size: size as usize,
                    };
                    self.waiting.push_back((sample, place));
                    offset += u64::from(size);
                }
            }
        }
    }
}

/// Ticks per second of a track, and how it is coded.
fn codec(moov: Moov, track: u32) -> Option<(u64, Codec)> {
    let mut traks = moov.trak.into_iter();
    let trak = traks.find(|trak| trak.tkhd.track_id == track)?;
    let mut codecs = trak.mdia.minf.stbl.stsd.codecs.into_iter();
    Some((trak.mdia.mdhd.timescale.max(1).into(), codecs.next()?))
}
