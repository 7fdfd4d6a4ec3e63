//! A node that is killed while it records, and its next start.

use crate::program::program;
use crate::support::{Carrier, PATIENCE, World, grant};
use counterpart_shared::api::{FromNode, NodeEvent, RecordedFile};
use counterpart_shared::flv::{Tag, TagReader};
use counterpart_shared::grant::Act;
use counterpart_shared::id::{Party, StreamId};
use counterpart_shared::rtmp::{Message, MessageKind};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// How often the node is killed; the variable `KILLS` says otherwise.
const KILLS: usize = 5;
/// What may be missing at the end of a file.
const LOST_MS: u64 = 1_000;
/// How much earlier than the newest of all the newest picture or sound may be.
const APART_MS: u64 = 40;
/// On the way from the client into the recorder's hands.
const TRANSIT_MS: u64 = 200;

/// Six seconds of H.264 and AAC.
fn clip(folder: &Path) -> Vec<Tag> {
    let path = folder.join("clip.flv");
    let status = Command::new("ffmpeg")
        .args([
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "testsrc2=s=320x240:r=25",
        ])
        .args(["-f", "lavfi", "-i", "sine=440:r=48000", "-t", "6"])
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
    reader.push(&std::fs::read(path).unwrap());
    let mut tags = Vec::new();
    while let Some(tag) = reader.next_tag().unwrap() {
        tags.push(tag);
    }
    tags
}

/// Both parties of a call publish the clip at the speed of life; the newest timestamp that was sent by
/// the end of the period, and by how much its sending was late.
async fn talk(world: &World, call: &str, tags: &[Tag], period: Duration) -> (u64, u64) {
    let mut publishers = Vec::new();
    for party in Party::BOTH {
        let mut publish = grant(Act::Publish, call);
        publish.stream = StreamId::of(&publish.call, party);
        (publish.party, publish.record) = (party, true);
        publishers.push(world.publish(Carrier::Rtmp, &publish).await);
    }
    let (start, mut newest, mut late) = (Instant::now(), 0, 0);
    for tag in tags {
        let due = Duration::from_millis(tag.timestamp.into());
        if due >= period {
            break;
        }
        tokio::time::sleep_until((start + due).into()).await;
        late = (start.elapsed() - due).as_millis() as u64;
        for publisher in &publishers {
            publisher.send(&Message {
                kind: MessageKind::from(tag.kind.id()),
                stream_id: 1,
                timestamp: tag.timestamp,
                payload: tag.body.clone(),
            });
        }
        newest = u64::from(tag.timestamp);
    }
    (newest, late)
}

/// Decodes everything; what ffmpeg complains about.
fn plays(path: &Path) -> String {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-f", "null", "-"])
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Where the newest picture and the newest sound begin, in milliseconds.
fn newest(path: &Path) -> [(&'static str, u64); 2] {
    ["v", "a"].map(|track| {
        let output = Command::new("ffprobe")
            .args(["-v", "error", "-of", "csv=p=0", "-select_streams", track])
            .args(["-show_entries", "packet=pts_time"])
            .arg(path)
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let times = text.lines().map(|line| {
            let seconds = line.trim_end_matches(',').parse::<f64>();
            (seconds.expect("a time of ffprobe") * 1000.0) as u64
        });
        (track, times.max().unwrap_or(0))
    })
}

/// What the next start has completed of both parties.
async fn completed(world: &World) -> Vec<RecordedFile> {
    let mut files = Vec::new();
    for party in Party::BOTH {
        let ready = world.edge.wait(|message| match message {
            FromNode::Event { stream, event, .. } => {
                stream.party == party && matches!(event, NodeEvent::RecordingReady { .. })
            }
            _ => false,
        });
        let FromNode::Event { event, .. } = ready.await else {
            panic!("no event");
        };
        if let NodeEvent::RecordingReady { files: of_party } = event {
            files.extend(of_party);
        }
    }
    files
}

/// Waits until the call, and what is made from it, is sealed.
async fn sealed(folder: &Path) {
    let start = Instant::now();
    while !folder.join("call.2.json").exists() || folder.join("open.json").exists() {
        assert!(
            start.elapsed() < PATIENCE * 3,
            "not sealed: {}",
            folder.display()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn verify(root: &Path) -> (i32, String) {
    let output = Command::new(program())
        .arg("verify")
        .arg(root)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code().unwrap(), text)
}

#[tokio::test]
async fn a_killed_node_loses_a_second_at_most_and_its_next_start_completes_the_rest() {
    let kills = std::env::var("KILLS").ok();
    let kills = kills.map_or(KILLS, |kills| kills.parse().expect("KILLS is a number"));
    let mut world = World::spawned(&program()).await;
    let made = tempfile::tempdir().unwrap();
    let tags = clip(made.path());
    for round in 0..kills {
        let call = format!("k{round}");
        // Of a shorter call nothing may be left.
        let period = rand::random_range(LOST_MS + TRANSIT_MS..5_500);
        let period = Duration::from_millis(period);
        let (sent, late) = talk(&world, &call, &tags, period).await;
        world = world.killed(&program()).await;
        let files = completed(&world).await;
        assert_eq!(files.len(), 2, "{files:?}");
        let root = world.folder.path();
        for file in &files {
            for (track, newest) in newest(&root.join(&file.path)) {
                let end = newest + LOST_MS + TRANSIT_MS + APART_MS + late;
                let killed = format!("killed at {sent} ms, {late} ms late");
                assert!(end >= sent, "{killed}: {track} until {newest} ms, {file:?}");
            }
            assert_eq!(plays(&root.join(&file.path)), "", "{file:?}");
        }
        sealed(&root.join(&call)).await;
        for name in ["caller.wav", "callee.wav", "call.wav"] {
            let path = root.join(&call).join(name);
            assert_eq!(plays(&path), "", "{}", path.display());
        }
        let (code, text) = verify(root);
        assert_eq!(code, 0, "{text}");
        for file in &files {
            assert!(
                text.contains(&file.path),
                "{} is not named: {text}",
                file.path
            );
        }
        assert!(
            text.contains("至多缺一秒") && text.contains("up to the last second"),
            "{text}"
        );
    }
}
