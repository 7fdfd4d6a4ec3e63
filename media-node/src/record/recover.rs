//! Closing what a killed process left behind: files whose end was never written.
//!
//! Nothing that was recorded is thrown away but the rest of a fragment that was being written.

use super::manifest::{CallManifest, FinishedFile, digest};
use super::mp4::with_duration;
use super::{Folder, RecordError};
use counterpart_shared::id::CallId;
use mp4_atom::{Codec, Decode, Moof, Moov, Traf};
use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Largest `moov` or `moof` that is read into memory.
const MAX_BOX: u64 = 16 << 20;
const WAV_HEADER_LEN: u64 = 44;
const WAV_BYTES_PER_MS: u64 = 96;

/// A call with files that were found open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// The call.
    pub call: CallId,
    /// The files that are closed and listed now.
    pub files: Vec<FinishedFile>,
}

/// Closes all files below the recording folder that no `call.json` lists, and lists them. Call it
/// before anything is recorded; it may take long. What cannot be closed is logged and left as it is.
pub fn recover(root: &Path) -> Result<Vec<Recovered>, RecordError> {
    let mut recovered = Vec::new();
    for name in names(root)? {
        let folder = root.join(&name);
        let Ok(call) = name.parse::<CallId>() else {
            continue;
        };
        if !folder.is_dir() {
            continue;
        }
        // One call that cannot be closed must not keep the others open.
        match recover_call(&folder, &call) {
            Ok(files) if files.is_empty() => {}
            Ok(files) => recovered.push(Recovered { call, files }),
            Err(error) => tracing::error!(%call, %error, "a recording cannot be closed"),
        }
    }
    Ok(recovered)
}

fn recover_call(folder: &Path, call: &CallId) -> Result<Vec<FinishedFile>, RecordError> {
    let listed = CallManifest::read(folder, call)?;
    let mut files = Vec::new();
    for name in names(folder)? {
        if listed.files.iter().any(|file| file.name == name) {
            continue;
        }
        match recover_file(folder, name) {
            Ok(file) => files.extend(file),
            Err(error) => tracing::error!(%call, %error, "a file cannot be closed"),
        }
    }
    if !files.is_empty() {
        CallManifest::update(folder, call, files.clone())?;
    }
    Ok(files)
}

/// Closes one file; none if it is not a recording.
fn recover_file(folder: &Path, name: String) -> Result<Option<FinishedFile>, RecordError> {
    let path = folder.join(&name);
    let closed = match path.extension().and_then(|kind| kind.to_str()) {
        Some("mp4") => close(&path, close_mp4),
        Some("wav") => close(&path, close_wav),
        _ => return Ok(None),
    };
    let (closed, last_at) = closed.map_err(RecordError::disk(&path.to_string_lossy()))?;
    let (bytes, sha256) = digest(&Folder::create(folder)?, &name)?;
    Ok(Some(FinishedFile {
        name,
        bytes,
        sha256,
        codecs: closed.codecs,
        duration_ms: closed.duration_ms,
        first_at: last_at.saturating_sub(closed.duration_ms),
        last_at,
    }))
}

fn names(folder: &Path) -> Result<Vec<String>, RecordError> {
    let disk = RecordError::disk(&folder.to_string_lossy());
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(disk(error)),
    };
    let names = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.collect();
    names.sort();
    Ok(names)
}

/// What a file turned out to hold. One that cannot be read holds nothing and stays as it is.
#[derive(Debug, Default)]
struct Closed {
    codecs: Vec<String>,
    duration_ms: u64,
}

