//! Several recorders at one disk, some of which it treats badly.

use crate::record_support::*;
use counterpart_node::hub::Hub;
use counterpart_node::record::store::{Output, Store};
use counterpart_node::record::{Folder, Outcome, PartyRecorder, RecordError, Recorders};
use counterpart_shared::flv::Tag;
use counterpart_shared::id::StreamId;
use std::io::{self, Read};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// More than a recording takes that waits for nobody.
const PATIENCE: Duration = Duration::from_secs(20);

/// A stream of its own call that is over, and its recording into `store`.
fn recorded(
    (recorders, hub): (&Recorders, &Hub),
    call: &str,
    tags: &[Tag],
    store: impl Store + 'static,
) -> JoinHandle<Outcome> {
    let start = Instant::now();
    let mut grant = publish_grant();
    grant.call = call.parse().unwrap();
    grant.stream = StreamId::of(&grant.call, grant.party);
    let publication = hub.publish(&grant, start).unwrap();
    let reader = publication.stream().record(start).unwrap();
    for frame in tags.iter().filter_map(|tag| frame(tag, start)) {
        publication.write(frame);
    }
    publication.finish("over");
    let party = PartyRecorder::new(store, call);
    let recorders = recorders.clone();
    let space = watch::Sender::new(None).subscribe();
    tokio::spawn(async move { recorders.run(reader, party, space).await })
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
