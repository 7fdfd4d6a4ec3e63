//! Media made by ffmpeg, files judged by it, and disks that misbehave.

#![allow(clippy::unwrap_used, reason = "what a helper cannot do fails its test")]
#![allow(
    dead_code,
    reason = "several programs share it and none uses all of it"
)]

pub(crate) mod sync_disk;

use bytes::Bytes;
use counterpart_node::Timing;
use counterpart_node::derive::{Source, sounds};
use counterpart_node::evidence::{NodeKey, Sealer};
use counterpart_node::frames::Frame;
use counterpart_node::hub::Hub;
use counterpart_node::record::FinishedFile;
use counterpart_node::record::open::OpenCall;
use counterpart_node::record::store::{Folder, Output, Store};
use counterpart_node::vault::Vault;
use counterpart_shared::flv::{
    AudioBody, AudioCodec, FrameType, Tag, TagKind, TagReader, VideoBody,
};
use counterpart_shared::grant::{Act, Composite, Grant, Layout};
use counterpart_shared::id::{CallId, Party, StreamId};
use counterpart_shared::opus::OpusHead;
use counterpart_shared::rtmp::{Message, MessageKind};
use proptest::prelude::*;
use std::collections::HashMap;
use std::f64::consts::TAU;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

fn run(program: &str, arguments: &[&str]) -> (String, String) {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .expect(program);
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

/// A test picture of 25 frames per second with a tone of 440 Hz, as FLV tags. The file is kept as
/// `made.flv`.
pub(crate) fn flv(folder: &tempfile::TempDir, seconds: f64, video: &[&str], rate: u32) -> Vec<Tag> {
    let path = folder.path().join("made.flv");
    let path = path.to_str().unwrap();
    let length = seconds.to_string();
    let tone = format!("sine=440:r={rate}");
    let mut arguments = vec![
        "-v",
        "error",
        "-y",
        "-f",
        "lavfi",
        "-i",
        "testsrc2=s=320x240:r=25",
    ];
    arguments.extend(["-f", "lavfi", "-i", &tone, "-t", &length, "-c:v", "libx264"]);
    arguments.extend(["-preset", "ultrafast", "-pix_fmt", "yuv420p"]);
    if !video.contains(&"-bf") {
        arguments.extend(["-bf", "0"]);
    }
    arguments.extend(video);
    arguments.extend(["-c:a", "aac", "-b:a", "64k", "-f", "flv", path]);
    assert_eq!(run("ffmpeg", &arguments).1, "");
    let mut reader = TagReader::default();
    let mut tags = Vec::new();
    for piece in std::fs::read(path).unwrap().chunks(1000) {
        reader.push(piece);
        while let Some(tag) = reader.next_tag().unwrap() {
            tags.push(tag);
        }
    }
    tags
}

/// A tone in Opus, in packets of 20 ms within the given milliseconds, its configuration first.
pub(crate) fn opus_tags(times: &[Range<u32>], hertz: f64) -> Vec<Tag> {
    let mut encoder =
        opus::Encoder::new(48_000, opus::Channels::Mono, opus::Application::Voip).unwrap();
    let tag = |timestamp, body: AudioBody| {
        let body = body.encode();
        Tag {
            kind: TagKind::Audio,
            timestamp,
            body,
        }
    };
    let head = OpusHead::new(1, 312, 48_000).encode();
    let mut tags = vec![tag(0, AudioBody::config(AudioCodec::Opus, head.into()))];
    for timestamp in times.iter().cloned().flat_map(|range| range.step_by(20)) {
        let samples = (0..960).map(|n| f64::from(timestamp * 48 + n) / 48_000.0);
        let wave = samples.map(|t| ((TAU * hertz * t).sin() * 8_000.0) as i16);
        let packet = encoder.encode_vec(&wave.collect::<Vec<_>>(), 1500).unwrap();
        tags.push(tag(
            timestamp,
            AudioBody::coded(AudioCodec::Opus, packet.into()),
        ));
    }
    tags
}

/// The same so many milliseconds later.
pub(crate) fn later(tags: &[Tag], by: u32) -> impl Iterator<Item = Tag> {
    tags.iter().map(move |tag| Tag {
        timestamp: tag.timestamp + by,
        ..tag.clone()
    })
}

fn unhex(hex: &str) -> Bytes {
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(byte).collect()
}

/// Bodies of all kinds, valid in their headers or not at all.
pub(crate) fn bodies() -> impl Strategy<Value = (TagKind, Bytes)> {
    let data = || prop::collection::vec(any::<u8>(), 0..30).prop_map(Bytes::from);
    let types = prop::sample::select(vec![FrameType::Key, FrameType::Inter]);
    let codec = || prop::sample::select(vec![AudioCodec::Aac, AudioCodec::Opus]);
    let record = prop::sample::select(vec!["0142c01effe1000467420001010001ce", "0142c00dffe00000"]);
    let config = prop::sample::select(vec!["1190", "1208", "2b920800"]);
    prop_oneof![
        (any::<bool>(), data()).prop_map(|(video, data)| {
            (
                if video {
                    TagKind::Video
                } else {
                    TagKind::Audio
                },
                data,
            )
        }),
        (types, any::<i32>(), data()).prop_map(|(kind, cts, data)| (
            TagKind::Video,
            VideoBody::coded(kind, cts, data).encode()
        )),
        record.prop_map(|hex| (TagKind::Video, VideoBody::config(unhex(hex)).encode())),
        config.prop_map(|hex| {
            (
                TagKind::Audio,
                AudioBody::config(AudioCodec::Aac, unhex(hex)).encode(),
            )
        }),
        (1u8..=2).prop_map(|channels| {
            let head = OpusHead::new(channels, 312, 48_000).encode();
            (
                TagKind::Audio,
                AudioBody::config(AudioCodec::Opus, head.into()).encode(),
            )
        }),
        (codec(), data())
            .prop_map(|(codec, data)| (TagKind::Audio, AudioBody::coded(codec, data).encode())),
    ]
}

/// A hub without streams.
pub(crate) fn hub() -> Hub {
    let long = Duration::from_secs(10);
    let timing = Timing {
        handshake: long,
        first_media: long,
        stall: long,
        grace: long,
        idle: long,
    };
    Hub::new(10, timing, Arc::default(), Arc::default())
}

/// What lets the caller of `c1` publish.
pub(crate) fn publish_grant() -> Grant {
    let call: CallId = "c1".parse().unwrap();
    Grant {
        act: Act::Publish,
        stream: StreamId::of(&call, Party::Caller),
        call,
        party: Party::Caller,
        node: "n1".parse().unwrap(),
        sub: "u1".parse().unwrap(),
        serial: 1,
        record: true,
        watch: false,
        layout: Layout::default(),
        least_days: 0,
        composite: Composite::default(),
        desk: None,
        iat: 0,
        nbf: 0,
        exp: 1,
    }
}

/// A tag as the hub gets it, at its time after `start`; none for what no reader can use.
pub(crate) fn frame(tag: &Tag, start: Instant) -> Option<Frame> {
    let message = Message {
        kind: MessageKind::from(tag.kind.id()),
        stream_id: 1,
        timestamp: tag.timestamp,
        payload: tag.body.clone(),
    };
    let arrived = start + Duration::from_millis(tag.timestamp.into());
    Frame::new(message, arrived)
}

/// Decodes everything; what ffmpeg complains about.
pub(crate) fn plays(path: &Path) -> String {
    run(
        "ffmpeg",
        &[
            "-v",
            "error",
            "-i",
            path.to_str().unwrap(),
            "-f",
            "null",
            "-",
        ],
    )
    .1
}

/// What ffprobe sees in a file.
pub(crate) struct Probe {
    pub(crate) codecs: Vec<String>,
    pub(crate) duration: f64,
    packets: Vec<(usize, f64, f64)>,
}

impl Probe {
    /// Presentation and decoding times of a track, in seconds.
    pub(crate) fn packets(&self, stream: usize) -> Vec<(f64, f64)> {
        let of = self.packets.iter().filter(|packet| packet.0 == stream);
        of.map(|&(_, pts, dts)| (pts, dts)).collect()
    }
}

pub(crate) fn probe(path: &Path) -> Probe {
    let entries = "stream=codec_name:packet=stream_index,pts_time,dts_time:format=duration";
    let path = path.to_str().unwrap();
    let (out, _) = run(
        "ffprobe",
        &[
            "-v",
            "error",
            "-of",
            "compact=nk=0:p=1",
            "-show_entries",
            entries,
            path,
        ],
    );
    let mut probe = Probe {
        codecs: Vec::new(),
        duration: 0.0,
        packets: Vec::new(),
    };
    for line in out.lines() {
        let fields: HashMap<&str, &str> = line
            .split('|')
            .filter_map(|field| field.split_once('='))
            .collect();
        let number = |key: &str| fields.get(key).and_then(|text| text.parse::<f64>().ok());
        match line.split('|').next() {
            Some("packet") => {
                let stream = number("stream_index").unwrap() as usize;
                let dts = number("dts_time").unwrap_or(f64::NAN);
                probe
                    .packets
                    .push((stream, number("pts_time").unwrap_or(f64::NAN), dts));
            }
            Some("stream") => probe.codecs.push(fields["codec_name"].to_owned()),
            Some("format") => probe.duration = number("duration").unwrap_or(f64::NAN),
            _ => {}
        }
    }
    probe
}

/// Where the top-level boxes of a kind begin.
pub(crate) fn boxes(file: &[u8], kind: &[u8; 4]) -> Vec<usize> {
    let (mut at, mut found) = (0, Vec::new());
    while let Some(header) = file.get(at..at + 8) {
        if &header[4..] == kind {
            found.push(at);
        }
        at += u32::from_be_bytes(header[..4].try_into().unwrap()) as usize;
    }
    found
}

/// What is heard of the caller whose files lie in a folder.
pub(crate) fn heard(folder: &Path, files: &[FinishedFile]) -> Wav {
    let made = tempfile::tempdir().unwrap();
    let call: CallId = "c1".parse().unwrap();
    let key = NodeKey::load_or_make(&made.path().join("node.key")).unwrap();
    let root = made.path().join("recordings");
    let its = root.join("c1");
    std::fs::create_dir_all(&its).unwrap();
    for file in files {
        std::fs::copy(folder.join(&file.name), its.join(&file.name)).unwrap();
    }
    OpenCall::update(&its, &call, |open| open.add(files.iter().cloned())).unwrap();
    let sealer = Sealer::open(&root, "n1".parse().unwrap(), key).unwrap();
    sealer.seal(&call).unwrap();
    let source = Source::read(&its, &Vault::default()).unwrap().unwrap();
    let sounds = sounds(&source, made.path()).unwrap();
    let of_caller = sounds.iter().find(|one| one.whose == "caller");
    wav(&of_caller.unwrap().path)
}

/// The samples of a WAV file.
#[derive(PartialEq)]
pub(crate) struct Wav(Vec<f64>);

pub(crate) fn wav(path: &Path) -> Wav {
    let mut reader = hound::WavReader::open(path).unwrap();
    let spec = reader.spec();
    assert_eq!(
        (spec.channels, spec.sample_rate, spec.bits_per_sample),
        (1, 48_000, 16)
    );
    Wav(reader
        .samples::<i16>()
        .map(|sample| f64::from(sample.unwrap()) / 32_768.0)
        .collect())
}

impl Wav {
    /// Samples of 48 kHz, -1 to 1.
    pub(crate) fn of(samples: Vec<f64>) -> Self {
        Self(samples)
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.0.len() as f64 / 48_000.0
    }

    fn part(&self, from: f64, to: f64) -> &[f64] {
        &self.0[(from * 48_000.0) as usize..(to * 48_000.0) as usize]
    }

    /// Root mean square between two times.
    pub(crate) fn loudness(&self, from: f64, to: f64) -> f64 {
        let part = self.part(from, to);
        (part.iter().map(|sample| sample * sample).sum::<f64>() / part.len() as f64).sqrt()
    }

    /// Which part of the sound between two times is this tone: 0 to 1.
    pub(crate) fn tone(&self, hertz: f64, from: f64, to: f64) -> f64 {
        let part = self.part(from, to);
        let (mut sin, mut cos) = (0.0, 0.0);
        for (n, sample) in part.iter().enumerate() {
            let angle = TAU * hertz * n as f64 / 48_000.0;
            sin += sample * angle.sin();
            cos += sample * angle.cos();
        }
        let amplitude = 2.0 * f64::hypot(sin, cos) / part.len() as f64;
        amplitude / std::f64::consts::SQRT_2 / self.loudness(from, to).max(1e-9)
    }
}

/// A folder with room for a number of bytes.
pub(crate) struct SmallDisk(Folder, Arc<AtomicI64>);

impl SmallDisk {
    pub(crate) fn new(path: &Path, room: i64) -> Self {
        Self(
            Folder::create(path).unwrap(),
            Arc::new(AtomicI64::new(room)),
        )
    }
}

impl Store for SmallDisk {
    fn create(&self, name: &str) -> io::Result<Box<dyn Output>> {
        let inner = self.0.create(name)?;
        Ok(Box::new(SmallFile {
            inner,
            room: Arc::clone(&self.1),
            at: 0,
            len: 0,
        }))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn Read>> {
        self.0.open(name)
    }
}

struct SmallFile {
    inner: Box<dyn Output>,
    room: Arc<AtomicI64>,
    at: u64,
    len: u64,
}

impl Write for SmallFile {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let end = self.at + data.len() as u64;
        let more = end.saturating_sub(self.len) as i64;
        if more > 0 && self.room.fetch_sub(more, Ordering::Relaxed) < more {
            // As a real disk does: a part fits.
            let part = data.len() / 2;
            self.inner.write_all(&data[..part])?;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.inner.write_all(data)?;
        self.at = end;
        self.len = self.len.max(end);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Seek for SmallFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = self.inner.seek(to)?;
        Ok(self.at)
    }
}

impl Output for SmallFile {
    fn sync(&self) -> io::Result<()> {
        self.inner.sync()
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        self.inner.truncate(len)
    }

    fn twin(&self) -> io::Result<Box<dyn Output>> {
        self.inner.twin()
    }
}

/// A folder that makes no file until it is let go.
pub(crate) struct StuckDisk(Folder, Mutex<Receiver<()>>, Arc<Notify>);

impl StuckDisk {
    pub(crate) fn new(path: &Path) -> (Self, Sender<()>) {
        let (go, wait) = channel();
        let folder = Folder::create(path).unwrap();
        (Self(folder, Mutex::new(wait), Arc::default()), go)
    }

    /// Tells when it is asked for a file.
    pub(crate) fn entered(&self) -> Arc<Notify> {
        Arc::clone(&self.2)
    }
}

impl Store for StuckDisk {
    fn create(&self, name: &str) -> io::Result<Box<dyn Output>> {
        self.2.notify_one();
        let _ = self.1.lock().unwrap().recv();
        self.0.create(name)
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn Read>> {
        self.0.open(name)
    }
}

type Content = Arc<Mutex<Cursor<Vec<u8>>>>;

/// Files in memory.
#[derive(Default)]
pub(crate) struct Memory(Mutex<HashMap<String, Content>>);

impl Store for Memory {
    fn create(&self, name: &str) -> io::Result<Box<dyn Output>> {
        let mut files = self.0.lock().unwrap();
        if files.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let content = Content::default();
        files.insert(name.to_owned(), Arc::clone(&content));
        Ok(Box::new(MemoryFile(content)))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn Read>> {
        let files = self.0.lock().unwrap();
        let content = files.get(name).ok_or(io::ErrorKind::NotFound)?;
        let bytes = content.lock().unwrap().get_ref().clone();
        Ok(Box::new(Cursor::new(bytes)))
    }
}

struct MemoryFile(Content);

impl Write for MemoryFile {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(data)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for MemoryFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.lock().unwrap().seek(to)
    }
}

impl Output for MemoryFile {
    fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        self.0.lock().unwrap().get_mut().truncate(len as usize);
        Ok(())
    }

    fn twin(&self) -> io::Result<Box<dyn Output>> {
        Ok(Box::new(MemoryFile(Arc::clone(&self.0))))
    }
}
