//! What leaves the disk when it runs full, and what never does.

use crate::store::Mood;
use crate::support::{SMALL, T0, World, id, kinds};
use counterpart_node::archive::{Watermark, make_room};
use counterpart_node::evidence::verify::Kind;
use std::fs;
use std::io;
use std::path::Path;

/// A disk of a megabyte with nothing on it but the calls.
fn free(root: &Path) -> io::Result<u64> {
    let mut used = 0;
    for call in fs::read_dir(root)?.flatten() {
        if !call.path().is_dir() {
            continue;
        }
        for file in fs::read_dir(call.path())?.flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            let media = name.ends_with(".mp4") || name.ends_with(".wav");
            used += if media { file.metadata()?.len() } else { 0 };
        }
    }
    Ok((1_000_000u64).saturating_sub(used))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_oldest_copied_files_go_first_and_no_more_than_need_be() {
    let world = World::new(Mood::Well).await;
    let calls = [("new", 2), ("old", 1), ("only-here", 0)];
    for (name, day) in calls {
        world.record(name, T0 + day, SMALL);
    }
    let archive = world.archive();
    for name in ["new", "old"] {
        archive.take(&id(name));
        world.copied(&id(name)).await;
    }
    let place = archive.place_name();
    let all = free(&world.root()).unwrap();
    let room = |missing: usize, busy: &str| {
        let min_free = all + missing as u64;
        let watermark = Watermark { min_free, free };
        make_room(&world.root(), &watermark, Some(&place), |call| {
            call.as_str() == busy
        })
        .unwrap()
    };
    let there = |name: &str| world.path(name).exists();
    assert_eq!(room(0, ""), None);
    assert_eq!(room(SMALL, ""), None);
    assert!(!there("old/callee.wav") && there("old/caller.mp4"));
    assert!(there("new/caller.mp4") && there("old/call.json"));
    // Somebody is busy with the newer one, and the oldest is nowhere else.
    let short = room(3 * SMALL, "new").unwrap();
    assert_eq!(short.free, all + 2 * SMALL as u64);
    assert!(there("new/caller.mp4") && there("only-here/caller.mp4"));
    assert_eq!(room(4 * SMALL, ""), None);
    assert!(!there("new/callee.wav") && there("only-here/caller.mp4"));
    assert!(room(5 * SMALL, "").is_some());
    assert!(there("only-here/caller.mp4") && there("only-here/callee.wav"));
    // An auditor is told where they are, and that nobody has looked at them.
    let report = world.verify(&world.root());
    assert_eq!(kinds(&report), [Kind::Elsewhere; 4], "{report}");
    assert_eq!(report.code(), 41);
    let text = report.to_string();
    assert!(
        text.contains("s3://calls/desk/a/n1/old/caller.mp4"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_in_another_place_is_no_reason_to_go() {
    let world = World::new(Mood::Well).await;
    let call = world.record("c1", T0, SMALL);
    let archive = world.archive();
    archive.take(&call);
    world.copied(&call).await;
    let watermark = Watermark {
        min_free: u64::MAX,
        free,
    };
    for place in [None, Some("s3://calls/desk/b/n1")] {
        let missing = make_room(&world.root(), &watermark, place, |_| false).unwrap();
        assert!(missing.is_some() && world.path("c1/caller.mp4").exists());
    }
}