fn close(
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

/// The sizes in a WAV header, brought up to the file's.
fn close_wav(file: &mut File) -> io::Result<Closed> {
    let len = file.metadata()?.len();
    let codecs = vec!["pcm".to_owned()];
    let Some(data) = len.checked_sub(WAV_HEADER_LEN) else {
        return Ok(Closed {
            codecs,
            duration_ms: 0,
        });
    };
    let data = u32::try_from(data).unwrap_or(u32::MAX) & !1;
    file.set_len(WAV_HEADER_LEN + u64::from(data))?;
    file.seek(SeekFrom::Start(4))?;
    file.write_all(&data.saturating_add(36).to_le_bytes())?;
    file.seek(SeekFrom::Start(40))?;
    file.write_all(&data.to_le_bytes())?;
    Ok(Closed {
        codecs,
        duration_ms: u64::from(data) / WAV_BYTES_PER_MS,
    })
}

/// Cuts the file behind its last whole fragment and writes the duration.
fn close_mp4(file: &mut File) -> io::Result<Closed> {
    let mut walk = Walk::new(file)?;
    let Some((at, moov)) = walk.moov(file)? else {
        return Ok(Closed::default());
    };
    let scales: HashMap<u32, u32> = moov
        .trak
        .iter()
        .map(|trak| (trak.tkhd.track_id, trak.mdia.mdhd.timescale))
        .collect();
    let mut duration_ms = 0;
    let mut end = walk.at;
    while let Some(moof) = walk.fragment(file)? {
        end = walk.at;
        let ends = moof.traf.iter().map(|traf| end_ms(traf, &scales));
        duration_ms = ends.max().unwrap_or(0).max(duration_ms);
    }
    file.set_len(end)?;
    let codecs = moov
        .trak
        .iter()
        .flat_map(|trak| &trak.mdia.minf.stbl.stsd.codecs);
    let codecs = codecs.map(codec).collect();
    let room = at.end - at.start;
    if let Ok(bytes) = with_duration(moov, duration_ms)
        && bytes.len() as u64 == room
    {
        file.seek(SeekFrom::Start(at.start))?;
        file.write_all(&bytes)?;
    }
    Ok(Closed {
        codecs,
        duration_ms,
    })
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

fn end_ms(traf: &Traf, scales: &HashMap<u32, u32>) -> u64 {
    let scale = scales.get(&traf.tfhd.track_id).copied().unwrap_or(0).max(1);
    let start = traf
        .tfdt
        .as_ref()
        .map_or(0, |tfdt| tfdt.base_media_decode_time);
    let samples = traf.trun.iter().flat_map(|trun| trun.samples.iter());
    let length: u64 = samples
        .map(|sample| u64::from(sample.duration.unwrap_or(0)))
        .sum();
    start.saturating_add(length).saturating_mul(1000) / u64::from(scale)
}

/// Goes over the boxes of a file, one by one.
struct Walk {
    at: u64,
    len: u64,
}

struct Header {
    kind: [u8; 4],
    start: u64,
    end: u64,
}

impl Walk {
    fn new(file: &File) -> io::Result<Self> {
        Ok(Self {
            at: 0,
            len: file.metadata()?.len(),
        })
    }

    /// The next box, if it is whole; steps over it.
    fn header(&mut self, file: &mut File) -> io::Result<Option<Header>> {
        let start = self.at;
        if self.len.saturating_sub(start) < 8 {
            return Ok(None);
        }
        let mut head = [0; 8];
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(&mut head)?;
        let [s0, s1, s2, s3, kind @ ..] = head;
        let size = u64::from(u32::from_be_bytes([s0, s1, s2, s3]));
        if size < 8 || size > self.len - start {
            return Ok(None);
        }
        self.at = start + size;
        Ok(Some(Header {
            kind,
            start,
            end: self.at,
        }))
    }

    /// `moov` and where it may be written: up to the end of the `free` box behind it.
    fn moov(&mut self, file: &mut File) -> io::Result<Option<(std::ops::Range<u64>, Moov)>> {
        while let Some(header) = self.header(file)? {
            if &header.kind != b"moov" {
                continue;
            }
            let Some(moov) = read::<Moov>(file, &header)? else {
                return Ok(None);
            };
            let behind = self.at;
            let end = match self.header(file)? {
                Some(free) if &free.kind == b"free" => free.end,
                _ => {
                    self.at = behind;
                    behind
                }
            };
            return Ok(Some((header.start..end, moov)));
        }
        Ok(None)
    }

    /// The next `moof` whose `mdat` is whole too.
    fn fragment(&mut self, file: &mut File) -> io::Result<Option<Moof>> {
        let Some(header) = self.header(file)?.filter(|header| &header.kind == b"moof") else {
            return Ok(None);
        };
        let moof = read::<Moof>(file, &header)?;
        let mdat = self.header(file)?.filter(|header| &header.kind == b"mdat");
        Ok(moof.filter(|_| mdat.is_some()))
    }
}

fn read<T: Decode>(file: &mut File, header: &Header) -> io::Result<Option<T>> {
    let size = header.end - header.start;
    if size > MAX_BOX {
        return Ok(None);
    }
    file.seek(SeekFrom::Start(header.start))?;
    let mut bytes = vec![0; size as usize];
    file.read_exact(&mut bytes)?;
    Ok(T::decode(&mut bytes.as_slice()).ok())
}
