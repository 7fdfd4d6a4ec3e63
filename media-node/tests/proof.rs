//! Whole calls as they really go, judged by ffmpeg: sound and picture in step in every file, and files
//! that open whatever the parties do.

#![allow(clippy::unwrap_used, reason = "what a helper cannot do fails its test")]

#[path = "proof/call.rs"]
mod call;
#[path = "proof/judge.rs"]
mod judge;
mod record_support;

use call::Call;
use counterpart_node::evidence::verify::{Given, Kind, verify};
use counterpart_node::record::FinishedFile;
use counterpart_node::vault::Vault;
use counterpart_shared::flv::TagKind;
use counterpart_shared::grant::Layout;
use judge::{chromium, clicks, flashes, in_step, wav_clicks};
use record_support::*;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

/// What sound and picture may be apart.
const STEP_MS: f64 = 40.0;
/// Of the call with everything in it; `CALL_SECONDS` says otherwise.
const SECONDS: f64 = 40.0;

fn seconds() -> f64 {
    let given = std::env::var("CALL_SECONDS").ok();
    given.map_or(SECONDS, |text| {
        text.parse().expect("CALL_SECONDS is a number")
    })
}

#[test]
fn clicks_and_flashes_are_in_step_from_the_first_to_the_last_second_of_every_file() {
    let length = seconds();
    let mut call = Call::new();
    let tags = call.clicking(length);
    call.party("caller", 0, &tags);
    // The agent comes half a second later, so that his clicks are no one else's.
    call.party("callee", 500, &tags);
    let source = call.seal();
    let files = call.files();
    let sounds = call.sounds(&source);
    for (party, sound) in ["caller", "callee"].iter().zip(&sounds) {
        let mp4 = named(&files, &format!("{party}.mp4"));
        let film = call.path(&mp4.name);
        let seen = flashes(&film, "iw:ih:0:0");
        assert_eq!(seen.len(), length as usize, "{party}");
        in_step(&mp4.name, &seen, &clicks(&film, 0), STEP_MS);
        // On the wall clock, which both files tell by themselves.
        let apart = source.first_at as f64 - mp4.first_at as f64;
        let heard: Vec<f64> = wav_clicks(&sound.path, 0)
            .iter()
            .map(|at| at + apart / 1000.0)
            .collect();
        in_step(&format!("{party}.wav"), &seen, &heard, STEP_MS);
    }
    let composite = call.composite(&source);
    assert_eq!(plays(&composite), "");
    let heard = clicks(&composite, 0);
    assert!(heard.len() >= 2 * length as usize - 1, "{}", heard.len());
    for (channel, half) in ["640:480:0:0", "640:480:640:0"].iter().enumerate() {
        let seen = flashes(&composite, half);
        assert!(seen.len() + 1 >= length as usize, "{half}: {}", seen.len());
        in_step(half, &seen, &heard, STEP_MS);
        in_step(
            "call.wav",
            &seen,
            &wav_clicks(&sounds[2].path, channel),
            STEP_MS,
        );
    }
}

#[test]
fn an_hour_of_another_sound_clock_stays_in_step() {
    let mut call = Call::new();
    let tags = call.hour(120.0);
    call.party("caller", 0, &tags);
    let source = call.seal();
    let film = call.path("caller.mp4");
    let sounds = call.sounds(&source);
    let seen = flashes(&film, "iw:ih:0:0");
    assert_eq!(seen.len(), 56 * 64);
    in_step("caller.mp4", &seen, &clicks(&film, 0), STEP_MS);
    in_step(
        "caller.wav",
        &seen,
        &wav_clicks(&sounds[0].path, 0),
        STEP_MS,
    );
}

#[test]
fn a_desk_may_want_the_agent_small_in_the_customers_picture() {
    let mut call = Call::new();
    let tags = call.clicking(3.0);
    call.party("caller", 0, &tags);
    call.party("callee", 500, &tags);
    call.published(Layout::PictureInPicture);
    let source = call.seal();
    let composite = call.composite(&source);
    assert_eq!(plays(&composite), "");
    let heard = clicks(&composite, 0);
    // Beside the corner, and in it.
    for part in ["640:480:32:160", "240:180:704:16"] {
        let seen = flashes(&composite, part);
        assert_eq!(seen.len(), 3, "{part}");
        in_step(part, &seen, &heard, STEP_MS);
    }
}

