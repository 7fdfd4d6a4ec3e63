//! Recordings of real media, judged by ffmpeg.

#![allow(clippy::unwrap_used, reason = "what a helper cannot do fails its test")]

mod record_support;

#[path = "record/from_hub.rs"]
mod from_hub;
#[path = "record/synced.rs"]
mod synced;
#[path = "record/together.rs"]
mod together;

use counterpart_node::record::open::{OpenCall, Published};
use counterpart_node::record::recover::recover;
use counterpart_node::record::{CallFolder, FinishedFile, Folder, PartyRecorder, Store};
use counterpart_shared::flv::{Tag, TagKind};
use proptest::prelude::*;
use record_support::*;

/// UNIX milliseconds at which all these streams begin.
const T0: u64 = 1_700_000_000_000;

fn push(recorder: &mut PartyRecorder, tag: &Tag) {
    let arrived_at = T0 + u64::from(tag.timestamp);
    recorder
        .push(tag.kind, tag.timestamp, &tag.body, arrived_at)
        .unwrap();
}

/// Records tags that arrive at their time.
fn record(folder: &tempfile::TempDir, tags: &[Tag]) -> Vec<FinishedFile> {
    let mut recorder = PartyRecorder::new(Folder::create(folder.path()).unwrap(), "caller");
    for tag in tags {
        push(&mut recorder, tag);
    }
    let (files, done) = recorder.finish();
    done.unwrap();
    files
}

fn file<'a>(files: &'a [FinishedFile], name: &str) -> &'a FinishedFile {
    files
        .iter()
        .find(|file| file.name == name)
        .unwrap_or_else(|| panic!("{name} in {files:?}"))
}

fn close(a: f64, b: f64, by: f64) {
    assert!((a - b).abs() <= by, "{a} is not {b} ± {by}");
}

#[test]
fn a_stream_of_h264_and_aac() {
    let folder = tempfile::tempdir().unwrap();
    let tags = flv(
        &folder,
        4.0,
        &["-tune", "zerolatency", "-profile:v", "baseline"],
        44_100,
    );
    let files = record(&folder, &tags);
    assert_eq!(files.len(), 1);
    let mp4 = file(&files, "caller.mp4");
    assert_eq!(mp4.codecs, ["avc1.42c00d", "mp4a.40.2"]);
    close(mp4.duration_ms as f64, 4000.0, 100.0);
    assert!(mp4.first_at.abs_diff(T0) <= 100, "{}", mp4.first_at);
    let path = folder.path().join("caller.mp4");
    assert_eq!(mp4.bytes, path.metadata().unwrap().len());
    assert_eq!(plays(&path), "");
    let probe = probe(&path);
    assert_eq!(probe.codecs, ["h264", "aac"]);
    close(probe.duration, 4.0, 0.2);
    assert_eq!(probe.packets(0).len(), 100);
    let wav = heard(folder.path(), &files);
    close(wav.seconds(), 4.0, 0.2);
    assert!(wav.tone(440.0, 0.5, 3.5) > 0.9);
    assert!(wav.tone(880.0, 0.5, 3.5) < 0.1);
}

#[test]
fn pictures_out_of_order_keep_their_times() {
    let folder = tempfile::tempdir().unwrap();
    let tags = flv(&folder, 2.0, &["-bf", "3", "-g", "25"], 48_000);
    assert_eq!(record(&folder, &tags).len(), 1);
    let path = folder.path().join("caller.mp4");
    assert_eq!(plays(&path), "");
    let (wanted, found) = (probe(&folder.path().join("made.flv")), probe(&path));
    let (wanted, found) = (wanted.packets(0), found.packets(0));
    assert_eq!(wanted.len(), found.len());
    let shift = wanted[0].1 - found[0].1;
    for (wanted, found) in wanted.iter().zip(&found) {
        close(wanted.0 - shift, found.0, 0.002);
        close(wanted.1 - shift, found.1, 0.002);
    }
    assert!(found.iter().any(|(pts, dts)| pts > dts));
}

