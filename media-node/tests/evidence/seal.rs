//! What is sealed when, and what is left when a process dies at it.

use crate::support::{T0, World, at, finished, flip};
use counterpart_node::evidence::HEAD;
use counterpart_node::evidence::verify::Kind;
use counterpart_node::record::open::{Begun, OpenCall};
use counterpart_node::record::{CallFolder, Gap, Track};
use counterpart_shared::id::CallId;
use serde_json::json;
use std::fs;

#[test]
fn what_comes_later_is_a_part_of_its_own() {
    let world = World::new();
    world.record("c1", &["caller.2.mp4"]);
    assert_eq!(world.found(), [at(Kind::NotSealed, "c1")]);
    let sealed = world
        .sealer()
        .seal(&"c1".parse().unwrap())
        .unwrap()
        .unwrap();
    assert_eq!((sealed.link.seq, sealed.link.part), (4, 2));
    assert_eq!(world.found(), []);
    assert!(world.path("c1/call.2.json").exists());
    flip(&world.path("c1/caller.2.mp4"), 0);
    assert_eq!(world.found(), [at(Kind::FileChanged, "c1/caller.2.mp4")]);
}

#[test]
fn the_first_versions_list_becomes_a_sealed_one() {
    let world = World::new();
    let folder = world.path("c4");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("caller.mp4"), "old").unwrap();
    let mut file = serde_json::to_value(finished("caller.mp4", b"old")).unwrap();
    for newer in ["gaps", "cut", "origin"] {
        file.as_object_mut().unwrap().remove(newer);
    }
    let list = json!({"version": 1, "call": "c4", "files": [file]});
    fs::write(folder.join("call.json"), list.to_string()).unwrap();
    assert_eq!(world.found(), [at(Kind::NotSealed, "c4")]);
    flip(&folder.join("caller.mp4"), 0);
    assert_eq!(world.found()[0], at(Kind::FileChanged, "c4/caller.mp4"));
    flip(&folder.join("caller.mp4"), 0);
    let sealed = world
        .sealer()
        .seal(&"c4".parse().unwrap())
        .unwrap()
        .unwrap();
    assert_eq!((sealed.link.part, sealed.manifest.version), (1, 2));
    assert_eq!(world.found(), []);
}

#[test]
fn a_seal_that_was_interrupted_anywhere_is_completed() {
    let world = World::new();
    let copy = |from: &str, to: &str| {
        fs::copy(world.path(from), world.path(to)).unwrap();
    };
    let head = fs::read(world.path(HEAD)).unwrap();
    world.record("c4", &["caller.mp4"]);
    copy("c4/open.json", "c1/kept");
    world.sealer().seal(&"c4".parse().unwrap()).unwrap();
    let lines = world.lines();
    // Before the link: the draft is thrown away and the call is still open.
    copy("c4/call.json", "c4/.call.json");
    for name in ["c4/call.json", "c4/call.sig"] {
        fs::remove_file(world.path(name)).unwrap();
    }
    copy("c1/kept", "c4/open.json");
    world.write_lines(&lines[..3]);
    fs::write(world.path(HEAD), &head).unwrap();
    let sealer = world.sealer();
    assert!(sealer.seal(&"c4".parse().unwrap()).unwrap().is_some());
    // Behind the link: the draft gets its name, and what it lists is not open any more.
    let sealed = fs::read(world.path("c4/call.json")).unwrap();
    for has_signature in [false, true] {
        fs::rename(world.path("c4/call.json"), world.path("c4/.call.json")).unwrap();
        if !has_signature {
            fs::remove_file(world.path("c4/call.sig")).unwrap();
        }
        copy("c1/kept", "c4/open.json");
        fs::write(world.path(HEAD), &head).unwrap();
        assert!(world.found().contains(&at(Kind::NotSealed, "c4/call.json")));
        let sealer = world.sealer();
        assert_eq!(sealer.seal(&"c4".parse().unwrap()).unwrap(), None);
        assert_eq!(fs::read(world.path("c4/call.json")).unwrap(), sealed);
        assert!(world.path("c4/call.sig").exists() && !world.path("c4/open.json").exists());
    }
    fs::remove_file(world.path("c1/kept")).unwrap();
    assert_eq!(world.found(), []);
}

#[test]
fn gaps_are_named_and_are_no_fault() {
    let world = World::new();
    let call: CallId = "c4".parse().unwrap();
    let folder = CallFolder::create(&world.root(), &call).unwrap();
    for (name, first_at) in [("caller.mp4", T0), ("caller.2.mp4", T0 + 9_000)] {
        fs::write(folder.path().join(name), name).unwrap();
        let mut file = finished(name, name.as_bytes());
        file.first_at = first_at;
        if first_at == T0 {
            file.cut = true;
            file.gaps.push(Gap {
                track: Track::Sound,
                from: T0 + 1_000,
                to: T0 + 3_500,
            });
        }
        OpenCall::update(folder.path(), &call, |open| open.add([file])).unwrap();
    }
    world.sealer().seal(&call).unwrap();
    let report = world.verify();
    assert_eq!(report.code(), 0, "{report}");
    let text = report.to_string();
    assert!(
        text.contains("sound: 2023-11-14 22:13:21.000 UTC … 2023-11-14 22:13:23.500 UTC (2.5 s)"),
        "{text}"
    );
    assert!(
        text.contains("caller.mp4 … caller.2.mp4") && text.contains("(4.0 s)"),
        "{text}"
    );
    assert!(
        text.contains("22:13:25.000 UTC") && text.contains("至多缺一秒"),
        "{text}"
    );
}

#[test]
fn what_is_being_recorded_is_not_called_added() {
    let world = World::new();
    let call: CallId = "c4".parse().unwrap();
    let folder = CallFolder::create(&world.root(), &call).unwrap();
    fs::write(folder.path().join("caller.mp4"), "x").unwrap();
    let begun = Begun {
        name: "caller.mp4".to_owned(),
        first_at: T0,
    };
    OpenCall::update(folder.path(), &call, |open| open.begun.push(begun)).unwrap();
    assert_eq!(world.found(), [at(Kind::NotSealed, "c4")]);
}