#[test]
fn what_is_made_of_an_encrypted_call_is_what_is_made_of_an_open_one() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys");
    std::fs::write(&keys, [b"AQEB".repeat(10), b"AQE=".to_vec()].concat()).unwrap();
    std::fs::set_permissions(&keys, Permissions::from_mode(0o600)).unwrap();
    let made = [Vault::default(), Vault::load(&keys).unwrap()].map(|vault| {
        let mut call = Call::with(vault);
        let tags = call.clicking(3.0);
        call.party("caller", 0, &tags);
        call.party("callee", 500, &tags);
        let source = call.seal();
        let path = call.path("caller.mp4.enc");
        let mut made = vec![call.composite(&source)];
        made.extend(call.sounds(&source).into_iter().map(|one| one.path));
        let made: Vec<_> = made
            .iter()
            .map(|path| std::fs::read(path).unwrap())
            .collect();
        (path.exists(), made)
    });
    let [(false, open), (true, encrypted)] = made else {
        panic!("not encrypted when wanted");
    };
    assert!(open.len() == 4 && open == encrypted);
}

#[test]
fn a_call_with_everything_in_it_opens_everywhere() {
    let length = seconds();
    let mut call = Call::new();
    let life = call.life(length);
    call.party("caller", 0, &life);
    let steady = call.clicking(length / 2.0);
    call.party("callee", 700, &steady);
    let source = call.seal();
    let files = call.files();
    for file in &files {
        let path = call.path(&file.name);
        assert_eq!(plays(&path), "", "{}", file.name);
        let probe = probe(&path);
        assert!(!probe.codecs.is_empty(), "{}", file.name);
        let told = file.duration_ms as f64 / 1000.0;
        let streams = 0..probe.codecs.len();
        let packets = streams.flat_map(|stream| probe.packets(stream));
        let last = packets.map(|(pts, _)| pts).fold(0.0, f64::max);
        // The last packet lasts as long as a picture or a block of sound.
        assert!(
            (0.0..0.15).contains(&(told - last)),
            "{}: {last} {told}",
            file.name
        );
        for stream in 0..probe.codecs.len() {
            let packets = probe.packets(stream);
            let forward = packets.windows(2).all(|pair| pair[1].1 >= pair[0].1);
            assert!(forward, "{}: times go back", file.name);
        }
    }
    let film = files.iter().filter(|file| is(file, "caller", "mp4"));
    assert!(film.clone().count() > 1, "a new resolution is a new file");
    let gaps = film.flat_map(|file| &file.gaps);
    assert!(gaps.count() >= 2, "mute and camera off are gaps");
    let whole = source.duration_ms as f64 / 1000.0;
    let sounds = call.sounds(&source);
    for sound in &sounds {
        assert_eq!(plays(&sound.path), "");
        assert_eq!((sound.begin_ms, sound.duration_ms), (0, source.duration_ms));
    }
    // Silence where nothing came, so that the last that was said is where it was said.
    let last = life.iter().filter(|sent| sent.tag.kind == TagKind::Audio);
    let last = last.map(|sent| sent.at).max().unwrap() as f64 / 1000.0;
    let heard = wav(&sounds[0].path);
    assert!(heard.tone(440.0, last - 0.5, last - 0.1) > 0.9);
    let composite = call.composite(&source);
    assert_eq!(plays(&composite), "");
    let made = probe(&composite);
    assert_eq!(made.codecs, ["h264", "aac"]);
    assert!(
        (made.duration - whole).abs() < 0.1,
        "{} {whole}",
        made.duration
    );
    let mut made: Vec<PathBuf> = sounds.into_iter().map(|sound| sound.path).collect();
    made.push(composite);
    in_chromium(&call, &files, &made, whole);
    let report = verify(&call.root(), &Given::default()).unwrap();
    assert_eq!(report.code(), 0, "{report}");
    assert!(
        report
            .findings
            .iter()
            .any(|finding| finding.kind == Kind::Gap)
    );
}

/// Chromium plays all of them, and says the same of their length.
fn in_chromium(call: &Call, files: &[FinishedFile], made: &[PathBuf], whole: f64) {
    let names: Vec<&str> = files.iter().map(|file| &*file.name).collect();
    let lengths = files.iter().map(|file| file.duration_ms as f64 / 1000.0);
    let mut played = chromium(&call.root().join("c1"), &names);
    let names = made.iter().filter_map(|path| path.file_name()?.to_str());
    let names: Vec<&str> = names.collect();
    played.extend(chromium(call.work(), &names));
    let lengths = lengths.chain(names.iter().map(|_| whole));
    for (played, length) in played.iter().zip(lengths) {
        println!("{played:?}");
        assert_eq!(played.fault, None, "{}", played.name);
        let apart = played.duration.unwrap_or(f64::INFINITY) - length;
        assert!(apart.abs() < 0.1, "{played:?}: {length}");
    }
}

fn named<'a>(files: &'a [FinishedFile], name: &str) -> &'a FinishedFile {
    let mut found = files.iter().filter(|file| file.name == name);
    found.next().expect(name)
}

fn is(file: &FinishedFile, party: &str, kind: &str) -> bool {
    file.name.starts_with(party) && file.name.ends_with(kind)
}
