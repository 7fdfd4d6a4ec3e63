//! Composites that are made while their calls go on.

use crate::encrypted::vault;
use crate::program::program;
use crate::support::{Carrier, Client, World, grant};
use counterpart_node::derive::{Settings, Source, composite};
use counterpart_node::evidence::Manifest;
use counterpart_node::record::FinishedFile;
use counterpart_node::vault::{Vault, decrypt};
use counterpart_shared::api::{Entry, EntryBody, FromNode, NodeCommand, NodeEvent};
use counterpart_shared::flv::{Tag, TagReader};
use counterpart_shared::grant::{Act, Composite, Grant, Layout};
use counterpart_shared::id::{Party, StreamId};
use counterpart_shared::rtmp::{Message, MessageKind};
use std::fs::{self, File};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use time::UtcOffset;

/// How long the parties talk, in seconds: longer than a live composite is behind.
const SECONDS: u64 = 20;
/// What sound and picture may be apart.
const STEP: f64 = 0.040;
/// At a low priority, a busy machine may take long.
const PATIENCE: Duration = Duration::from_secs(600);
const SETTINGS: Settings = Settings {
    composite: true,
    zone: UtcOffset::UTC,
    live: 2,
};

/// A white flash and a click each second.
fn clip(folder: &Path) -> Vec<Tag> {
    let path = folder.join("clip.flv");
    let flash = "color=c=black:s=320x240:r=25,drawbox=t=fill:c=white:enable='lt(mod(t,1),0.2)'";
    let click = "aevalsrc='0.8*sin(2*PI*1000*t)*lt(mod(t,1),0.05)':s=48000";
    let status = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", flash])
        .args(["-f", "lavfi", "-i", click, "-t", &SECONDS.to_string()])
        .args([
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-bf",
            "0",
            "-g",
            "25",
        ])
        .args([
            "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "64k", "-f", "flv",
        ])
        .arg(&path)
        .status();
    assert!(status.unwrap().success());
    let mut reader = TagReader::default();
    reader.push(&fs::read(path).unwrap());
    std::iter::from_fn(|| reader.next_tag().unwrap()).collect()
}

/// The desk wants its composite at once.
fn live(grant: &mut Grant) {
    grant.composite = Composite::Live;
}

/// Both parties of a call begin to publish, as their grants are wished.
async fn begin(world: &World, call: &str, wish: impl Fn(&mut Grant)) -> Vec<Client> {
    let mut publishers = Vec::new();
    for party in Party::BOTH {
        let mut publish = grant(Act::Publish, call);
        publish.stream = StreamId::of(&publish.call, party);
        (publish.party, publish.record) = (party, true);
        publish.desk = Some("front".parse().unwrap());
        wish(&mut publish);
        publishers.push(world.publish(Carrier::Rtmp, &publish).await);
    }
    publishers
}

/// These seconds of the clip at the speed of life; the agent's half a second later.
async fn talk(publishers: &[Client], tags: &[Tag], start: Instant, seconds: Range<u64>) {
    let later = |late: u64| {
        let at = move |tag: &Tag| u64::from(tag.timestamp) + late;
        tags.iter().map(move |tag| (at(tag), late, tag))
    };
    let mut sent: Vec<_> = later(0).chain(later(500)).collect();
    sent.sort_by_key(|(at, ..)| *at);
    let period = seconds.start * 1000..seconds.end * 1000;
    for (at, late, tag) in sent.into_iter().filter(|(at, ..)| period.contains(at)) {
        tokio::time::sleep_until((start + Duration::from_millis(at)).into()).await;
        publishers[usize::from(late > 0)].send(&Message {
            kind: MessageKind::from(tag.kind.id()),
            stream_id: 1,
            timestamp: tag.timestamp,
            payload: tag.body.clone(),
        });
    }
}

