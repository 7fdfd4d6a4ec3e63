//! `make bench-record`: what recording costs, and how fast a composite is made.
//!
//! Method. Calls: the program in a process of its own; so many calls, each of two parties who publish 640×360, 25 pictures
//! a second, 600 kbit/s, and AAC, at the speed of life; the processor time and resident memory that the process took,
//! once with grants that ask for a recording and once without; the first seconds, in which connections and files are opened, do
//! not count. Live composites: the same with fewer calls, each with a composite that is made meanwhile; what they take is the difference
//! to as many calls that are only recorded, counted from when the composites have begun; and how long after its end a call's composite is sealed. Beside them ffmpeg at
//! the same job, live too: as many processes of one thread for each step, which read the clip at the speed of life as both parties, put them side by side with a line of
//! text that has the time, mix both voices, and write x264 (ultrafast, then veryfast) and AAC of the same bitrates into fragments; all of what the processes take counts. Afterwards: what the WAV files of the call take when it is over. Composite: a call of this clip, made once by this node's
//! code on one thread and once by ffmpeg with one thread (decode, pad, side by side, mix, x264 ultrafast, AAC); for both the
//! processor time counts, not the clock on the wall, which on a busy machine says nothing.
//!
//! With `--calls 50` that many calls are measured, recorded and not, and nothing else.

#![expect(clippy::unwrap_used, reason = "a bench that cannot go on stops")]

mod peer;
#[path = "../tests/node/support/mod.rs"]
mod support;
mod told;

use counterpart_node::derive::{Settings, Source, composite, sounds};
use counterpart_node::evidence::{NodeKey, Sealer};
use counterpart_node::record::open::OpenCall;
use counterpart_node::record::{CallFolder, PartyRecorder};
use counterpart_node::vault::Vault;
use counterpart_shared::api::{FromNode, NodeCommand, NodeEvent};
use counterpart_shared::flv::{Tag, TagReader};
use counterpart_shared::grant::{Act, Composite};
use counterpart_shared::id::{CallId, Party, StreamId};
use counterpart_shared::rtmp::{Message, MessageKind};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::ops::Range;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};
use support::{Carrier, Client, World, grant};
use time::UtcOffset;

/// Calls at once.
const CALLS: usize = 10;
/// How long they talk, ...
const SECONDS: u64 = 20;
/// ... and for how long before what they take counts.
const BEFORE: u64 = 3;
/// Calls at once with a live composite, ...
const LIVE_CALLS: usize = 2;
/// ... how long they talk, and for how long before it counts: a live composite begins twelve seconds behind.
const LIVE_SECONDS: u64 = 45;
const LIVE_BEFORE: u64 = 15;
/// At its low priority, a busy machine may make a composite late.
const PATIENCE: Duration = Duration::from_mins(5);
/// Length of the call that is made into a composite.
const COMPOSITE_SECONDS: u32 = 60;
/// Length of the clip that all of them repeat.
const CLIP_MS: u32 = 10_000;
/// Its file.
const CLIP: &str = "clip.flv";
/// How hard ffmpeg's encoder tries.
const PRESETS: [&str; 2] = ["ultrafast", "veryfast"];
const T0: u64 = 1_700_000_000_000;

