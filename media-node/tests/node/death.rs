//! A node that dies without a word: its clients go on at another one, and its restart finishes its files.

use crate::support::stream::*;
use crate::support::{Answer, Carrier, Client, Heard, World, grant, sha256};
use counterpart_shared::api::{NodeEvent, RecordedFile};
use counterpart_shared::grant::{Act, Grant};
use counterpart_shared::rtmp::Message;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_counterpart-node"))
}

/// A grant of the call `c1` at this node, newer with each number.
fn at(node: &str, act: Act, serial: u64) -> Grant {
    Grant {
        node: node.parse().unwrap(),
        serial,
        record: act == Act::Publish,
        ..grant(act, "c1")
    }
}

/// Three seconds of pictures and sound.
fn talk() -> Vec<Message> {
    let mut messages = beginning();
    for step in 1..=90 {
        let picture = if step % 30 == 0 { key } else { inter };
        messages.extend([picture(step * 33), audio(step * 33)]);
    }
    messages
}

/// Waits until more of it is on the disk than its first second takes, which is 23 kB.
async fn written(world: &World) {
    let path = world.folder.path().join("c1/caller.mp4");
    let start = Instant::now();
    while std::fs::metadata(&path).map_or(0, |meta| meta.len()) < 35_000 {
        assert!(start.elapsed() < crate::support::PATIENCE, "{path:?}");
        tokio::task::yield_now().await;
    }
}

async fn recovered(world: &World) -> Vec<RecordedFile> {
    let ready = |event: &NodeEvent| matches!(event, NodeEvent::RecordingReady { .. });
    match world.event(ready).await {
        NodeEvent::RecordingReady { files } => files,
        other => panic!("{other:?}"),
    }
}

async fn gone(client: &mut Client) {
    while client.next().await != Heard::Gone {}
}

#[tokio::test]
async fn a_call_goes_on_at_another_node_and_the_dead_ones_files_are_finished() {
    let folder = || Arc::new(tempfile::tempdir().unwrap());
    let mut first = World::spawned_as("n1", program(), folder()).await;
    let second = World::spawned_as("n2", program(), folder()).await;
    let mut publisher = first
        .publish(Carrier::Rtmp, &at("n1", Act::Publish, 1))
        .await;
    publisher.send_all(&talk());
    let mut player = first.play(Carrier::Rtmp, &at("n1", Act::Play, 1)).await;
    player.messages(3).await;
    written(&first).await;
    first.program().kill().await.unwrap();
    gone(&mut publisher).await;
    gone(&mut player).await;

    // The grants of the dead node are no good elsewhere; the edge gives new ones of the same call.
    let stale = second.name(&at("n1", Act::Publish, 1));
    let stale = Client::open(&second, Carrier::Rtmp, Act::Publish, &stale).await;
    assert!(stale.refused().await.description.contains("node 'n1'"));
    let again = second
        .publish(Carrier::Quic, &at("n2", Act::Publish, 2))
        .await;
    again.send_all(&beginning());
    let begun = |event: &NodeEvent| matches!(event, NodeEvent::StreamBegin(_));
    second.event(begun).await;
    let mut player = second.play(Carrier::Rtmp, &at("n2", Act::Play, 2)).await;
    again.send(&inter(33));
    while player.media().await.payload != inter(33).payload {}

    let restarted = World::spawned_as("n1", program(), first.folder.clone()).await;
    let files = recovered(&restarted).await;
    let mp4 = files.iter().find(|f| f.path == "c1/caller.mp4").unwrap();
    assert!(mp4.duration_ms > 1_000, "{mp4:?}");
    let token = restarted.edge.token(&grant(Act::Review, "c1"));
    let target = format!("/recordings/{}?grant={token}", mp4.path);
    let answer = Answer::to(&restarted.endpoints, "GET", &target, &[]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(sha256(&answer.body), mp4.sha256);
}
