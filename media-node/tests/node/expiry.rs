//! What a node deletes by its own rule, as far as desks let it.

use crate::space::wait;
use crate::support::stream::*;
use crate::support::{Carrier, World, grant};
use counterpart_node::Config;
use counterpart_node::archive::{Retention, Watermark};
use counterpart_shared::api::{FromNode, LeastDays, NodeCommand, NodeEvent};
use counterpart_shared::grant::Act;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How often the disk was looked at.
static LOOKS: AtomicUsize = AtomicUsize::new(0);

fn free(_: &Path) -> io::Result<u64> {
    LOOKS.fetch_add(1, Ordering::SeqCst);
    Ok(u64::MAX)
}

/// A call of this desk is recorded, over and sealed with all that is made of it.
async fn record(world: &World, seq: u64, desk: &str) {
    let mut publish = grant(Act::Publish, desk);
    publish.record = true;
    publish.desk = desk.parse().ok();
    let publisher = world.publish(Carrier::Rtmp, &publish).await;
    publisher.send_all(&beginning());
    let folder = world.folder.path().join(desk);
    wait("a file", async || folder.join("caller.mp4").exists()).await;
    let call = desk.parse().unwrap();
    world.edge.command(seq, NodeCommand::CallEnd { call });
    let is_sealed = || folder.join("call.2.json").exists() && !folder.join("open.json").exists();
    wait("sealed", async || is_sealed()).await;
}

#[tokio::test]
async fn the_nodes_own_rule_waits_for_the_edge_and_keeps_what_desks_want_today() {
    let mut first = World::new().await;
    for (seq, desk) in [(1, "back"), (2, "front")] {
        record(&first, seq, desk).await;
    }
    first.stop().await;
    let [folder, private] = [first.folder.path(), first.private.path()];
    let kept = |desk: &str| folder.join(desk).join("caller.mp4").exists();
    let world = World::without_welcome(|config: &mut Config| {
        config.record_dir = folder.to_owned();
        config.key_file = private.join("node.key");
        config.retention = Some(Retention(Duration::ZERO));
        config.watermark = Watermark { min_free: 0, free };
    })
    .await;
    let is_hello = |message: &FromNode| matches!(message, FromNode::Hello { .. });
    world.edge.wait(is_hello).await;
    // Twice before the upkeep begins, twice in each of its rounds, and once for each call that something might be made of.
    wait("a round", async || LOOKS.load(Ordering::SeqCst) >= 8).await;
    assert!(kept("back") && kept("front"), "the edge has said nothing");
    let front = "front".parse().unwrap();
    world.edge.welcome_wanting(LeastDays::new([(&front, 1)]));
    let deleted = |event: &NodeEvent| matches!(event, NodeEvent::RecordingDeleted { .. });
    let NodeEvent::RecordingDeleted { rule, files, .. } = world.event(deleted).await else {
        panic!("nothing is deleted");
    };
    assert_eq!(rule, "retention of 0 days");
    assert!(
        files.iter().all(|file| file.starts_with("back/")),
        "{files:?}"
    );
    assert!(!kept("back") && kept("front"));
}