/// What the process took.
#[derive(Debug, Clone, Copy)]
struct Used {
    cpu_ms: f64,
    memory: f64,
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let tags = clip(folder.path());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if let Some(calls) = argument("--calls") {
        let round = Round {
            calls: calls.parse().unwrap(),
            ..MANY
        };
        return runtime.block_on(only_calls(&tags, round));
    }
    let plain = runtime.block_on(calls(&tags, MANY, None)).0;
    let recorded = runtime.block_on(calls(&tags, MANY, Some(Composite::Off))).0;
    let without = runtime.block_on(calls(&tags, FEW, Some(Composite::Off))).0;
    let (with, ready) = runtime.block_on(calls(&tags, FEW, Some(Composite::Live)));
    let live = with.cpu_ms - without.cpu_ms;
    let clip = folder.path().join(CLIP);
    let theirs_live = |preset| peer::live(&clip, folder.path(), preset, FEW);
    let [quickest, quick] = PRESETS.map(theirs_live);
    let source = sealed(folder.path(), &tags);
    let heard = our_sounds(&source, folder.path());
    let ours = our_composite(&source, folder.path());
    let theirs = ffmpeg_composite(&source, folder.path());
    let speed = |cpu: f64| f64::from(COMPOSITE_SECONDS) / cpu;
    let report = json!({
        "calls": CALLS,
        "seconds": SECONDS,
        "unrecorded": {"cpu_ms_per_call_second": plain.cpu_ms, "memory_bytes_per_call": plain.memory},
        "recorded": {"cpu_ms_per_call_second": recorded.cpu_ms, "memory_bytes_per_call": recorded.memory},
        "live": {"calls": LIVE_CALLS, "seconds": LIVE_SECONDS, "cpu_ms_per_call_second": live, "share_of_a_core": live / 1000.0,
            "memory_bytes_per_call": with.memory - without.memory, "ready_ms_after_the_end": ready},
        "ffmpeg_live_ultrafast": {"cpu_ms_per_call_second": quickest.cpu_ms, "memory_bytes_per_call": quickest.memory},
        "ffmpeg_live_veryfast": {"cpu_ms_per_call_second": quick.cpu_ms, "memory_bytes_per_call": quick.memory},
        "sounds": {"seconds": COMPOSITE_SECONDS, "cpu_seconds": heard, "times_real_time": speed(heard)},
        "composite": {"seconds": COMPOSITE_SECONDS, "cpu_seconds": ours, "times_real_time": speed(ours)},
        "ffmpeg": {"seconds": COMPOSITE_SECONDS, "cpu_seconds": theirs, "times_real_time": speed(theirs)},
    });
    println!("CPU ms per call and second");
    println!(
        "{:<28} {:>12} {:>12} {:>16}",
        "", "during", "afterwards", "memory per call"
    );
    let later = heard * 1000.0 / f64::from(COMPOSITE_SECONDS);
    for (name, used, later) in [
        ("call, unrecorded", plain, 0.0),
        ("call, recorded", recorded, later),
        ("two calls at once, recorded", without, later),
        ("the same, composite live", with, later),
        ("ffmpeg live, ultrafast", quickest, 0.0),
        ("ffmpeg live, veryfast", quick, 0.0),
    ] {
        println!(
            "{name:<28} {:>12.2} {later:>12.2} {:>13.2} MB",
            used.cpu_ms,
            used.memory / 1e6
        );
    }
    println!(
        "live composite: {:.1} % of a core, sealed {ready} ms after the end of the call",
        live / 10.0
    );
    println!("{:<28} {:>22} {:>16}", "", "CPU s for 60 s", "× real time");
    for (name, cpu) in [
        ("WAV files", heard),
        ("composite", ours),
        ("ffmpeg, x264 ultrafast", theirs),
    ] {
        println!("{name:<28} {cpu:>22.2} {:>16.1}", speed(cpu));
    }
    write(&report);
}

fn write(report: &Value) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/report");
    fs::create_dir_all(&folder).unwrap();
    let json = serde_json::to_vec_pretty(report).unwrap();
    fs::write(folder.join("bench-record.json"), json).unwrap();
    println!("the same as JSON: target/report/bench-record.json");
    if let Some(folder) = argument("--docs") {
        told::publish(Path::new(&folder), report);
    }
}

/// What follows this name on the command line.
fn argument(name: &str) -> Option<String> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1)
}

/// So many calls at once, recorded and not, and nothing else.
async fn only_calls(tags: &[Tag], round: Round) {
    for record in [None, Some(Composite::Off)] {
        let used = calls(tags, round, record).await.0;
        let recorded = if record.is_some() {
            "recorded"
        } else {
            "unrecorded"
        };
        println!(
            "{} calls at once, {recorded}: {:.2} CPU ms per call and second, {:.2} MB per call",
            round.calls,
            used.cpu_ms,
            used.memory / 1e6
        );
    }
}

fn clip(folder: &Path) -> Vec<Tag> {
    let path = folder.join(CLIP);
    let status = Command::new("ffmpeg")
        .args([
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=s=640x360:r=25",
        ])
        .args(["-f", "lavfi", "-i", "sine=440:r=48000", "-t", "10"])
        .args([
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-profile:v",
            "baseline",
            "-g",
            "50",
        ])
        .args([
            "-b:v", "600k", "-maxrate", "600k", "-bufsize", "600k", "-pix_fmt", "yuv420p",
        ])
        .args(["-c:a", "aac", "-b:a", "64k", "-f", "flv"])
        .arg(&path)
        .status();
    assert!(status.unwrap().success());
    let mut reader = TagReader::default();
    reader.push(&fs::read(path).unwrap());
    std::iter::from_fn(|| reader.next_tag().unwrap()).collect()
}

