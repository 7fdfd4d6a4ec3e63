//! What is on the disk itself, and what the disk did not take.

use crate::record_support::sync_disk::SyncDisk;
use crate::record_support::*;
use crate::{T0, file, push, record};
use counterpart_node::record::{Folder, PartyRecorder, Progress};
use counterpart_shared::flv::{Tag, TagKind, classify};
use std::fs::metadata;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

#[test]
fn nothing_is_told_that_is_not_on_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let tags = flv(&folder, 3.0, &[], 48_000);
    let synced = Arc::new(AtomicU64::new(0));
    let disk = SyncDisk::new(folder.path(), {
        let synced = Arc::clone(&synced);
        move |path: &Path| {
            synced.store(metadata(path)?.len(), Ordering::Relaxed);
            Ok(())
        }
    });
    let progress = Progress::default();
    let told = || {
        let files = progress.files();
        files.first().map_or(0, |file| file.growth.reach().bytes)
    };
    let mut recorder = PartyRecorder::new(disk, "caller").telling(&progress);
    let mut next = 700;
    for tag in &tags {
        push(&mut recorder, tag);
        if tag.timestamp < next {
            continue;
        }
        let before = told();
        recorder.tick(T0 + u64::from(tag.timestamp)).unwrap();
        assert_eq!(told(), before);
        let written = metadata(folder.path().join("caller.mp4")).unwrap().len();
        assert!(written > before, "{written} bytes");
        recorder.sync().unwrap();
        assert_eq!(told(), synced.load(Ordering::Relaxed));
        assert_eq!(told(), written);
        next += 700;
    }
    let (files, done) = recorder.finish();
    done.unwrap();
    assert!(progress.files()[0].growth.reach().over);
    assert_eq!(told(), synced.load(Ordering::Relaxed));
    assert_eq!(told(), files[0].bytes);
}

#[test]
fn a_picture_that_no_other_follows_is_written_beside_sound_that_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut tags = flv(&folder, 2.0, &[], 48_000);
    tags.retain(|tag| tag.kind != TagKind::Video || tag.timestamp <= 1_000);
    let coded =
        |tag: &&Tag| tag.kind == TagKind::Video && !classify(tag.kind, &tag.body).is_config();
    let pictures = tags.iter().filter(coded).count();
    let disk = Folder::create(folder.path()).unwrap();
    let mut recorder = PartyRecorder::new(disk, "caller");
    let path = folder.path().join("caller.mp4");
    // The newest one has waited for 0, 100 and 200 ms.
    for (beat, written) in [
        (1_000, pictures - 1),
        (1_100, pictures - 1),
        (1_200, pictures),
    ] {
        let due = tags.partition_point(|tag| u64::from(tag.timestamp) <= beat);
        tags.drain(..due).for_each(|tag| push(&mut recorder, &tag));
        recorder.tick(T0 + beat).unwrap();
        assert_eq!(probe(&path).packets(0).len(), written, "after {beat} ms");
    }
    recorder.finish().1.unwrap();
    assert_eq!(plays(&path), "");
    assert_eq!(probe(&path).packets(0).len(), pictures);
}

#[test]
fn a_file_that_the_disk_did_not_take_is_listed_as_cut() {
    let folder = tempfile::tempdir().unwrap();
    let tags = flv(&folder, 2.0, &[], 48_000);
    let syncs = AtomicU64::new(0);
    // As Linux does, it tells that once.
    let disk = SyncDisk::new(folder.path(), move |_| {
        match syncs.fetch_add(1, Ordering::Relaxed) {
            0 => Err(io::Error::other("the disk is worn out")),
            _ => Ok(()),
        }
    });
    let mut recorder = PartyRecorder::new(disk, "caller");
    tags.iter().for_each(|tag| push(&mut recorder, tag));
    recorder.tick(T0 + 2_000).unwrap();
    recorder.sync().unwrap_err();
    let (files, done) = recorder.finish();
    done.unwrap();
    assert_eq!(files.len(), 1);
    assert!(files[0].cut, "{files:?}");
    let whole = record(&folder, &tags);
    assert!(!file(&whole, "caller.2.mp4").cut, "{whole:?}");
}