async fn wait(what: &str, is: impl AsyncFn() -> bool) {
    let start = Instant::now();
    while !is().await {
        assert!(start.elapsed() < PATIENCE, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// What was made of the call, in the order in which it was told.
fn made(world: &World) -> Vec<Vec<String>> {
    let heard = world.edge.heard().into_iter();
    let files = heard.filter_map(|message| match message {
        FromNode::Event {
            event: NodeEvent::MadeReady { files },
            ..
        } => Some(files),
        _ => None,
    });
    let names = files.map(|files| {
        let names = files.iter().filter_map(|file| file.path.rsplit('/').next());
        names.map(str::to_owned).collect()
    });
    names.collect()
}

fn listed(folder: &Path, name: &str) -> FinishedFile {
    let manifests = Manifest::read_all(folder).unwrap();
    let mut files = manifests.into_iter().flat_map(|one| one.files);
    files.find(|file| file.name == name).expect(name)
}

fn output(program: &str, args: &[&str], path: &Path) -> Vec<u8> {
    let at = args.iter().position(|arg| *arg == "PATH").unwrap();
    let (before, after) = (&args[..at], &args[at + 1..]);
    let output = Command::new(program)
        .args(before)
        .arg(path)
        .args(after)
        .output();
    output.unwrap().stdout
}

/// When a half of the picture turns white, and when it clicks, in seconds.
fn flashes_and_clicks(path: &Path, x: u32) -> (Vec<f64>, Vec<f64>) {
    let filter = format!(
        "crop=160:160:{}:100,scale=1:1:flags=area,format=gray",
        x + 240
    );
    let args = [
        "-v", "error", "-i", "PATH", "-an", "-vf", &filter, "-f", "rawvideo", "-",
    ];
    let white: Vec<bool> = output("ffmpeg", &args, path)
        .iter()
        .map(|luma| *luma > 128)
        .collect();
    let turns = (1..white.len()).filter(|at| white[*at] && !white[at - 1]);
    let flashes = turns.map(|picture| picture as f64 / 25.0).collect();
    let filter = "aresample=48000:async=1:first_pts=0";
    let args = [
        "-v", "error", "-i", "PATH", "-vn", "-af", filter, "-ac", "1", "-f", "s16le", "-",
    ];
    let samples = output("ffmpeg", &args, path);
    let samples = samples
        .chunks_exact(2)
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]));
    let (mut clicks, mut loud) = (Vec::new(), -48_000.0);
    for (at, _) in samples
        .enumerate()
        .filter(|(_, sample)| sample.unsigned_abs() > 3_000)
    {
        let at = at as f64;
        if at - loud > 9_600.0 {
            clicks.push(at / 48_000.0);
        }
        loud = at;
    }
    (flashes, clicks)
}

fn seconds(path: &Path) -> f64 {
    let args = [
        "-v",
        "error",
        "-show_entries",
        "format=duration",
        "-of",
        "csv=p=0",
        "PATH",
    ];
    let text = String::from_utf8(output("ffprobe", &args, path)).unwrap();
    text.trim().parse().unwrap()
}

/// The watermark of the picture at this second.
fn watermark(path: &Path, at: &str) -> Vec<bool> {
    let filter = "crop=iw:24:0:ih-24,format=gray";
    let args = [
        "-v",
        "error",
        "-i",
        "PATH",
        "-ss",
        at,
        "-frames:v",
        "1",
        "-vf",
        filter,
        "-f",
        "rawvideo",
        "-",
    ];
    output("ffmpeg", &args, path)
        .iter()
        .map(|luma| *luma > 128)
        .collect()
}

/// Words from the log of a call: where it was asked for, and a statement that was read.
fn log(at: u64) -> Vec<Entry> {
    let desk = Some("front".parse().unwrap());
    let read = EntryBody::PromptBegin {
        number: 1,
        text: "请听".to_owned(),
    };
    let body = [EntryBody::Request { desk }, read];
    let entries = (1..).zip(body).map(|(seq, body)| Entry { seq, at, body });
    entries.collect()
}