#[test]
fn opus_with_a_gap_is_silent_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut tags: Vec<Tag> = flv(&folder, 4.0, &[], 48_000);
    tags.retain(|tag| tag.kind == TagKind::Video);
    tags.extend(opus_tags(&[0..1000, 3000..4000], 1000.0));
    tags.sort_by_key(|tag| tag.timestamp);
    let files = record(&folder, &tags);
    assert_eq!(file(&files, "caller.mp4").codecs[1], "opus");
    let path = folder.path().join("caller.mp4");
    assert_eq!(plays(&path), "");
    let probe = probe(&path);
    assert_eq!(probe.codecs, ["h264", "opus"]);
    let sound = probe.packets(1);
    assert_eq!(sound.len(), 100);
    close(sound[50].0 - sound[49].0, 2.02, 0.005);
    let wav = heard(folder.path(), &files);
    close(wav.seconds(), 4.0, 0.1);
    assert!(wav.tone(1000.0, 0.1, 0.9) > 0.9);
    assert!(wav.loudness(1.01, 2.99) < 0.001);
    assert!(wav.tone(1000.0, 3.02, 3.9) > 0.9);
}

#[test]
fn sound_that_is_announced_late() {
    let folder = tempfile::tempdir().unwrap();
    let tags: Vec<Tag> = flv(&folder, 3.0, &["-g", "25"], 48_000);
    let (sound, pictures): (Vec<_>, Vec<_>) = tags
        .iter()
        .cloned()
        .partition(|tag| tag.kind == TagKind::Audio);
    let from = |at: u32| {
        let late = sound.iter().filter(move |tag| tag.timestamp >= at);
        let config = Tag {
            timestamp: at,
            ..sound[0].clone()
        };
        let mut tags = pictures.clone();
        tags.push(config);
        tags.extend(late.cloned());
        tags.sort_by_key(|tag| tag.timestamp);
        tags
    };
    // Within a second the file waits for it.
    let early = tempfile::tempdir().unwrap();
    let files = record(&early, &from(600));
    assert_eq!(files.len(), 1);
    let probed = probe(&early.path().join("caller.mp4"));
    close(probed.packets(1)[0].0 - probed.packets(0)[0].1, 0.6, 0.05);
    let heard = heard(early.path(), &files);
    assert!(heard.loudness(0.0, 0.5) < 0.001 && heard.tone(440.0, 0.8, 2.8) > 0.9);
    // Later, a second file begins with the next keyframe, and nothing is lost.
    let late = tempfile::tempdir().unwrap();
    let files = record(&late, &from(1500));
    assert_eq!(files.len(), 2);
    let first = probe(&late.path().join("caller.mp4"));
    let second = probe(&late.path().join("caller.2.mp4"));
    assert_eq!((first.codecs.len(), second.codecs.len()), (1, 2));
    assert_eq!(first.packets(0).len() + second.packets(0).len(), 75);
    let expected = sound.iter().filter(|tag| tag.timestamp >= 1500).count();
    assert_eq!(second.packets(1).len(), expected);
    close(
        file(&files, "caller.2.mp4").first_at as f64,
        (T0 + 1500) as f64,
        50.0,
    );
    for name in ["caller.mp4", "caller.2.mp4"] {
        assert_eq!(plays(&late.path().join(name)), "");
    }
}

#[test]
fn another_resolution_begins_another_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut tags = flv(&folder, 1.0, &[], 48_000);
    let later = flv(&folder, 1.0, &["-s", "160x120"], 48_000);
    tags.extend(later.into_iter().map(|tag| Tag {
        timestamp: tag.timestamp + 1000,
        ..tag
    }));
    let files = record(&folder, &tags);
    assert_eq!(files.len(), 2);
    for name in ["caller.mp4", "caller.2.mp4"] {
        assert_eq!(plays(&folder.path().join(name)), "");
        close(probe(&folder.path().join(name)).duration, 1.0, 0.2);
    }
    let wav = heard(folder.path(), &files);
    close(wav.seconds(), 2.0, 0.2);
    assert!(wav.tone(440.0, 0.1, 0.9) > 0.9 && wav.tone(440.0, 1.1, 1.9) > 0.9);
}

#[test]
fn a_killed_recorder_leaves_all_but_the_last_second() {
    let folder = tempfile::tempdir().unwrap();
    let tags = flv(&folder, 3.0, &[], 48_000);
    let mut recorder = PartyRecorder::new(Folder::create(folder.path()).unwrap(), "caller");
    let mut next = 1000;
    for tag in &tags {
        push(&mut recorder, tag);
        recorder.tick(T0 + u64::from(tag.timestamp)).unwrap();
        if tag.timestamp < next {
            continue;
        }
        let copy = folder.path().join(format!("killed-{next}.mp4"));
        std::fs::copy(folder.path().join("caller.mp4"), &copy).unwrap();
        assert_eq!(plays(&copy), "", "after {next} ms");
        let there = probe(&copy).duration;
        assert!(
            there > f64::from(next) / 1000.0 - 1.0,
            "{there} s of {next} ms"
        );
        next += 500;
    }
}

