//! A stream of the hub, and its recorder.

use crate::record_support::*;
use counterpart_node::record::open::OpenCall;
use counterpart_node::record::task::{Subject, record as record_stream};
use counterpart_node::record::{Folder, PartyRecorder, Recorders};
use counterpart_shared::flv::{Tag, TagKind, classify};
use std::time::Instant;
use tokio::sync::watch;

#[tokio::test]
async fn a_published_stream_is_recorded_from_the_hub() {
    let root = tempfile::tempdir().unwrap();
    let tags = flv(&root, 1.0, &[], 48_000);
    let grant = publish_grant();
    let hub = hub();
    let start = Instant::now();
    let publication = hub.publish(&grant, start).unwrap();
    let subject = Subject {
        root: root.path().to_owned(),
        call: grant.call.clone(),
        party: grant.party,
        progress: None,
    };
    let reader = publication.stream().record(start);
    let reader = reader.expect("the first recorder");
    let recording = tokio::spawn(async move {
        let space = watch::Sender::new(None).subscribe();
        record_stream(&Recorders::default(), reader, subject, space).await
    });
    for frame in tags.iter().filter_map(|tag| frame(tag, start)) {
        publication.write(frame);
        tokio::task::yield_now().await;
    }
    publication.finish("over");
    let outcome = recording.await.unwrap();
    assert!(outcome.error.is_none(), "{:?}", outcome.error);
    let folder = root.path().join("c1");
    let listed = OpenCall::read(&folder, &grant.call).unwrap();
    assert_eq!(listed.files, outcome.files);
    assert_eq!(plays(&folder.join("caller.mp4")), "");
    assert_eq!(probe(&folder.join("caller.mp4")).packets(0).len(), 25);
}

#[tokio::test]
async fn a_disk_that_stands_still_never_makes_the_forwarder_wait() {
    let folder = tempfile::tempdir().unwrap();
    let tags = flv(&folder, 1.0, &[], 48_000);
    let (disk, go) = StuckDisk::new(folder.path());
    let entered = disk.entered();
    let start = Instant::now();
    let publication = hub().publish(&publish_grant(), start).unwrap();
    let reader = publication.stream().record(start).unwrap();
    let party = PartyRecorder::new(disk, "caller");
    let space = watch::Sender::new(None);
    let space = space.subscribe();
    let recording =
        tokio::spawn(async move { Recorders::default().run(reader, party, space).await });
    let write = |round: u32| {
        for frame in later(&tags, round * 1000).filter_map(|tag| frame(&tag, start)) {
            publication.write(frame);
        }
    };
    write(0);
    entered.notified().await;
    // More than the queue keeps.
    (1..100).for_each(write);
    assert!(!recording.is_finished());
    publication.finish("over");
    drop(go);
    let outcome = recording.await.unwrap();
    assert!(outcome.error.is_none(), "{:?}", outcome.error);
    let all = 100 * tags.len() as u64;
    assert!(
        (1..all).contains(&outcome.stats.recorded),
        "{:?}",
        outcome.stats
    );
    assert_eq!(plays(&folder.path().join("caller.mp4")), "");
}

#[tokio::test]
async fn a_failure_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let tags = flv(&folder, 1.0, &[], 48_000);
    let start = Instant::now();
    let publication = hub().publish(&publish_grant(), start).unwrap();
    let reader = publication.stream().record(start).unwrap();
    let party = PartyRecorder::new(SmallDisk::new(folder.path(), 10), "caller");
    let space = watch::Sender::new(None);
    let space = space.subscribe();
    let recording =
        tokio::spawn(async move { Recorders::default().run(reader, party, space).await });
    for frame in tags.iter().filter_map(|tag| frame(tag, start)) {
        publication.write(frame);
    }
    let outcome = recording.await.unwrap();
    assert!(outcome.error.is_some_and(|error| error.is_full()));
}

#[tokio::test]
async fn nothing_that_came_after_the_end_is_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let tags = flv(&folder, 1.0, &[], 48_000);
    let start = Instant::now();
    let (hub, grant) = (hub(), publish_grant());
    let publication = hub.publish(&grant, start).unwrap();
    let reader = publication.stream().record(start).unwrap();
    let (before, after) = tags.split_at(tags.len() / 2);
    for frame in before.iter().filter_map(|tag| frame(tag, start)) {
        publication.write(frame);
    }
    hub.end_record(&grant.call, "a pause");
    for frame in after.iter().filter_map(|tag| frame(tag, start)) {
        publication.write(frame);
    }
    let party = PartyRecorder::new(Folder::create(folder.path()).unwrap(), "caller");
    let space = watch::Sender::new(None).subscribe();
    let outcome = Recorders::default().run(reader, party, space).await;
    let media =
        |tag: &&Tag| !classify(tag.kind, &tag.body).is_config() && tag.kind != TagKind::Script;
    let wanted = before.iter().filter(media).count();
    assert_eq!(outcome.stats.recorded, wanted as u64);
}
