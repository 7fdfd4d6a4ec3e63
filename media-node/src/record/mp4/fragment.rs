//! `moof` and `mdat` (ISO/IEC 14496-12 §8.8.4 to §8.8.12).

use super::line::Sample;
use bytes::BufMut;
use mp4_atom::{Encode, Error, FourCC, Mfhd, Moof, Tfdt, Tfhd, Traf, Trun, TrunEntry};

/// sample_depends_on = 2: needs no other.
const FLAGS_KEY: u32 = 0x0200_0000;
/// sample_depends_on = 1, sample_is_non_sync_sample.
const FLAGS_INTER: u32 = 0x0101_0000;
const MDAT_HEADER_LEN: usize = 8;

/// The samples of one track within a fragment; they follow each other without a gap.
pub(super) struct Run {
    pub(super) track_id: u32,
    pub(super) samples: Vec<Sample>,
}

/// One fragment as it stands in the file, up to its [`data`]. Runs without samples are left out.
pub(super) fn head(sequence: u32, runs: &[Run]) -> Result<Vec<u8>, Error> {
    let runs: Vec<&Run> = runs.iter().filter(|run| !run.samples.is_empty()).collect();
    let traf = runs.iter().map(|run| traf(run)).collect();
    let mut moof = Moof {
        mfhd: Mfhd {
            sequence_number: sequence,
        },
        traf,
    };
    let mut out = Vec::new();
    moof.encode(&mut out)?;
    let end = place_data(&mut moof, out.len() + MDAT_HEADER_LEN, &runs);
    out.clear();
    moof.encode(&mut out)?;
    let size = u32::try_from(end - out.len()).map_err(|_| Error::TooLarge(FourCC::new(b"mdat")))?;
    out.put_u32(size);
    out.put_slice(b"mdat");
    Ok(out)
}

/// What follows the head, sample by sample.
pub(super) fn data(runs: &[Run]) -> impl Iterator<Item = &[u8]> {
    let samples = runs.iter().flat_map(|run| &run.samples);
    samples.map(|sample| &sample.data[..])
}

fn traf(run: &Run) -> Traf {
    let entries = run.samples.iter().map(|sample| TrunEntry {
        duration: Some(u32::try_from(sample.duration).unwrap_or(u32::MAX)),
        size: Some(sample.data.len() as u32),
        flags: Some(if sample.key { FLAGS_KEY } else { FLAGS_INTER }),
        cts: Some(sample.composition),
    });
    let trun = Trun {
        data_offset: Some(0),
        samples: entries.collect::<Vec<_>>().into(),
    };
    let start = run.samples.first().map_or(0, |sample| sample.time);
    Traf {
        tfhd: Tfhd {
            track_id: run.track_id,
            default_base_is_moof: true,
            ..Tfhd::default()
        },
        tfdt: Some(Tfdt {
            base_media_decode_time: start,
        }),
        trun: vec![trun],
        ..Traf::default()
    }
}

/// Tells each run where its data begins, counted from `moof`; says where the last one ends.
fn place_data(moof: &mut Moof, first: usize, runs: &[&Run]) -> usize {
    let mut at = first;
    for (traf, run) in moof.traf.iter_mut().zip(runs) {
        for trun in &mut traf.trun {
            trun.data_offset = i32::try_from(at).ok();
        }
        at += run
            .samples
            .iter()
            .map(|sample| sample.data.len())
            .sum::<usize>();
    }
    at
}
