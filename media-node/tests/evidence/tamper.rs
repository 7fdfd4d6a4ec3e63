//! Bytes, files, manifests and signatures that are not what was sealed.

use crate::support::{World, at, flip, sha256};
use counterpart_node::evidence::verify::{Given, Kind, verify};
use counterpart_node::evidence::{CHAIN, HEAD, NodeKey};
use serde_json::{Value, json};
use std::fs;

#[test]
fn what_is_untouched_is_said_to_be_so() {
    let world = World::new();
    let report = world.verify();
    assert_eq!((report.findings.len(), report.code()), (0, 0), "{report}");
    assert_eq!((report.calls, report.links, report.files), (3, 3, 6));
    let text = report.to_string();
    assert!(
        text.contains("完整") && text.contains("untouched"),
        "{text}"
    );
}

#[test]
fn a_byte_in_any_file_of_the_folder() {
    let world = World::new();
    let cases = [
        ("c2/caller.mp4", Kind::FileChanged, "c2/caller.mp4"),
        ("c2/callee.wav", Kind::FileChanged, "c2/callee.wav"),
        ("c2/call.json", Kind::ManifestChanged, "c2/call.json"),
        ("c2/call.sig", Kind::SignatureWrong, "c2/call.sig"),
        (HEAD, Kind::SignatureWrong, HEAD),
    ];
    for (name, kind, place) in cases {
        let path = world.path(name);
        let whole = fs::read(&path).unwrap();
        for byte in (0..whole.len()).step_by(whole.len().div_ceil(40)) {
            flip(&path, byte);
            let found = world.found();
            assert!(
                found.contains(&at(kind, place)),
                "{name}, byte {byte}: {found:?}"
            );
            assert_ne!(world.verify().code(), 0);
            fs::write(&path, &whole).unwrap();
        }
    }
    assert_eq!(world.found(), []);
}

#[test]
fn a_byte_in_any_place_of_the_chain() {
    let world = World::new();
    let path = world.path(CHAIN);
    let whole = fs::read(&path).unwrap();
    for byte in (0..whole.len()).step_by(7) {
        flip(&path, byte);
        let report = world.verify();
        assert!((10..40).contains(&report.code()), "byte {byte}: {report}");
        fs::write(&path, &whole).unwrap();
    }
}

#[test]
fn a_file_that_is_removed_added_or_renamed() {
    let world = World::new();
    fs::remove_file(world.path("c1/caller.mp4")).unwrap();
    fs::write(world.path("c2/callee.2.wav"), "new").unwrap();
    fs::rename(world.path("c3/callee.wav"), world.path("c3/caller.wav")).unwrap();
    fs::write(world.path("notes.txt"), "new").unwrap();
    let expected = [
        at(Kind::FileMissing, "c1/caller.mp4"),
        at(Kind::FileRenamed, "c3/caller.wav"),
        at(Kind::FileAdded, "c2/callee.2.wav"),
        at(Kind::FileAdded, "notes.txt"),
    ];
    assert_eq!(world.found(), expected);
    assert_eq!(world.verify().code(), Kind::FileMissing.code());
    let text = world.verify().to_string();
    assert!(text.contains("callee.wav -> caller.wav"), "{text}");
}

#[test]
fn lists_that_are_removed() {
    let cases = [
        ("c2/call.json", Kind::ManifestMissing, "c2/call.json"),
        ("c2/call.sig", Kind::SignatureWrong, "c2/call.sig"),
        (HEAD, Kind::ChainCut, HEAD),
        (CHAIN, Kind::ChainCut, CHAIN),
    ];
    for (name, kind, place) in cases {
        let world = World::new();
        fs::remove_file(world.path(name)).unwrap();
        let found = world.found();
        assert!(found.contains(&at(kind, place)), "{name}: {found:?}");
    }
}

/// Makes a manifest say something else and its link fit; signed by `key` if there is one.
fn forge(world: &World, call: &str, key: Option<&NodeKey>) {
    world.edit(&format!("{call}/caller.mp4"), |text| text + "!");
    let content = fs::read(world.path(&format!("{call}/caller.mp4"))).unwrap();
    let old = fs::read(world.path(&format!("{call}/call.json"))).unwrap();
    let mut manifest: Value = serde_json::from_slice(&old).unwrap();
    manifest["files"][1]["sha256"] = json!(sha256(&content));
    manifest["files"][1]["bytes"] = json!(content.len());
    if let Some(key) = key {
        manifest["key"] = json!(key.public().to_string());
    }
    let new = serde_json::to_vec_pretty(&manifest).unwrap();
    fs::write(world.path(&format!("{call}/call.json")), &new).unwrap();
    world.edit(CHAIN, |text| text.replace(&sha256(&old), &sha256(&new)));
    if let Some(key) = key {
        let signature = key.sign(&new);
        fs::write(world.path(&format!("{call}/call.sig")), signature).unwrap();
        let base64 = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, signature);
        let lines = world.lines().into_iter().map(|line| {
            let mut link: Value = serde_json::from_str(&line).unwrap();
            if link["call"] == *call {
                link["signature"] = json!(base64);
            }
            link.to_string()
        });
        world.write_lines(&lines.collect::<Vec<_>>());
    }
}

#[test]
fn a_manifest_that_is_edited_and_rehashed() {
    let world = World::new();
    forge(&world, "c3", None);
    let found = world.found();
    assert!(
        found.contains(&at(Kind::SignatureWrong, "c3/call.json")),
        "{found:?}"
    );
    // In the middle, the chain after it had to be made anew as well, and the manifests with it.
    let world = World::new();
    forge(&world, "c2", None);
    let found = world.found();
    assert!(
        found.contains(&at(Kind::SignatureWrong, "c2/call.json")),
        "{found:?}"
    );
    assert!(
        found.contains(&at(Kind::LinkChanged, "chain.jsonl seq 3")),
        "{found:?}"
    );
}

#[test]
fn a_signature_of_another_key() {
    let world = World::new();
    let other = NodeKey::load_or_make(&world.folder.path().join("other.key")).unwrap();
    forge(&world, "c3", Some(&other));
    let found = world.found();
    assert!(
        found.contains(&at(Kind::OtherKey, "c3/call.json")),
        "{found:?}"
    );
    // Even without a key at hand, two keys are told apart.
    let report = verify(&world.root(), &Given::default()).unwrap();
    assert_eq!(report.code(), Kind::OtherKey.code(), "{report}");
}

#[test]
fn everything_made_anew_by_another_key_needs_the_key_to_be_found() {
    let world = World::new();
    let other = World::new();
    let given = Given {
        keys: vec![world.key],
        heads: Vec::new(),
    };
    let report = verify(&other.root(), &given).unwrap();
    assert_eq!(report.code(), Kind::OtherKey.code());
    let report = verify(&other.root(), &Given::default()).unwrap();
    assert_eq!(report.code(), 0);
    assert_eq!(report.findings[0].kind, Kind::KeyUnknown);
}