#[test]
fn what_a_killed_process_left_is_closed_at_the_next_start() {
    let root = tempfile::tempdir().unwrap();
    let made = tempfile::tempdir().unwrap();
    let folder = root.path().join("call-1");
    let mut recorder = PartyRecorder::new(Folder::create(&folder).unwrap(), "caller");
    for tag in flv(&made, 3.0, &[], 48_000) {
        push(&mut recorder, &tag);
        recorder.tick(T0 + u64::from(tag.timestamp)).unwrap();
    }
    std::mem::forget(recorder);
    let mp4 = folder.join("caller.mp4");
    let whole = std::fs::read(&mp4).unwrap();
    std::fs::write(&mp4, &whole[..whole.len() - 100]).unwrap();
    // Another call's list is beyond reading.
    let broken = root.path().join("call-0");
    std::fs::create_dir(&broken).unwrap();
    std::fs::write(broken.join("call.json"), "{").unwrap();
    let recovered = recover(root.path()).unwrap();
    assert_eq!(recovered.len(), 1);
    let files = &recovered[0].files;
    assert_eq!(file(files, "caller.mp4").codecs[1], "mp4a.40.2");
    for file in files {
        let path = folder.join(&file.name);
        assert_eq!(plays(&path), "");
        close(probe(&path).duration, file.duration_ms as f64 / 1000.0, 0.1);
        assert!(file.duration_ms > 1_900, "{file:?}");
        assert_eq!(file.bytes, path.metadata().unwrap().len());
    }
    let listed = OpenCall::read(&folder, &recovered[0].call).unwrap();
    assert_eq!(&listed.files, files);
    assert_eq!(recover(root.path()).unwrap(), []);
}

#[test]
fn a_file_whose_recorder_died_before_its_first_byte_goes() {
    let root = tempfile::tempdir().unwrap();
    let call = "c1".parse().unwrap();
    let folder = CallFolder::create(root.path(), &call).unwrap();
    let make = |name: &str| drop(folder.create(name).unwrap());
    make("caller.mp4");
    folder.began("caller.mp4", T0).unwrap();
    // It died before this one was noted.
    make("callee.2.mp4");
    assert_eq!(recover(root.path()).unwrap(), []);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    // So it does in a call in which nothing else is open than who publishes, ...
    let published = Published {
        at: T0,
        grant: publish_grant(),
    };
    OpenCall::update(folder.path(), &call, |open| open.published.push(published)).unwrap();
    make("caller.mp4");
    // ... but nobody's file but a recorder's.
    make("other.mp4");
    recover(root.path()).unwrap();
    assert!(!folder.path().join("caller.mp4").exists());
    assert!(folder.path().join("other.mp4").exists());
}

#[test]
fn a_file_cut_anywhere_still_plays() {
    let folder = tempfile::tempdir().unwrap();
    let tags = flv(&folder, 5.0, &[], 48_000);
    record(&folder, &tags);
    let whole = std::fs::read(folder.path().join("caller.mp4")).unwrap();
    let starts = boxes(&whole, b"moof");
    assert!(starts.len() >= 4, "{starts:?}");
    for &at in &starts[1..] {
        let cut = folder.path().join(format!("cut-{at}.mp4"));
        std::fs::write(&cut, &whole[..at]).unwrap();
        assert_eq!(plays(&cut), "");
    }
    // Within a fragment: what was before it is there.
    let cut = folder.path().join("cut.mp4");
    std::fs::write(&cut, &whole[..starts[2] + 60]).unwrap();
    assert!(probe(&cut).packets(0).len() >= 20);
}

