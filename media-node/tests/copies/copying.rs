//! What is sealed comes into the store, once and whole, whatever the store does meanwhile.

use crate::store::Mood;
use crate::support::{LARGE, SMALL, T0, World, content, id, node, wait};
use counterpart_node::archive::{Archive, Settings, Target};
use std::fs;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sealed_is_copied_whole_and_verifies_where_it_is() {
    let world = World::new(Mood::Slow).await;
    let calls = [world.record("c1", T0, LARGE), world.record("c2", T0, SMALL)];
    let archive = world.archive();
    calls.iter().for_each(|call| archive.take(call));
    for call in &calls {
        world.copied(call).await;
    }
    let copy = fs::read(world.stored("c1/caller.mp4")).unwrap();
    assert!(copy == content("c1", "caller.mp4", LARGE));
    let report = world.verify(&world.stored(""));
    assert_eq!(
        (report.code(), report.calls, report.files),
        (0, 2, 4),
        "{report}"
    );
    // The list of copies is no part of the evidence, and none is missed.
    assert_eq!(world.verify(&world.root()).code(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_confirmed_that_the_store_does_not_give_back_and_all_is_in_the_end() {
    for mood in [
        Mood::Down,
        Mood::Full,
        Mood::Broken,
        Mood::Garbage,
        Mood::Corrupt,
        Mood::Hangs,
    ] {
        let world = World::new(mood).await;
        let call = world.record("c1", T0, LARGE);
        let archive = world.archive();
        archive.take(&call);
        let begun = world.store.requests();
        wait(&format!("{mood:?}: tried twice"), || {
            world.store.requests() > begun + 3
        })
        .await;
        assert_eq!(world.copies(&call), [""; 0], "{mood:?}");
        world.store.is(Mood::Well);
        world.copied(&call).await;
        let report = world.verify(&world.stored(""));
        assert_eq!((report.code(), report.files), (0, 2), "{mood:?}: {report}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_start_takes_up_what_is_left_and_sends_nothing_twice() {
    let world = World::new(Mood::Down).await;
    let call = world.record("c1", T0, LARGE);
    let archive = world.archive();
    archive.take(&call);
    // Two requests are one attempt; in the wait behind it the thread hears that it is to end.
    wait("tried", || world.store.requests() > 1).await;
    drop(archive);
    world.store.is(Mood::Well);
    let archive = world.archive();
    archive.take(&call);
    world.copied(&call).await;
    let sent = world.store.written();
    assert!(
        (LARGE + SMALL..LARGE + SMALL + 20_000).contains(&sent),
        "{sent}"
    );
    drop(archive);
    // Killed between copying and noting: the copy is found, and not made again.
    fs::remove_file(world.path("c1/copies.json")).unwrap();
    let archive = world.archive();
    let later = world.record("c2", T0, SMALL);
    archive.take(&call);
    archive.take(&later);
    world.copied(&later).await;
    world.copied(&call).await;
    let again = world.store.written() - sent;
    assert!(again < 2 * SMALL + 20_000, "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_the_sealed_one_is_copied_nowhere() {
    let world = World::new(Mood::Well).await;
    let (small, large) = (world.record("c1", T0, SMALL), world.record("c2", T0, LARGE));
    for name in ["c1/caller.mp4", "c2/caller.mp4"] {
        let mut bytes = fs::read(world.path(name)).unwrap();
        bytes[SMALL / 2] ^= 1;
        fs::write(world.path(name), bytes).unwrap();
    }
    let archive = world.archive();
    for call in [&small, &large] {
        archive.take(call);
        wait("the rest is copied", || world.copies(call).len() == 3).await;
        assert_eq!(world.copies(call), ["call.json", "call.sig", "callee.wav"]);
        assert!(!world.stored(&format!("{call}/caller.mp4")).exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_will_do_once_it_is_there() {
    let world = World::new(Mood::Down).await;
    let call = world.record("c1", T0, LARGE);
    let mount = world.folder.path().join("mount");
    let settings = Settings {
        target: Target::Folder(mount.clone()),
        timeout: Duration::from_secs(5),
    };
    let archive = Archive::start(&world.root(), node(), settings).unwrap();
    archive.take(&call);
    // A second call behind the first tells that the first was tried.
    archive.take(&id("unknown"));
    assert!(!mount.exists());
    fs::create_dir(&mount).unwrap();
    wait("copied", || mount.join("n1/chain.head").exists()).await;
    let report = world.verify(&mount.join("n1"));
    assert_eq!((report.code(), report.files), (0, 2), "{report}");
}
