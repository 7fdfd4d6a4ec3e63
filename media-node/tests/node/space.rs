//! A disk that runs full while calls are recorded, and copies that are read where they are.

use crate::support::stream::*;
use crate::support::{Answer, Carrier, Client, PATIENCE, World, grant, sha256};
use counterpart_node::archive::{Settings, Target, Watermark};
use counterpart_shared::api::{FromNode, NodeCommand, NodeEvent, RecordedFile};
use counterpart_shared::grant::Act;
use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

pub(crate) const MIN_FREE: u64 = 1 << 20;

/// What a file in the folder says, whatever the disk says.
pub(crate) fn free(root: &Path) -> io::Result<u64> {
    let said = fs::read_to_string(root.join("free"));
    Ok(said
        .ok()
        .and_then(|said| said.parse().ok())
        .unwrap_or(u64::MAX))
}

pub(crate) fn say_free(world: &World, bytes: u64) {
    fs::write(world.folder.path().join("said"), bytes.to_string()).unwrap();
    let [said, free] = ["said", "free"].map(|name| world.folder.path().join(name));
    fs::rename(said, free).unwrap();
}

async fn node(archive: Option<&Path>) -> World {
    World::with(|config| {
        config.watermark = Watermark {
            min_free: MIN_FREE,
            free,
        };
        config.archive = archive.map(|folder| Settings {
            target: Target::Folder(folder.to_owned()),
            timeout: Duration::from_secs(5),
        });
    })
    .await
}

async fn record(world: &World, call: &str) -> Client {
    let mut publish = grant(Act::Publish, call);
    publish.record = true;
    let publisher = world.publish(Carrier::Rtmp, &publish).await;
    publisher.send_all(&beginning());
    publisher
}

/// The files that a call leaves once it is over.
async fn recorded(world: &World, call: &str) -> Vec<RecordedFile> {
    let publisher = record(world, call).await;
    world
        .event(|event| matches!(event, NodeEvent::RecordingStarted))
        .await;
    let call = call.parse().unwrap();
    world.edge.command(1, NodeCommand::CallEnd { call });
    let ready = |event: &NodeEvent| matches!(event, NodeEvent::RecordingReady { .. });
    let NodeEvent::RecordingReady { files } = world.event(ready).await else {
        panic!("no files");
    };
    drop(publisher);
    files
}

pub(crate) async fn wait(what: &str, is: impl AsyncFn() -> bool) {
    let start = Instant::now();
    while !is().await {
        assert!(start.elapsed() < PATIENCE, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn recording_stops_and_the_call_goes_on_when_nothing_may_go() {
    let world = node(None).await;
    let publisher = record(&world, "c1").await;
    let mut player = world.play(Carrier::Rtmp, &grant(Act::Play, "c1")).await;
    world
        .event(|event| matches!(event, NodeEvent::RecordingStarted))
        .await;
    let file = world.folder.path().join("c1/caller.mp4");
    wait("something is written", async || file.exists()).await;
    say_free(&world, MIN_FREE - 1);
    let failed = |event: &NodeEvent| matches!(event, NodeEvent::RecordingFailed { .. });
    // The stream goes on until the recorder has looked.
    wait("it stops", async || {
        publisher.send(&inter(40));
        let heard = world.edge.heard();
        let mut events = heard.iter().filter_map(|message| match message {
            FromNode::Event { event, .. } => Some(event),
            _ => None,
        });
        events.any(failed)
    })
    .await;
    let NodeEvent::RecordingFailed { reason } = world.event(failed).await else {
        panic!("no reason");
    };
    assert_eq!(reason, "0 MB of the disk are free, 1 MB must stay");
    // What there was is kept, and what comes is forwarded.
    let ready = |event: &NodeEvent| matches!(event, NodeEvent::RecordingReady { .. });
    world.event(ready).await;
    publisher.send(&inter(77));
    while player.media().await.timestamp != 77 {}
    // A call that begins now is not recorded, and says so.
    let told = || {
        let heard = world.edge.heard();
        let events = heard
            .iter()
            .filter(|message| format!("{message:?}").contains("RecordingFailed"));
        events.count()
    };
    let before = told();
    let second = record(&world, "c2").await;
    wait("told", async || told() > before).await;
    assert!(!world.folder.path().join("c2").exists());
    drop(second);
    say_free(&world, MIN_FREE);
    wait("recorded again", async || {
        let third = record(&world, "c3").await;
        drop(third);
        world.folder.path().join("c3").exists()
    })
    .await;
}

#[tokio::test]
async fn a_file_whose_copy_alone_is_left_is_read_from_there() {
    let folder = tempfile::tempdir().unwrap();
    let world = node(Some(folder.path())).await;
    let files = recorded(&world, "c1").await;
    let mp4 = files
        .iter()
        .find(|file| file.path.ends_with(".mp4"))
        .unwrap();
    let copies = world.folder.path().join("c1/copies.json");
    wait("copied", async || {
        let copies = fs::read_to_string(&copies).unwrap_or_default();
        copies.contains(&mp4.sha256) && copies.contains("call.sig")
    })
    .await;
    say_free(&world, 0);
    let here = world.folder.path().join(&mp4.path);
    wait("only the copy is left", async || !here.exists()).await;
    let grant = grant(Act::Review, "c1");
    let target = format!(
        "/recordings/{}?grant={}",
        mp4.path,
        world.edge.token(&grant)
    );
    let whole = Answer::to(&world.endpoints, "GET", &target, &[]).await;
    assert_eq!(
        (whole.status, sha256(&whole.body)),
        (200, mp4.sha256.clone())
    );
    let part = Answer::to(&world.endpoints, "GET", &target, &["Range: bytes=4-7"]).await;
    assert_eq!((part.status, &*part.body), (206, &b"ftyp"[..]));
}

#[tokio::test]
async fn what_the_edge_wants_deleted_is_deleted_when_nobody_works_with_it() {
    let world = node(None).await;
    let publisher = record(&world, "c1").await;
    world
        .event(|event| matches!(event, NodeEvent::RecordingStarted))
        .await;
    let file = world.folder.path().join("c1/caller.mp4");
    let begun = async {
        while !file.exists() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, begun).await.unwrap();
    // While it is being recorded it is only noted.
    let call = || "c1".parse().unwrap();
    let by = "API key k-1".to_owned();
    world
        .edge
        .command(1, NodeCommand::RecordDelete { call: call(), by });
    world.edge.command(2, NodeCommand::CallEnd { call: call() });
    drop(publisher);
    let deleted = |event: &NodeEvent| matches!(event, NodeEvent::RecordingDeleted { .. });
    let NodeEvent::RecordingDeleted { rule, files, .. } = world.event(deleted).await else {
        panic!("nothing is deleted");
    };
    assert_eq!(rule, "asked for by API key k-1");
    assert!(files.contains(&"c1/caller.mp4".to_owned()), "{files:?}");
    assert!(!file.exists());
}