#[tokio::test]
async fn the_composite_of_a_call_is_there_when_the_call_is_over() {
    let world = World::with(|config| config.derive = SETTINGS).await;
    let folder = world.folder.path().join("c1");
    let work = tempfile::tempdir().unwrap();
    let tags = clip(work.path());
    let publishers = begin(&world, "c1", live).await;
    let start = Instant::now();
    talk(&publishers, &tags, start, 0..SECONDS).await;
    assert_eq!(world.metric("counterpart_live_composites ").await, 1.0);
    let film = world.folder.path().join(".work/c1.live.mp4");
    let grown = fs::metadata(&film).unwrap().len();
    assert!(grown > 30_000, "made while the call goes on: {grown}");
    let caller = fs::read_to_string(folder.join("open.json")).unwrap();
    assert!(caller.contains("caller.mp4"));
    let at = unix_ms() - 10_000;
    let call: counterpart_shared::id::CallId = "c1".parse().unwrap();
    let entries = log(at);
    world.edge.command(
        1,
        NodeCommand::CallLog {
            call: call.clone(),
            entries,
        },
    );
    world.edge.command(2, NodeCommand::CallEnd { call });
    let over = Instant::now();
    wait("the composite", async || !made(&world).is_empty()).await;
    println!("ready {} ms after the end", over.elapsed().as_millis());
    wait("the sound", async || made(&world).len() > 1).await;
    assert_eq!(made(&world)[0], ["call.mp4"]);
    assert_eq!(made(&world)[1], ["call.wav", "callee.wav", "caller.wav"]);
    assert!(!film.exists() && !folder.join("call.2.mp4").exists());
    let live = folder.join("call.mp4");
    let source = Source::read(&folder, &Vault::default()).unwrap().unwrap();
    let afterwards = work.path().join("afterwards.mp4");
    let out = Box::new(File::create_new(&afterwards).unwrap());
    composite(&source, SETTINGS, ("afterwards.mp4".to_owned(), out)).unwrap();
    same(&live, &afterwards);
    let first_at = listed(&folder, "call.mp4").first_at;
    let apart = first_at.abs_diff(source.first_at);
    assert!(apart <= 100, "{apart} ms between the beginnings");
    let args = ["-v", "error", "-show_chapters", "-of", "csv", "PATH"];
    let chapters = String::from_utf8(output("ffprobe", &args, &live)).unwrap();
    let wanted = format!(",{:.6},", (at - first_at) as f64 / 1000.0);
    assert!(
        chapters.contains("1. 请听") && chapters.contains(&wanted),
        "{chapters} {wanted}"
    );
}

/// Both are as long, in step, and say the same.
fn same(live: &Path, afterwards: &Path) {
    let (one, other) = (seconds(live), seconds(afterwards));
    assert!((one - other).abs() < 0.1, "{one} s and {other} s");
    for x in [0, 640] {
        for path in [live, afterwards] {
            let (flashes, clicks) = flashes_and_clicks(path, x);
            assert!(flashes.len() as u64 + 1 >= SECONDS, "{}", flashes.len());
            let apart = flashes.iter().map(|flash| {
                let apart = clicks.iter().map(|click| (click - flash).abs());
                apart.fold(f64::INFINITY, f64::min)
            });
            let worst = apart.fold(0.0, f64::max);
            println!("{}: {x}: {:.1} ms", path.display(), worst * 1000.0);
            assert!(worst <= STEP, "{}: {worst}", path.display());
        }
    }
    say_the_same(live, afterwards, "15.5");
}

/// Letters at this second are the same but for those that the encoder blurs.
fn say_the_same(live: &Path, afterwards: &Path, at: &str) {
    let [one, other] = [live, afterwards].map(|path| watermark(path, at));
    let letters = one.iter().filter(|white| **white).count();
    let differ = one
        .iter()
        .zip(&other)
        .filter(|(one, other)| one != other)
        .count();
    assert!(
        letters > 1_000 && differ * 10 < letters,
        "{differ} of {letters}"
    );
}

#[tokio::test]
async fn a_node_that_is_killed_makes_the_composite_afterwards() {
    let options = [("COUNTERPART_COMPOSITE", "true")];
    let mut world = World::spawned_with(&program(), &options).await;
    let work = tempfile::tempdir().unwrap();
    let tags = clip(work.path());
    let publishers = begin(&world, "c1", live).await;
    talk(&publishers, &tags, Instant::now(), 0..17).await;
    let film = world.folder.path().join(".work/c1.live.mp4");
    assert!(fs::metadata(&film).unwrap().len() > 10_000);
    world = world.killed_with(&program(), &options).await;
    wait("what is made", async || !made(&world).is_empty()).await;
    let names = &made(&world)[0];
    assert_eq!(
        names[..],
        ["call.mp4", "call.wav", "callee.wav", "caller.wav"]
    );
    assert!(!film.exists(), "the half made one is gone");
    let folder = world.folder.path().join("c1");
    let (one, other) = (
        seconds(&folder.join("call.mp4")),
        seconds(&folder.join("call.wav")),
    );
    assert!((one - other).abs() < 0.1 && one > 15.0, "{one} {other}");
    let verified = Command::new(program())
        .arg("verify")
        .arg(world.folder.path())
        .output();
    assert_eq!(verified.unwrap().status.code(), Some(0));
}

