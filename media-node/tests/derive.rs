//! What is made from a sealed call: stereo sound and composite, judged by ffmpeg.

#![allow(clippy::unwrap_used, reason = "what a helper cannot do fails its test")]

mod record_support;
#[path = "derive/slow.rs"]
mod slow;

use counterpart_node::archive::Watermark;
use counterpart_node::derive::{Deriver, Settings, Source, Told, WORK, composite, sounds};
use counterpart_node::evidence::verify::{Given, Kind, verify};
use counterpart_node::evidence::{Manifest, NodeKey, Sealer};
use counterpart_node::record::open::{OpenCall, Published};
use counterpart_node::record::{CallFolder, FinishedFile, Origin, PartyRecorder};
use counterpart_node::vault::Vault;
use counterpart_shared::flv::{Tag, TagKind};
use counterpart_shared::id::CallId;
use record_support::*;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use time::UtcOffset;

/// UNIX milliseconds at which all these calls begin.
const T0: u64 = 1_700_000_000_000;
/// At the lowest priority, a busy machine may take long.
const PATIENCE: Duration = Duration::from_secs(600);
/// Luma of a half that is missing, in the full range that ffmpeg gives.
const EMPTY: f64 = 37.0;
const SETTINGS: Settings = Settings {
    composite: true,
    zone: UtcOffset::UTC,
    live: 0,
};

/// A disk on which a megabyte must stay free; a file `full` in the folder fills it, and `tight` leaves a little more than that.
const WATERMARK: Watermark = Watermark {
    min_free: 1 << 20,
    free: |root| match () {
        () if root.join("full").exists() => Ok(0),
        () if root.join("tight").exists() => Ok((1 << 20) + 100_000),
        () => Ok(1 << 30),
    },
};

/// A recording folder, and who seals it.
struct World {
    folder: tempfile::TempDir,
    sealer: Arc<OnceLock<Sealer>>,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = NodeKey::load_or_make(&folder.path().join("node.key")).unwrap();
        let root = folder.path().join("recordings");
        let sealer = Sealer::open(&root, "n1".parse().unwrap(), key).unwrap();
        Self {
            folder,
            sealer: Arc::new(OnceLock::from(sealer)),
        }
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("recordings")
    }

    /// Records a party of `c1` whose first tag arrives `late` ms after the call's beginning.
    fn record(&self, party: &str, late: u64, tags: &[Tag]) {
        let call: CallId = "c1".parse().unwrap();
        let folder = CallFolder::create(&self.root(), &call).unwrap();
        let path = folder.path().to_owned();
        let mut recorder = PartyRecorder::new(folder, party);
        for tag in tags {
            let at = T0 + late + u64::from(tag.timestamp);
            recorder
                .push(tag.kind, tag.timestamp, &tag.body, at)
                .unwrap();
        }
        let (files, done) = recorder.finish();
        done.unwrap();
        OpenCall::update(&path, &call, |open| open.add(files)).unwrap();
    }

    /// Makes things, and tells what became of them.
    fn deriver(&self) -> (Deriver, Receiver<(CallId, Told)>) {
        let (tell, told) = channel();
        let tell = move |call: &CallId, what| {
            let _ = tell.send((call.clone(), what));
        };
        Deriver::clear(&self.root());
        let deriver = Deriver::start(
            &self.root(),
            (SETTINGS, Vault::default(), WATERMARK),
            self.sealer.clone(),
            tell,
        );
        (deriver.unwrap(), told)
    }

    fn seal(&self) -> Source {
        let call: CallId = "c1".parse().unwrap();
        let path = self.root().join("c1");
        let published = Published {
            at: T0,
            grant: publish_grant(),
        };
        OpenCall::update(&path, &call, |open| open.published.push(published)).unwrap();
        self.sealer.get().unwrap().seal(&call).unwrap().unwrap();
        Source::read(&path, &Vault::default()).unwrap().unwrap()
    }
}

/// Two channels of a WAV file, -1 to 1.
fn channels(path: &Path) -> [Wav; 2] {
    let mut reader = hound::WavReader::open(path).unwrap();
    assert_eq!(
        (reader.spec().channels, reader.spec().sample_rate),
        (2, 48_000)
    );
    let samples: Vec<f64> = reader
        .samples::<i16>()
        .map(|sample| f64::from(sample.unwrap()) / 32_768.0)
        .collect();
    let of = |channel: usize| samples.iter().skip(channel).step_by(2).copied().collect();
    [Wav::of(of(0)), Wav::of(of(1))]
}