/// The clip again and again, for so many milliseconds.
fn repeated(tags: &[Tag], length_ms: u32) -> impl Iterator<Item = Tag> {
    let rounds = (0..length_ms.div_ceil(CLIP_MS)).flat_map(move |round| {
        let later = move |tag: &Tag| Tag {
            timestamp: tag.timestamp.min(CLIP_MS - 1) + round * CLIP_MS,
            ..tag.clone()
        };
        tags.iter().map(later)
    });
    rounds.take_while(move |tag| tag.timestamp < length_ms)
}

fn used(world: &mut World) -> Used {
    used_by(world.program().id().unwrap())
}

fn used_by(id: u32) -> Used {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap();
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = resident.unwrap().trim().trim_end_matches(" kB");
    Used {
        cpu_ms: cpu_ms(&stat),
        memory: kilobytes.parse::<f64>().unwrap() * 1024.0,
    }
}

/// Fields 14 and 15 of proc(5), in ticks of 10 ms.
fn cpu_ms(stat: &str) -> f64 {
    let behind_name = stat.rsplit_once(')').unwrap().1;
    let fields: Vec<&str> = behind_name.split_whitespace().collect();
    let ticks = |index: usize| fields[index].parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) * 10.0
}

/// How many calls, for how long they talk, and for how long before it counts.
#[derive(Debug, Clone, Copy)]
struct Round {
    calls: usize,
    seconds: u64,
    before: u64,
}

const MANY: Round = Round {
    calls: CALLS,
    seconds: SECONDS,
    before: BEFORE,
};
const FEW: Round = Round {
    calls: LIVE_CALLS,
    seconds: LIVE_SECONDS,
    before: LIVE_BEFORE,
};

/// What a call took per second, and in memory; recorded, if its desk says something of its composite. And how many ms after the
/// end of all calls the last composite was sealed, if any was wanted.
async fn calls(tags: &[Tag], round: Round, record: Option<Composite>) -> (Used, u128) {
    let variables = [("COUNTERPART_COMPOSITE", "true")];
    let program = env!("CARGO_BIN_EXE_counterpart-node").as_ref();
    let mut world = World::spawned_with(program, &variables).await;
    let idle = used(&mut world);
    let mut publishers = Vec::new();
    for call in 0..round.calls {
        for party in Party::BOTH {
            let mut publish = grant(Act::Publish, &format!("c{call}"));
            publish.stream = StreamId::of(&publish.call, party);
            (publish.party, publish.record) = (party, record.is_some());
            publish.composite = record.unwrap_or_default();
            publishers.push(world.publish(Carrier::Rtmp, &publish).await);
        }
    }
    let start = Instant::now();
    talk(&publishers, tags, start, 0..round.before).await;
    let before = used(&mut world);
    talk(&publishers, tags, start, round.before..round.seconds).await;
    let after = used(&mut world);
    let loads = world.edge.heard();
    let recording = loads.iter().filter_map(|message| match message {
        FromNode::Load(load) => Some(load.recording),
        _ => None,
    });
    let expected = if record.is_some() {
        2 * round.calls as u32
    } else {
        0
    };
    assert_eq!(recording.max(), Some(expected));
    let ready = match record {
        Some(Composite::Live) => ready(&world, round.calls).await,
        _ => 0,
    };
    let counted = round.seconds - round.before;
    let used = Used {
        cpu_ms: (after.cpu_ms - before.cpu_ms) / (round.calls as u64 * counted) as f64,
        memory: (after.memory - idle.memory) / round.calls as f64,
    };
    (used, ready)
}

