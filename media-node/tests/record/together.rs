//! Several recorders at one disk, some of which it treats badly.

use crate::record_support::sync_disk::SyncDisk;
use crate::record_support::*;
use counterpart_node::hub::{Hub, Publication};
use counterpart_node::record::store::{Output, Store};
use counterpart_node::record::{Folder, Outcome, PartyRecorder, Progress, RecordError, Recorders};
use counterpart_shared::flv::Tag;
use counterpart_shared::id::StreamId;
use std::io::{self, Read};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// More than a recording takes that waits for nobody.
const PATIENCE: Duration = Duration::from_secs(20);

/// A stream of its own call, and its recording.
fn begun(
    (recorders, hub): (&Recorders, &Hub),
    call: &str,
    party: PartyRecorder,
) -> (Publication, JoinHandle<Outcome>) {
    let start = Instant::now();
    let mut grant = publish_grant();
    grant.call = call.parse().unwrap();
    grant.stream = StreamId::of(&grant.call, grant.party);
    let publication = hub.publish(&grant, start).unwrap();
    let reader = publication.stream().record(start).unwrap();
    let recorders = recorders.clone();
    let space = watch::Sender::new(None).subscribe();
    let recording = tokio::spawn(async move { recorders.run(reader, party, space).await });
    (publication, recording)
}

fn write(publication: &Publication, tags: impl Iterator<Item = Tag>) {
    let start = Instant::now();
    for frame in tags.filter_map(|tag| frame(&tag, start)) {
        publication.write(frame);
    }
}

/// A stream of its own call that is over, and its recording into `store`.
fn recorded(
    all: (&Recorders, &Hub),
    call: &str,
    tags: &[Tag],
    store: impl Store + 'static,
) -> JoinHandle<Outcome> {
    let (publication, recording) = begun(all, call, PartyRecorder::new(store, call));
    write(&publication, tags.iter().cloned());
    publication.finish("over");
    recording
}

async fn outcome(recording: JoinHandle<Outcome>) -> Outcome {
    timeout(PATIENCE, recording).await.unwrap().unwrap()
}

fn assert_whole(folder: &TempDir, call: &str, outcome: &Outcome) {
    assert!(outcome.error.is_none(), "{:?}", outcome.error);
    let name = format!("{call}.mp4");
    let names: Vec<_> = outcome.files.iter().map(|file| &file.name).collect();
    assert_eq!(names, [&name]);
    assert_eq!(plays(&folder.path().join(&name)), "");
    assert_eq!(probe(&folder.path().join(&name)).packets(0).len(), 25);
}

#[tokio::test]
async fn a_disk_that_stands_still_for_some_keeps_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let tags = flv(&folder, 1.0, &[], 48_000);
    let (recorders, hub) = (Recorders::default(), hub());
    let mut stuck = Vec::new();
    for call in ["c1", "c2", "c3"] {
        let (disk, go) = StuckDisk::new(folder.path());
        stuck.push((call, go, recorded((&recorders, &hub), call, &tags, disk)));
    }
    let disk = Folder::create(folder.path()).unwrap();
    let quick = recorded((&recorders, &hub), "c4", &tags, disk);
    assert_whole(&folder, "c4", &outcome(quick).await);
    for (call, go, recording) in stuck {
        assert!(!recording.is_finished(), "{call}");
        drop(go);
        assert_whole(&folder, call, &outcome(recording).await);
    }
}

#[tokio::test]
async fn while_the_disk_keeps_one_the_others_are_visited_again() {
    let folder = tempfile::tempdir().unwrap();
    let tags = flv(&folder, 1.0, &[], 48_000);
    let (recorders, hub) = (Recorders::default(), hub());
    let ((go, wait), entered) = (channel::<()>(), Arc::new(Notify::new()));
    let disk = SyncDisk::new(folder.path(), {
        let (wait, entered) = (Mutex::new(wait), Arc::clone(&entered));
        move |_| {
            entered.notify_one();
            let _ = wait.lock().unwrap().recv();
            Ok(())
        }
    });
    let party = PartyRecorder::new(disk, "c1");
    let (kept, kept_recording) = begun((&recorders, &hub), "c1", party);
    write(&kept, tags.iter().cloned());
    timeout(PATIENCE, entered.notified()).await.unwrap();
    let progress = Progress::default();
    let disk = Folder::create(folder.path()).unwrap();
    let party = PartyRecorder::new(disk, "c2").telling(&progress);
    let (other, recording) = begun((&recorders, &hub), "c2", party);
    for second in 0..3 {
        let before = reach(&progress);
        write(&other, later(&tags, second * 1000));
        timeout(PATIENCE, grown(&progress, before)).await.unwrap();
    }
    assert!(!kept_recording.is_finished());
    drop(go);
    for (publication, recording) in [(kept, kept_recording), (other, recording)] {
        publication.finish("over");
        let outcome = outcome(recording).await;
        assert!(outcome.error.is_none(), "{:?}", outcome.error);
        assert_eq!(plays(&folder.path().join(&outcome.files[0].name)), "");
    }
}

/// Bytes of the only file of a recording that are on the disk.
fn reach(progress: &Progress) -> u64 {
    let files = progress.files();
    files.first().map_or(0, |file| file.growth.reach().bytes)
}

async fn grown(progress: &Progress, before: u64) {
    while reach(progress) <= before {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Faults of ours that nobody thought of.
struct Faulty;

impl Store for Faulty {
    fn create(&self, _: &str) -> io::Result<Box<dyn Output>> {
        panic!("as it should in this test")
    }

    fn open(&self, _: &str) -> io::Result<Box<dyn Read>> {
        Err(io::ErrorKind::NotFound.into())
    }
}

#[tokio::test]
async fn what_ends_one_recording_ends_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let tags = flv(&folder, 1.0, &[], 48_000);
    let (recorders, hub) = (Recorders::default(), hub());
    let all = (&recorders, &hub);
    let faulty = recorded(all, "c1", &tags, Faulty);
    let full = recorded(all, "c2", &tags, SmallDisk::new(folder.path(), 10));
    let disk = Folder::create(folder.path()).unwrap();
    let good = recorded(all, "c3", &tags, disk);
    let faulty = outcome(faulty).await.error;
    assert!(matches!(faulty, Some(RecordError::Thread(_))), "{faulty:?}");
    let full = outcome(full).await.error;
    assert!(full.as_ref().is_some_and(RecordError::is_full), "{full:?}");
    assert_whole(&folder, "c3", &outcome(good).await);
    // They go on for whoever comes.
    let disk = Folder::create(folder.path()).unwrap();
    let later = recorded(all, "c4", &tags, disk);
    assert_whole(&folder, "c4", &outcome(later).await);
}