/// Luma of one picture of a file.
fn luma(path: &Path, at: f64) -> Vec<u8> {
    let output = Command::new("ffmpeg")
        .args([
            "-v",
            "error",
            "-i",
            path.to_str().unwrap(),
            "-ss",
            &at.to_string(),
        ])
        .args(["-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "gray", "-"])
        .output()
        .unwrap();
    assert_eq!(output.stdout.len(), 1280 * 480, "{at} s");
    output.stdout
}

/// Mean and spread of a part of a picture.
fn look(luma: &[u8], x: usize, y: usize, width: usize, height: usize) -> (f64, f64) {
    let rows = (y..y + height).map(|y| &luma[y * 1280 + x..][..width]);
    let pixels: Vec<f64> = rows.flatten().map(|pixel| f64::from(*pixel)).collect();
    let mean = pixels.iter().sum::<f64>() / pixels.len() as f64;
    let spread = pixels
        .iter()
        .map(|pixel| (pixel - mean).powi(2))
        .sum::<f64>();
    (mean, (spread / pixels.len() as f64).sqrt())
}

fn make(source: &Source, world: &World) -> PathBuf {
    let path = world.folder.path().join("call.mp4");
    let out = Box::new(File::create_new(&path).unwrap());
    let made = composite(source, SETTINGS, ("call.mp4".to_owned(), out)).unwrap();
    assert_eq!(made.codecs[1], "mp4a.40.2");
    path
}

#[test]
fn the_customer_is_left_and_the_agent_right_on_one_clock() {
    let world = World::new();
    world.record("caller", 0, &opus_tags(&[0..1000, 3000..4000], 1000.0));
    world.record("callee", 500, &opus_tags(&[0..2000, 2000..4000], 600.0));
    let source = world.seal();
    let made = sounds(&source, world.folder.path()).unwrap();
    let names: Vec<_> = made.iter().map(|one| one.whose.as_str()).collect();
    assert_eq!(names, ["caller", "callee", "call"]);
    assert!(
        made.iter()
            .all(|one| (one.begin_ms, one.duration_ms) == (0, 4500))
    );
    let [left, right] = channels(&made[2].path);
    // Each alone is the same.
    assert!(wav(&made[0].path) == left && wav(&made[1].path) == right);
    assert!((left.seconds() - 4.5).abs() < 0.001 && (right.seconds() - 4.5).abs() < 0.001);
    assert!(left.tone(1000.0, 0.1, 0.9) > 0.9 && left.tone(1000.0, 3.1, 3.9) > 0.9);
    assert!(left.loudness(1.05, 2.95) < 0.001 && left.loudness(4.05, 4.5) < 0.001);
    assert!(right.loudness(0.0, 0.49) < 0.001 && right.tone(600.0, 0.6, 4.4) > 0.9);
}

#[test]
fn who_has_no_sound_has_no_file_of_it() {
    let world = World::new();
    let mut tags = flv(&world.folder, 1.0, &[], 48_000);
    tags.retain(|tag| tag.kind == TagKind::Video);
    world.record("caller", 0, &tags);
    assert_eq!(sounds(&world.seal(), world.folder.path()).unwrap(), []);
    world.record("callee", 0, &opus_tags(&[0..500, 500..1000], 600.0));
    let made = sounds(&world.seal(), world.folder.path()).unwrap();
    let names: Vec<_> = made.iter().map(|one| one.whose.as_str()).collect();
    assert_eq!(names, ["callee", "call"]);
}

#[test]
fn both_parties_are_side_by_side_and_who_is_missing_is_said_to_be() {
    let world = World::new();
    let tags = flv(&world.folder, 3.0, &[], 48_000);
    world.record("caller", 0, &tags);
    // The agent comes two seconds later, upright, and stays longer.
    let upright = flv(&world.folder, 3.0, &["-s", "240x320"], 48_000);
    world.record("callee", 2000, &upright);
    let path = make(&world.seal(), &world);
    assert_eq!(plays(&path), "");
    let probe = probe(&path);
    assert_eq!(probe.codecs, ["h264", "aac"]);
    // Sound in whole packets may last a little longer.
    assert!((125..=127).contains(&probe.packets(0).len()));
    assert!((probe.duration - 5.0).abs() < 0.1, "{}", probe.duration);
    let first = luma(&path, 1.0);
    assert!(
        look(&first, 0, 0, 640, 440).1 > 20.0,
        "the customer's picture"
    );
    let (mean, spread) = look(&first, 640, 0, 640, 150);
    assert!(
        (mean - EMPTY).abs() < 4.0 && spread < 4.0,
        "no agent: {mean} {spread}"
    );
    assert!(look(&first, 640, 160, 640, 160).1 > 20.0, "the notice");
    assert!(look(&first, 0, 456, 640, 24).1 > 10.0, "the watermark");
    let second = luma(&path, 2.5);
    assert!(look(&second, 0, 0, 640, 440).1 > 20.0);
    // 240×320 is as high as the half; black is beside it.
    assert!(
        look(&second, 640 + 150, 0, 340, 440).1 > 20.0,
        "the agent's picture"
    );
    assert!(look(&second, 640, 0, 120, 440).0 < 20.0, "black beside it");
    let third = luma(&path, 4.6);
    let (mean, spread) = look(&third, 0, 0, 640, 150);
    assert!(
        (mean - EMPTY).abs() < 4.0 && spread < 4.0,
        "no customer: {mean} {spread}"
    );
}

#[test]
fn pictures_out_of_order_are_shown_in_order() {
    let world = World::new();
    let tags = flv(&world.folder, 2.0, &["-bf", "2", "-g", "25"], 48_000);
    world.record("caller", 0, &tags);
    let path = make(&world.seal(), &world);
    assert_eq!(plays(&path), "");
    let at = luma(&path, 1.5);
    assert!(look(&at, 0, 0, 640, 440).1 > 20.0);
}

#[test]
fn both_voices_are_heard() {
    let world = World::new();
    let tags = flv(&world.folder, 2.0, &[], 48_000);
    world.record("caller", 0, &tags);
    world.record("callee", 0, &opus_tags(&[0..1000, 1000..2000], 1000.0));
    let path = make(&world.seal(), &world);
    let heard = world.folder.path().join("heard.wav");
    let status = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-i", path.to_str().unwrap(), "-vn"])
        .args(["-ar", "48000", "-ac", "1", heard.to_str().unwrap()])
        .status();
    assert!(status.unwrap().success());
    let heard = wav(&heard);
    let (one, other) = (heard.tone(440.0, 0.5, 1.5), heard.tone(1000.0, 0.5, 1.5));
    assert!(one > 0.3 && other > 0.3, "{one} {other}");
    assert!(one.hypot(other) > 0.9, "{one} {other}");
}

#[test]
fn what_is_made_is_sealed_in_its_turn() {
    let world = World::new();
    let tags = flv(&world.folder, 1.0, &[], 48_000);
    world.record("caller", 0, &tags);
    world.seal();
    let call: CallId = "c1".parse().unwrap();
    let (deriver, told) = world.deriver();
    // Twice makes nothing twice.
    deriver.take(&call);
    deriver.take(&call);
    deriver.take(&"unknown".parse().unwrap());
    let folder = world.root().join("c1");
    let start = Instant::now();
    while !folder.join("call.2.json").exists() || folder.join("open.json").exists() {
        assert!(start.elapsed() < PATIENCE, "nothing is made");
        std::thread::sleep(Duration::from_millis(20));
    }
    drop(deriver);
    let told: Vec<_> = told.iter().collect();
    let [(_, Told::Made(files))] = &told[..] else {
        panic!("{told:?}");
    };
    let names = files.iter().map(|file| file.name.as_str());
    assert_eq!(
        names.collect::<Vec<_>>(),
        ["call.mp4", "call.wav", "caller.wav"]
    );
    let key = NodeKey::load(&world.folder.path().join("node.key")).unwrap();
    let given = Given {
        keys: vec![key.public()],
        heads: Vec::new(),
    };
    let report = verify(&world.root(), &given).unwrap();
    assert_eq!((report.code(), report.links), (0, 2), "{report}");
    assert!(folder.join("call.mp4").exists() && folder.join("call.wav").exists());
    assert!(!folder.join("call.2.mp4").exists());
    fs::write(folder.join("call.mp4"), "other").unwrap();
    let report = verify(&world.root(), &given).unwrap();
    assert_eq!(report.code(), Kind::FileChanged.code());
}

#[test]
fn what_was_made_and_could_not_be_sealed_is_sealed_and_not_made_again() {
    let world = World::new();
    let tags = flv(&world.folder, 1.0, &[], 48_000);
    world.record("caller", 0, &tags);
    let source = world.seal();
    let (call, folder) = (&source.call, &source.folder);
    // As a composite leaves it that was made live.
    fs::rename(make(&source, &world), folder.join("call.mp4")).unwrap();
    let received = Manifest::read_all(folder)
        .unwrap()
        .remove(0)
        .files
        .remove(0);
    let listed = FinishedFile {
        name: "call.mp4".to_owned(),
        origin: Origin::Derived,
        ..received
    };
    OpenCall::update(folder, call, |open| open.add([listed])).unwrap();
    let (deriver, told) = world.deriver();
    deriver.take(call);
    drop(deriver);
    let told: Vec<_> = told.iter().map(|(_, what)| what).collect();
    let [Told::Made(files)] = &told[..] else {
        panic!("{told:?}");
    };
    let names = files.iter().map(|file| file.name.as_str());
    assert_eq!(
        names.collect::<Vec<_>>(),
        ["call.mp4", "call.wav", "caller.wav"]
    );
    assert!(!folder.join("call.2.mp4").exists() && !folder.join("open.json").exists());
    assert_eq!(Manifest::read_all(folder).unwrap().len(), 3);
}

#[test]
fn what_could_not_be_made_is_told_and_tried_again_a_few_times() {
    let world = World::new();
    let tags = flv(&world.folder, 1.0, &[], 48_000);
    world.record("caller", 0, &tags);
    world.seal();
    let call: CallId = "c1".parse().unwrap();
    let folder = world.root().join("c1");
    // Each is another start of the node. A file stands where the things are made.
    let start = || {
        let (deriver, told) = world.deriver();
        deriver.take(&call);
        drop(deriver);
        told.iter().map(|(_, what)| what).collect::<Vec<_>>()
    };
    let work = world.root().join(WORK);
    for _ in 0..2 {
        fs::write(&work, "in the way").unwrap();
        let told = start();
        let [Told::Failed(reason)] = &told[..] else {
            panic!("{told:?}");
        };
        assert!(reason.contains(WORK), "{reason}");
    }
    fs::remove_file(&work).unwrap();
    assert!(matches!(&start()[..], [Told::Made(files)] if files.len() == 3));
    assert!(start().is_empty(), "all is made");
    assert!(!folder.join("open.json").exists());
    // What comes later is tried as often as is sensible, and no more.
    let more = flv(&world.folder, 1.0, &[], 48_000);
    world.record("callee", 9000, &more);
    world.seal();
    fs::write(&work, "in the way").unwrap();
    let told: Vec<_> = (0..8).flat_map(|_| start()).collect();
    assert_eq!(told.len(), 5, "{told:?}");
}

#[test]
fn nothing_is_made_while_the_disk_is_full() {
    let world = World::new();
    let folder = tempfile::tempdir().unwrap();
    world.record("caller", 0, &flv(&folder, 1.0, &[], 48_000));
    world.seal();
    let full = world.root().join("full");
    std::fs::write(&full, "").unwrap();
    let call: CallId = "c1".parse().unwrap();
    let made = || {
        let (deriver, told) = world.deriver();
        deriver.take(&call);
        drop(deriver);
        told.iter().map(|(_, what)| what).collect::<Vec<_>>()
    };
    assert_eq!(made(), []);
    std::fs::remove_file(full).unwrap();
    // What is made needs room too: a second of sound takes 384 kB.
    let tight = world.root().join("tight");
    std::fs::write(&tight, "").unwrap();
    assert_eq!(made(), []);
    std::fs::remove_file(tight).unwrap();
    assert!(matches!(&made()[..], [Told::Made(files)] if files.len() == 3));
}