#[tokio::test]
async fn what_cannot_be_made_live_is_made_afterwards_and_what_nobody_wants_is_not_made() {
    let work = tempfile::tempdir().unwrap();
    let keys = vault(work.path());
    let world = World::with(|config| {
        config.derive = Settings {
            live: 1,
            ..SETTINGS
        };
        // So the live one reads files that are encrypted before it comes to them.
        config.vault = keys.clone();
        config.timing.first_media = PATIENCE;
    })
    .await;
    let tags = clip(work.path());
    // A second one at once is one too many, and the third's desk wants none.
    let wanted = [Composite::Live, Composite::Live, Composite::Off];
    let mut calls = Vec::new();
    for (number, composite) in (1..).zip(wanted) {
        let wish = |grant: &mut Grant| {
            (grant.composite, grant.layout) = (composite, Layout::PictureInPicture);
        };
        calls.push(begin(&world, &format!("c{number}"), wish).await);
    }
    let start = Instant::now();
    let talks = calls
        .iter()
        .map(|publishers| talk(publishers, &tags, start, 0..3));
    futures_util::future::join_all(talks).await;
    let given_up = "counterpart_live_composites_given_up_total ";
    wait("given up", async || world.metric(given_up).await > 0.0).await;
    let (call, entries) = ("c1".parse().unwrap(), log(unix_ms()));
    world
        .edge
        .command(1, NodeCommand::CallLog { call, entries });
    for number in 1..=3 {
        let call = format!("c{number}").parse().unwrap();
        world
            .edge
            .command(number + 1, NodeCommand::CallEnd { call });
    }
    let root = world.folder.path();
    wait("all is sealed", async || {
        let done = |call: &str| {
            root.join(call).join("call.wav.enc").exists()
                && !root.join(call).join("open.json").exists()
        };
        ["c1", "c2", "c3"].into_iter().all(done)
    })
    .await;
    let parts = |call: &str| Manifest::read_all(&root.join(call)).unwrap().len();
    assert_eq!([parts("c1"), parts("c2"), parts("c3")], [3, 2, 2]);
    assert!(root.join("c1/call.mp4.enc").exists() && root.join("c2/call.mp4.enc").exists());
    assert!(!root.join("c3/call.mp4.enc").exists());
    let live = "counterpart_live_composites ";
    wait("none is made", async || world.metric(live).await == 0.0).await;
    assert_eq!(world.metric(given_up).await, 1.0);
    short_one(&root.join("c1"), &keys, work.path());
}

/// What a killed process left is sealed while a call begins already.
#[tokio::test]
async fn a_start_that_takes_long_ends_no_call_that_goes_on() {
    let work = tempfile::tempdir().unwrap();
    let mut old = work.path().to_owned();
    let world = World::with(|config| {
        config.derive = SETTINGS;
        config.timing.first_media = PATIENCE;
        // Nobody gets to the end of this list before somebody has begun to write it.
        old = config.record_dir.join("c0/open.json");
        fs::create_dir(old.parent().unwrap()).unwrap();
        let made = Command::new("mkfifo").arg(&old).status();
        assert!(made.unwrap().success());
    })
    .await;
    let publishers = begin(&world, "c1", live).await;
    let folder = world.folder.path().join("c1");
    wait("who publishes is noted", async || {
        folder.join("open.json").exists()
    })
    .await;
    let opened = tokio::task::spawn_blocking({
        let old = old.clone();
        move || File::options().write(true).open(old)
    });
    let writer = opened.await.unwrap().unwrap();
    fs::remove_file(old).unwrap();
    drop(writer);
    let tags = clip(work.path());
    talk(&publishers, &tags, Instant::now(), 0..3).await;
    let call = "c1".parse().unwrap();
    world.edge.command(1, NodeCommand::CallEnd { call });
    wait("the composite", async || !made(&world).is_empty()).await;
    assert_eq!(made(&world)[0], ["call.mp4"]);
    let given_up = "counterpart_live_composites_given_up_total ";
    assert_eq!(world.metric(given_up).await, 0.0);
}

