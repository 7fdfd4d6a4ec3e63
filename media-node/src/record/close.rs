//! Writing the end of a file whose recorder died.

use super::gaps::{Gap, Track, Watch};
use super::mp4::{VIDEO_ID, Walk, with_duration};
use mp4_atom::{Codec, Moov, Traf};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// What a file turned out to hold. One that cannot be read holds nothing and stays as it is.
#[derive(Debug, Default)]
pub(super) struct Closed {
    pub(super) codecs: Vec<String>,
    pub(super) duration_ms: u64,
    watches: Vec<Watch>,
}

impl Closed {
    pub(super) fn gaps(&self, first_at: u64) -> Vec<Gap> {
        let watches = self.watches.iter();
        watches
            .flat_map(|watch| watch.gaps(first_at, self.duration_ms))
            .collect()
    }
}

pub(super) fn close(
    path: &Path,
    by: impl FnOnce(&mut File) -> io::Result<Closed>,
) -> io::Result<(Closed, u64)> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let last_at = unix_ms(file.metadata()?.modified()?);
    let closed = by(&mut file)?;
    file.sync_all()?;
    Ok((closed, last_at))
}

fn unix_ms(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Cuts the file behind its last whole fragment and writes the duration.
pub(super) fn close_mp4(file: &mut File) -> io::Result<Closed> {
    let mut walk = Walk::new(file)?;
    let Some((at, moov)) = walk.moov(file)? else {
        return Ok(Closed::default());
    };
    let mut lines = Lines::of(&moov);
    let mut end = walk.at;
    while let Some((_, moof)) = walk.fragment(file)? {
        end = walk.at;
        moof.traf.iter().for_each(|traf| lines.take(traf));
    }
    file.set_len(end)?;
    let codecs = moov
        .trak
        .iter()
        .flat_map(|trak| &trak.mdia.minf.stbl.stsd.codecs);
    let codecs = codecs.map(codec).collect();
    let room = at.end - at.start;
    if let Ok(bytes) = with_duration(moov, lines.duration_ms)
        && bytes.len() as u64 == room
    {
        file.seek(SeekFrom::Start(at.start))?;
        file.write_all(&bytes)?;
    }
    Ok(Closed {
        codecs,
        duration_ms: lines.duration_ms,
        watches: lines.tracks.into_values().map(|(_, watch)| watch).collect(),
    })
}

/// The tracks of a file, by id: ticks per second, and where something lies.
struct Lines {
    tracks: BTreeMap<u32, (u32, Watch)>,
    duration_ms: u64,
}

impl Lines {
    fn of(moov: &Moov) -> Self {
        let tracks = moov.trak.iter().map(|trak| {
            let id = trak.tkhd.track_id;
            let track = match id {
                VIDEO_ID => Track::Picture,
                _ => Track::Sound,
            };
            (id, (trak.mdia.mdhd.timescale.max(1), Watch::new(track)))
        });
        Self {
            tracks: tracks.collect(),
            duration_ms: 0,
        }
    }

    fn take(&mut self, traf: &Traf) {
        let id = traf.tfhd.track_id;
        let Some((scale, watch)) = self.tracks.get_mut(&id) else {
            return;
        };
        let ms = |ticks: u64| ticks.saturating_mul(1000) / u64::from(*scale);
        let start = traf.tfdt.as_ref();
        let mut at = start.map_or(0, |tfdt| tfdt.base_media_decode_time);
        for sample in traf.trun.iter().flat_map(|trun| trun.samples.iter()) {
            let end = at.saturating_add(sample.duration.unwrap_or(0).into());
            // A picture lasts until the next one, however late that is.
            let lies_to = if id == VIDEO_ID { at } else { end };
            watch.note(ms(at).cast_signed(), ms(lies_to).cast_signed());
            at = end;
        }
        self.duration_ms = self.duration_ms.max(ms(at));
    }
}

fn codec(codec: &Codec) -> String {
    match codec {
        Codec::Avc1(avc1) => {
            let avcc = &avc1.avcc;
            let bytes = [
                avcc.avc_profile_indication,
                avcc.profile_compatibility,
                avcc.avc_level_indication,
            ];
            let [profile, constraints, level] = bytes;
            format!("avc1.{profile:02x}{constraints:02x}{level:02x}")
        }
        Codec::Mp4a(mp4a) => {
            let specific = mp4a.esds.es_desc.dec_config.dec_specific.as_ref();
            format!(
                "mp4a.40.{}",
                specific.map_or(2, |specific| specific.profile)
            )
        }
        Codec::Opus(_) => "opus".to_owned(),
        _ => "unknown".to_owned(),
    }
}