#[test]
fn timestamps_that_jump_keep_step_with_the_wall_clock() {
    let folder = tempfile::tempdir().unwrap();
    let tags = flv(&folder, 2.0, &["-g", "25"], 48_000);
    let mut recorder = PartyRecorder::new(Folder::create(folder.path()).unwrap(), "caller");
    for tag in &tags {
        // The publisher is away from 1 s to 3 s and comes back with another clock.
        let late = tag.timestamp >= 1000;
        let timestamp = if late {
            tag.timestamp + 50_000_000
        } else {
            tag.timestamp
        };
        let away = if late { 2000 } else { 0 };
        let arrived_at = T0 + u64::from(tag.timestamp) + away;
        recorder
            .push(tag.kind, timestamp, &tag.body, arrived_at)
            .unwrap();
    }
    assert_eq!(recorder.stats().rebased, 1);
    let (files, done) = recorder.finish();
    done.unwrap();
    assert_eq!(files.len(), 1);
    for file in &files {
        close(file.duration_ms as f64, 4000.0, 200.0);
        let path = folder.path().join(&file.name);
        assert_eq!(plays(&path), "");
        close(probe(&path).duration, 4.0, 0.2);
    }
    let wav = heard(folder.path(), &files);
    assert!(wav.loudness(1.2, 2.8) < 0.001 && wav.tone(440.0, 3.2, 3.8) > 0.9);
}

#[test]
fn a_full_disk_ends_the_recording_with_what_fits() {
    let folder = tempfile::tempdir().unwrap();
    let tags = flv(&folder, 3.0, &[], 48_000);
    let mut recorder = PartyRecorder::new(SmallDisk::new(folder.path(), 150_000), "caller");
    let failed = tags.iter().find_map(|tag| {
        let arrived_at = T0 + u64::from(tag.timestamp);
        let pushed = recorder.push(tag.kind, tag.timestamp, &tag.body, arrived_at);
        pushed.and_then(|()| recorder.tick(arrived_at)).err()
    });
    assert!(
        failed.as_ref().is_some_and(|error| error.is_full()),
        "{failed:?}"
    );
    let (files, _) = recorder.finish();
    assert_eq!(files.len(), 1, "{files:?}");
    for file in &files {
        let path = folder.path().join(&file.name);
        assert_eq!(plays(&path), "", "{}", file.name);
        close(probe(&path).duration, file.duration_ms as f64 / 1000.0, 0.1);
        assert!(file.duration_ms > 300, "{file:?}");
    }
}

#[test]
fn damaged_sound_leaves_the_rest_in_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let mut tags = flv(&folder, 3.0, &[], 48_000);
    let damaged = 1000..2000;
    let mut random = 1u32;
    for tag in tags.iter_mut().filter(|tag| tag.kind == TagKind::Audio) {
        if damaged.contains(&tag.timestamp) {
            let mut body = tag.body.to_vec();
            for byte in &mut body[2..] {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *byte ^= (random >> 24) as u8;
            }
            tag.body = body.into();
        }
    }
    let mut recorder = PartyRecorder::new(Folder::create(folder.path()).unwrap(), "caller");
    for tag in &tags {
        push(&mut recorder, tag);
    }
    let (files, done) = recorder.finish();
    done.unwrap();
    let wav = heard(folder.path(), &files);
    close(wav.seconds(), 3.0, 0.2);
    assert!(wav.tone(440.0, 0.2, 0.95) > 0.9 && wav.tone(440.0, 2.1, 2.8) > 0.9);
}

#[test]
fn files_of_before_are_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let tags = flv(&folder, 1.0, &[], 48_000);
    let before = record(&folder, &tags);
    let after = record(&folder, &tags);
    let names: Vec<&str> = after.iter().map(|file| &*file.name).collect();
    assert_eq!(names, ["caller.2.mp4"]);
    let mp4 = std::fs::read(folder.path().join("caller.mp4")).unwrap();
    assert_eq!(file(&before, "caller.mp4").bytes, mp4.len() as u64);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn nothing_makes_it_panic(
        frames in prop::collection::vec((bodies(), any::<u32>(), 0u64..500, any::<bool>()), 0..60)
    ) {
        let mut recorder = PartyRecorder::new(Memory::default(), "caller");
        let (mut now, mut timestamp) = (T0, 0u32);
        for ((kind, body), jump, wait, steady) in frames {
            now += wait;
            timestamp = if steady { timestamp.wrapping_add(wait as u32) } else { jump };
            recorder.push(kind, timestamp, &body, now).unwrap();
            recorder.tick(now).unwrap();
        }
        recorder.sync().unwrap();
        recorder.finish().1.unwrap();
    }
}