/// Ends all calls; after how many ms the last composite is told of.
async fn ready(world: &World, calls: usize) -> u128 {
    let over = Instant::now();
    for number in 0..calls {
        let call = format!("c{number}").parse().unwrap();
        let seq = number as u64 + 1;
        world.edge.command(seq, NodeCommand::CallEnd { call });
    }
    loop {
        let heard = world.edge.heard();
        let films = heard.iter().filter(|message| match message {
            FromNode::Event {
                event: NodeEvent::MadeReady { files },
                ..
            } => files.len() == 1 && files[0].path.ends_with("/call.mp4"),
            _ => false,
        });
        if films.count() == calls {
            break;
        }
        assert!(over.elapsed() < PATIENCE, "no composite");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    over.elapsed().as_millis()
}

/// These seconds of a talk that began then.
async fn talk(publishers: &[Client], tags: &[Tag], start: Instant, seconds: Range<u64>) {
    let begin = seconds.start as u32 * 1000;
    let tags = repeated(tags, seconds.end as u32 * 1000);
    for tag in tags.filter(|tag| tag.timestamp >= begin) {
        let due = start + Duration::from_millis(tag.timestamp.into());
        tokio::time::sleep_until(due.into()).await;
        for publisher in publishers {
            publisher.send(&Message {
                kind: MessageKind::from(tag.kind.id()),
                stream_id: 1,
                timestamp: tag.timestamp,
                payload: tag.body.clone(),
            });
        }
    }
}

/// A sealed call of the clip.
fn sealed(folder: &Path, tags: &[Tag]) -> Source {
    let root = folder.join("recordings");
    let call: CallId = "c1".parse().unwrap();
    let key = NodeKey::load_or_make(&folder.join("node.key")).unwrap();
    let sealer = Sealer::open(&root, "n1".parse().unwrap(), key).unwrap();
    for party in Party::BOTH {
        let its = CallFolder::create(&root, &call).unwrap();
        let mut recorder = PartyRecorder::new(its, &party.to_string());
        for tag in repeated(tags, COMPOSITE_SECONDS * 1000) {
            let at = T0 + u64::from(tag.timestamp);
            recorder
                .push(tag.kind, tag.timestamp, &tag.body, at)
                .unwrap();
        }
        let (files, done) = recorder.finish();
        done.unwrap();
        OpenCall::update(&root.join("c1"), &call, |open| open.add(files)).unwrap();
    }
    sealer.seal(&call).unwrap();
    Source::read(&root.join("c1"), &Vault::default())
        .unwrap()
        .unwrap()
}

/// Seconds of processor time.
fn our_sounds(source: &Source, folder: &Path) -> f64 {
    let now = || cpu_ms(&fs::read_to_string("/proc/thread-self/stat").unwrap());
    let before = now();
    assert_eq!(sounds(source, folder).unwrap().len(), 3);
    (now() - before) / 1000.0
}

/// Seconds of processor time.
fn our_composite(source: &Source, folder: &Path) -> f64 {
    let settings = Settings {
        composite: true,
        zone: UtcOffset::UTC,
        live: 0,
    };
    let out = Box::new(File::create_new(folder.join("ours.mp4")).unwrap());
    let now = || cpu_ms(&fs::read_to_string("/proc/thread-self/stat").unwrap());
    let before = now();
    composite(source, settings, ("ours.mp4".to_owned(), out)).unwrap();
    (now() - before) / 1000.0
}

/// Seconds of processor time.
fn ffmpeg_composite(source: &Source, folder: &Path) -> f64 {
    let half = "scale=640:-2,pad=640:480:0:(oh-ih)/2";
    let graph = format!("[0:v]{half}[l];[1:v]{half}[r];[l][r]hstack,fps=25[v];[0:a][1:a]amix=2[a]");
    let output = Command::new("ffmpeg")
        .args([
            "-v",
            "info",
            "-nostats",
            "-benchmark",
            "-threads",
            "1",
            "-filter_threads",
            "1",
        ])
        .arg("-i")
        .arg(source.folder.join("caller.mp4"))
        .arg("-i")
        .arg(source.folder.join("callee.mp4"))
        .args(["-filter_complex_threads", "1", "-filter_complex", &graph])
        .args([
            "-map",
            "[v]",
            "-map",
            "[a]",
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
        ])
        .args([
            "-b:v", "1500k", "-threads", "1", "-c:a", "aac", "-b:a", "64k",
        ])
        .arg(folder.join("theirs.mp4"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{text}");
    let line = text
        .lines()
        .find(|line| line.starts_with("bench: utime"))
        .unwrap();
    let seconds = line.split_whitespace().filter_map(|field| {
        let (name, value) = field.split_once('=')?;
        let seconds = value.strip_suffix('s')?.parse::<f64>().ok();
        seconds.filter(|_| name != "rtime")
    });
    seconds.sum()
}
