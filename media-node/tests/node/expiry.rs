//! What a node deletes by its own rule, as far as desks let it.

use crate::space::wait;
use crate::support::stream::*;
use crate::support::{Carrier, PATIENCE, World, grant};
use counterpart_node::Config;
use counterpart_node::archive::{Retention, Watermark};
use counterpart_shared::api::{FromNode, LeastDays, NodeCommand, NodeEvent};
use counterpart_shared::grant::Act;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How often each disk was looked at.
static LOOKS: Mutex<BTreeMap<PathBuf, usize>> = Mutex::new(BTreeMap::new());

/// While it is in a folder, nobody comes to see the disk.
const SHUT: &str = "shut";

fn free(root: &Path) -> io::Result<u64> {
    let start = Instant::now();
    while root.join(SHUT).exists() && start.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut looks = LOOKS.lock().unwrap();
    *looks.entry(root.to_owned()).or_default() += 1;
    Ok(u64::MAX)
}

/// Waits until calls must have been looked for, more than twice, whose time is over.
async fn rounds(root: &Path) {
    // Twice before the upkeep begins, once for each of two calls that something might be made of, and twice in each round.
    let enough = 4 + 2 * 4;
    let looks = || LOOKS.lock().unwrap().get(root).copied().unwrap_or(0);
    wait("four rounds", async || looks() >= enough).await;
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

/// A node that has stopped, with calls of the desks `back` and `front`.
async fn recorded() -> World {
    let mut world = World::new().await;
    for (seq, desk) in [(1, "back"), (2, "front")] {
        record(&world, seq, desk).await;
    }
    world.stop().await;
    world
}

/// The node after it, whose own rule keeps nothing; it has dialled its edge, which has said nothing.
async fn forgetful(first: &World) -> World {
    let world = World::without_welcome(|config: &mut Config| {
        config.record_dir = first.folder.path().to_owned();
        config.key_file = first.private.path().join("node.key");
        config.retention = Some(Retention(Duration::ZERO));
        config.watermark = Watermark { min_free: 0, free };
    })
    .await;
    wait("hello", async || hellos(&world) == 1).await;
    world
}

/// The same before anything was looked at, welcomed once with these terms, which have taken effect.
async fn told(first: &World, least: Option<LeastDays>) -> World {
    fs::write(first.folder.path().join(SHUT), "").unwrap();
    let world = forgetful(first).await;
    world.edge.say(world.edge.terms(least));
    let keys = |message: &FromNode| matches!(message, FromNode::Keys { .. });
    world.edge.wait(keys).await;
    world
}

fn hellos(world: &World) -> usize {
    let heard = world.edge.heard();
    let is_hello = |message: &&FromNode| matches!(message, FromNode::Hello { .. });
    heard.iter().filter(is_hello).count()
}

/// Which of both calls is there.
fn kept(world: &World) -> [bool; 2] {
    let is_there = |desk: &str| world.folder.path().join(desk).join("caller.mp4").exists();
    ["back", "front"].map(is_there)
}

#[tokio::test]
async fn the_nodes_own_rule_waits_for_the_edge_and_keeps_what_desks_want_today() {
    let first = recorded().await;
    let world = forgetful(&first).await;
    rounds(first.folder.path()).await;
    assert_eq!(kept(&first), [true, true], "the edge has said nothing");
    let front = "front".parse().unwrap();
    world
        .edge
        .welcome_wanting(Some(LeastDays::new([(&front, 1)])));
    let deleted = |event: &NodeEvent| matches!(event, NodeEvent::RecordingDeleted { .. });
    let NodeEvent::RecordingDeleted { rule, files, .. } = world.event(deleted).await else {
        panic!("nothing is deleted");
    };
    assert_eq!(rule, "retention of 0 days");
    assert!(
        files.iter().all(|file| file.starts_with("back/")),
        "{files:?}"
    );
    assert_eq!(kept(&first), [false, true]);
}

#[tokio::test]
async fn the_nodes_own_rule_rests_again_when_the_link_is_lost() {
    let first = recorded().await;
    let world = told(&first, Some(LeastDays::default())).await;
    world.edge.hang_up();
    wait("another hello", async || hellos(&world) == 2).await;
    fs::remove_file(first.folder.path().join(SHUT)).unwrap();
    rounds(first.folder.path()).await;
    assert_eq!(kept(&first), [true, true], "nobody says what desks want");
    world.edge.welcome();
    wait("deleted", async || kept(&first) == [false, false]).await;
}

#[tokio::test]
async fn the_nodes_own_rule_rests_where_an_older_edge_does_not_say_what_desks_want() {
    let first = recorded().await;
    let world = told(&first, None).await;
    fs::remove_file(first.folder.path().join(SHUT)).unwrap();
    rounds(first.folder.path()).await;
    assert_eq!(kept(&first), [true, true]);
    world.edge.welcome();
    wait("deleted", async || kept(&first) == [false, false]).await;
}
