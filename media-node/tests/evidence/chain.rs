//! Calls and links that are not where they were.

use crate::support::{World, at, flip};
use counterpart_node::evidence::verify::{Given, Kind, verify};
use counterpart_node::evidence::{CHAIN, HEAD};
use serde_json::{Value, json};
use std::fs;

#[test]
fn a_call_that_is_removed() {
    let world = World::new();
    fs::remove_dir_all(world.path("c2")).unwrap();
    assert_eq!(world.found(), [at(Kind::CallRemoved, "c2")]);
    // With its line.
    let mut lines = world.lines();
    lines.remove(1);
    world.write_lines(&lines);
    assert_eq!(world.found(), [at(Kind::CallRemoved, CHAIN)]);
    assert_eq!(world.verify().code(), Kind::CallRemoved.code());
}

#[test]
fn a_call_that_is_taken_out_of_the_chain_alone() {
    let world = World::new();
    let mut lines = world.lines();
    lines.remove(1);
    world.write_lines(&lines);
    let expected = [
        at(Kind::CallRemoved, "c2/call.json"),
        at(Kind::CallRemoved, CHAIN),
    ];
    assert_eq!(world.found(), expected);
}

#[test]
fn the_newest_call_that_is_removed_with_its_line() {
    let world = World::new();
    fs::remove_dir_all(world.path("c3")).unwrap();
    let mut lines = world.lines();
    lines.pop();
    world.write_lines(&lines);
    assert_eq!(world.found(), [at(Kind::ChainCut, HEAD)]);
}

#[test]
fn an_older_copy_of_everything_is_found_by_who_noted_the_head() {
    let world = World::new();
    let noted = world.verify().head.unwrap();
    let old_head = fs::read(world.path(HEAD)).unwrap();
    world.record("c4", &["caller.mp4"]);
    let sealed = world
        .sealer()
        .seal(&"c4".parse().unwrap())
        .unwrap()
        .unwrap();
    fs::remove_dir_all(world.path("c4")).unwrap();
    let mut lines = world.lines();
    lines.pop();
    world.write_lines(&lines);
    fs::write(world.path(HEAD), old_head).unwrap();
    let check = |head: &str| {
        let given = Given {
            keys: vec![world.key],
            heads: vec![head.to_owned()],
        };
        verify(&world.root(), &given).unwrap().code()
    };
    assert_eq!(check(&noted), 0);
    assert_eq!(check(&sealed.link.sha256), Kind::ChainCut.code());
}

#[test]
fn manifests_that_change_places() {
    let world = World::new();
    let mut lines = world.lines();
    lines.swap(0, 1);
    world.write_lines(&lines);
    assert_eq!(world.found(), [at(Kind::ChainReordered, "chain.jsonl:2")]);
    // With their numbers and hashes made to fit.
    let world = World::new();
    let mut links: Vec<Value> = world
        .lines()
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    links.swap(0, 1);
    let mut previous = json!("0".repeat(64));
    for (n, link) in links.iter_mut().enumerate() {
        link["seq"] = json!(n + 1);
        link["previous"] = previous;
        previous = link["sha256"].clone();
    }
    let lines: Vec<_> = links.iter().map(Value::to_string).collect();
    world.write_lines(&lines);
    let found = world.found();
    for seq in 1..=3 {
        let place = format!("{CHAIN} seq {seq}");
        assert!(found.contains(&at(Kind::LinkChanged, &place)), "{found:?}");
    }
}

#[test]
fn calls_that_change_names() {
    let world = World::new();
    fs::rename(world.path("c1"), world.path("cx")).unwrap();
    fs::rename(world.path("c2"), world.path("c1")).unwrap();
    fs::rename(world.path("cx"), world.path("c2")).unwrap();
    let found = world.found();
    assert!(found.contains(&at(Kind::CallRenamed, "c1")), "{found:?}");
    let world = World::new();
    fs::rename(world.path("c1"), world.path("c9")).unwrap();
    assert_eq!(world.found(), [at(Kind::CallRenamed, "c9")]);
}

#[test]
fn one_call_alone_is_checked_without_the_chain() {
    let world = World::new();
    let given = Given {
        keys: vec![world.key],
        heads: Vec::new(),
    };
    let report = verify(&world.path("c2"), &given).unwrap();
    assert_eq!(report.code(), 0, "{report}");
    assert_eq!(report.findings[0].kind, Kind::Alone);
    flip(&world.path("c2/call.json"), 40);
    assert_ne!(verify(&world.path("c2"), &given).unwrap().code(), 0);
}

#[test]
fn concurrent_calls_are_ordered_when_they_are_sealed() {
    let world = World::new();
    let sealer = world.sealer();
    let calls: Vec<String> = (10..30).map(|n| format!("c{n}")).collect();
    for call in &calls {
        world.record(call, &["caller.mp4"]);
    }
    std::thread::scope(|scope| {
        for call in &calls {
            scope.spawn(|| sealer.seal(&call.parse().unwrap()).unwrap().unwrap());
        }
    });
    assert_eq!(world.found(), []);
    assert_eq!(world.lines().len(), 3 + calls.len());
}