/// A call that was over before anything was made of it looks as its grants say, though they were sealed by then.
fn short_one(folder: &Path, keys: &Vault, work: &Path) {
    let plain = work.join("plain");
    decrypt(folder, keys, &plain).unwrap();
    let live = plain.join("call.mp4");
    let afterwards = work.join("afterwards.mp4");
    let source = Source::read(folder, keys).unwrap().unwrap();
    let out = Box::new(File::create_new(&afterwards).unwrap());
    composite(&source, SETTINGS, ("afterwards.mp4".to_owned(), out)).unwrap();
    let entries = "stream=width,height";
    let size = |path: &Path| {
        let args = [
            "-v",
            "error",
            "-select_streams",
            "v",
            "-show_entries",
            entries,
            "-of",
            "csv=p=0",
            "PATH",
        ];
        String::from_utf8(output("ffprobe", &args, path)).unwrap()
    };
    assert_eq!(size(&live).trim(), "960,720");
    assert_eq!(size(&afterwards).trim(), "960,720");
    say_the_same(&live, &afterwards, "1.5");
}

/// The columns of the watermark at this second that are behind its clock.
fn names(path: &Path, at: f64) -> Vec<bool> {
    let rows = watermark(path, &at.to_string());
    let rows = rows.chunks_exact(1280);
    rows.flat_map(|row| row[240..].to_vec()).collect()
}

#[tokio::test]
async fn who_talked_then_is_named_though_another_has_taken_over_since() {
    let world = World::with(|config| config.derive = SETTINGS).await;
    let work = tempfile::tempdir().unwrap();
    let tags = clip(work.path());
    for (serial, sub) in (1..).zip(["ann", "bartholomew"]) {
        let wish = |grant: &mut Grant| {
            (grant.composite, grant.serial) = (Composite::Live, serial);
            grant.sub = sub.parse().unwrap();
        };
        let publishers = begin(&world, "c1", wish).await;
        talk(&publishers, &tags, Instant::now(), 0..2).await;
    }
    let call = "c1".parse().unwrap();
    world.edge.command(1, NodeCommand::CallEnd { call });
    wait("the composite", async || !made(&world).is_empty()).await;
    assert_eq!(made(&world)[0], ["call.mp4"]);
    let film = world.folder.path().join("c1/call.mp4");
    // While no party's picture is white.
    let [first, still, last] = [0.35, 1.35, seconds(&film) - 0.2].map(|at| names(&film, at));
    let letters = first.iter().filter(|white| **white).count();
    let differ = |other: &[bool]| first.iter().zip(other).filter(|(a, b)| a != b).count();
    let (same, other) = (differ(&still), differ(&last));
    assert!(
        same * 10 < letters && other * 4 > letters,
        "{same} and {other} of {letters}"
    );
}

#[tokio::test]
async fn a_recording_that_cannot_be_read_gives_the_live_composite_up() {
    let world = World::with(|config| config.derive = SETTINGS).await;
    let work = tempfile::tempdir().unwrap();
    let tags = clip(work.path());
    let publishers = begin(&world, "c1", live).await;
    talk(&publishers, &tags, Instant::now(), 0..3).await;
    let folder = world.folder.path().join("c1");
    let path = folder.join("caller.mp4");
    let fragment = || {
        let bytes = fs::read(&path).unwrap();
        bytes.windows(4).position(|kind| kind == b"moof")
    };
    wait("a fragment", async || fragment().is_some()).await;
    let file = File::options().write(true).open(&path).unwrap();
    file.write_all_at(&[0; 8], fragment().unwrap() as u64 - 4)
        .unwrap();
    let call = "c1".parse().unwrap();
    world.edge.command(1, NodeCommand::CallEnd { call });
    wait("what is made", async || !made(&world).is_empty()).await;
    let given_up = "counterpart_live_composites_given_up_total ";
    wait("given up", async || world.metric(given_up).await == 1.0).await;
    assert!(made(&world)[0].contains(&"call.mp4".to_owned()));
    assert!(!folder.join("call.2.mp4").exists());
    assert!(!world.folder.path().join(".work/c1.live.mp4").exists());
}

fn unix_ms() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.unwrap().as_millis() as u64
}
