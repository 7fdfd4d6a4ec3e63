//! What is recorded plays, as ffmpeg and ffprobe judge it, also after the node was killed.

use anyhow::{Context, Result, ensure};
use counterpart_native::{PlayOptions, PublishOptions};
use counterpart_network::{Dialled, Relay, cells};
use counterpart_shared::api::{EntryBody, RecordedFile};
use counterpart_shared::id::Party;
use counterpart_shared::session::MediaUrl;
use counterpart_tests::judge::{decodes, probe};
use counterpart_tests::system::{PATIENCE, System, running, until};
use counterpart_tests::talk::{Playing, Publishing, Talk, begun, entry, play_of, urls};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A recorded call with media both ways.
struct Recorded {
    talk: Talk,
    sends: [Publishing; 2],
    sees: [Playing; 2],
    begin: Instant,
}

async fn recorded(system: &System) -> Result<Recorded> {
    let mut talk = Talk::new(system, true).await?;
    let own = urls(&mut talk.alice).await?;
    let alice = Publishing::begin(&own.publish.quic, PublishOptions::default())?;
    begun(&mut talk.alice, Party::Caller).await?;
    let begin = Instant::now();
    let play = talk.agree().await?;
    let bob_sees = Playing::begin(&play.quic, PlayOptions::default())?;
    let own = urls(&mut talk.bob).await?;
    let bob = Publishing::begin(&own.publish.quic, PublishOptions::default())?;
    let play = play_of(&mut talk.alice, Party::Callee).await?;
    let alice_sees = Playing::begin(&play.quic, PlayOptions::default())?;
    Ok(Recorded {
        talk,
        sends: [alice, bob],
        sees: [alice_sees, bob_sees],
        begin,
    })
}

/// What was recorded of a party, or made of both.
async fn ready(talk: &mut Talk, whose: Option<Party>) -> Result<Vec<RecordedFile>> {
    entry(&mut talk.alice, "recording.ready", |body| match body {
        EntryBody::RecordingReady { party, files } if *party == whose => Some(files.clone()),
        _ => None,
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_party_leaves_an_mp4_and_a_wav_as_long_as_the_call() -> Result<()> {
    let (_folder, system) = running().await?;
    let mut call = recorded(&system).await?;
    for playing in &mut call.sees {
        playing.more(150).await?;
    }
    let seconds = call.begin.elapsed().as_secs_f64();
    call.talk.hang_up().await?;
    // The caller's files and the callee's are finished in any order, and what is made of them after both.
    let mut files = Vec::new();
    let first = entry(&mut call.talk.alice, "recording.ready", |body| match body {
        EntryBody::RecordingReady { party, files } => party.map(|party| (party, files.clone())),
        _ => None,
    })
    .await?;
    files.extend(ready(&mut call.talk, Some(first.0.other())).await?);
    files.extend(first.1);
    let received = files.len();
    files.extend(ready(&mut call.talk, None).await?);
    ensure!(received == 2, "{files:?}");
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let names: Vec<&str> = files
        .iter()
        .filter_map(|file| file.path.rsplit('/').next())
        .collect();
    assert_eq!(
        names,
        [
            "call.mp4",
            "call.wav",
            "callee.mp4",
            "callee.wav",
            "caller.mp4",
            "caller.wav"
        ]
    );
    for file in &files {
        let path = system.recordings().join(&file.path);
        decodes(&path).await?;
        let seen = probe(&path).await?;
        ensure!(seen.seconds() > 4.0, "{}: {} s", file.path, seen.seconds());
        let told = file.duration_ms as f64 / 1e3;
        ensure!(
            (seen.seconds() - told).abs() < 0.2,
            "{}: {told} s told, {} s seen",
            file.path,
            seen.seconds()
        );
        if file.path.contains("caller") {
            let off = (seen.seconds() - seconds).abs();
            ensure!(
                off < 0.2,
                "{}: {} s of a call of {seconds} s",
                file.path,
                seen.seconds()
            );
        }
        if file.path.contains("calle") && file.path.ends_with("mp4") {
            let video = seen.track("video").context("pictures")?;
            assert_eq!(
                (video.codec_name.as_str(), video.width, video.height),
                ("h264", 640, 360)
            );
            assert_eq!(seen.track("audio").context("sound")?.codec_name, "opus");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_node_leaves_files_that_play_up_to_the_last_second() -> Result<()> {
    let (_folder, mut system) = running().await?;
    let mut call = recorded(&system).await?;
    for playing in &mut call.sees {
        playing.more(100).await?;
    }
    let seconds = call.begin.elapsed().as_secs_f64();
    system.node.kill().await?;
    let mp4 = find(&system.recordings(), "caller.mp4")?;
    decodes(&mp4).await?;
    let kept = probe(&mp4).await?.seconds();
    ensure!(kept > seconds - 1.0, "{kept} s of {seconds} s are left");
    for track in ["video", "audio"] {
        ensure!(probe(&mp4).await?.track(track).is_some(), "no {track}");
    }
    for sends in call.sends {
        // They lost their connection; that is all that is asked of them here.
        drop(sends.end().await);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_orderly_stop_finishes_the_files_and_says_so_before_it_ends() -> Result<()> {
    let (_folder, mut system) = running().await?;
    let mut call = recorded(&system).await?;
    for playing in &mut call.sees {
        playing.more(50).await?;
    }
    let status = system.node.stop(Duration::from_secs(15)).await?;
    ensure!(status.success(), "the node's exit: {status}");
    for name in ["caller.mp4", "callee.mp4"] {
        decodes(&find(&system.recordings(), name)?).await?;
    }
    let (edge, talk) = (system.api()?, &call.talk);
    until("the edge knows of both recordings", || async {
        let view = edge.call(&talk.alice_token, &talk.call, 0).await;
        let ready = |view: counterpart_shared::api::CallView| {
            let bodies = view.entries.into_iter().map(|entry| entry.body);
            bodies
                .filter(|body| matches!(body, EntryBody::RecordingReady { .. }))
                .count()
        };
        view.map(ready).is_ok_and(|count| count == 2)
    })
    .await
    .with_context(|| format!("within {PATIENCE:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_becomes_narrow_leaves_files_of_two_sizes_that_play() -> Result<()> {
    let (_folder, system) = running().await?;
    let mut talk = Talk::new(&system, true).await?;
    let own = urls(&mut talk.alice).await?;
    let mut url: MediaUrl = own.publish.quic.parse()?;
    let node = (Ipv4Addr::LOCALHOST, url.port).into();
    let link = Relay::start(node, Dialled::ByParty, Duration::from_millis(5))?;
    url.port = link.port();
    let options = PublishOptions::default();
    let mut sent = options.progress.subscribe();
    let alice = Publishing::begin(&url.to_string(), options)?;
    begun(&mut talk.alice, Party::Caller).await?;
    let play = talk.agree().await?;
    let mut bob_sees = Playing::begin(&play.quic, PlayOptions::default())?;
    bob_sees.more(25).await?;
    let mut cells = cells::all().into_iter();
    let narrow = cells.find(|cell| cell.name == "150 kbit/s");
    link.turn(&narrow.context("the cell")?, Party::Caller, 1);
    let smaller = sent.wait_for(|sent| sent.size.is_some_and(|(_, height)| height < 360));
    tokio::time::timeout(PATIENCE, smaller).await??;
    bob_sees.more(40).await?;
    let seen = bob_sees.end().await?;
    talk.hang_up().await?;
    let files = ready(&mut talk, Some(Party::Caller)).await?;
    let whole = ready(&mut talk, None).await?;
    alice.end().await?;
    ensure!(seen.unmarked == 0, "{seen:?}");
    let mut sizes = Vec::new();
    for file in files.iter().chain(&whole) {
        let path = system.recordings().join(&file.path);
        decodes(&path).await?;
        if !file.path.contains("caller") {
            continue;
        }
        let probe = probe(&path).await?;
        sizes.extend(probe.track("video").map(|seen| (seen.width, seen.height)));
    }
    ensure!(sizes.contains(&(640, 360)), "{sizes:?}");
    let is_smaller = |&(width, height): &(u32, u32)| width < 640 && height < 360;
    ensure!(sizes.iter().any(is_smaller), "{sizes:?}");
    Ok(())
}

fn find(folder: &Path, name: &str) -> Result<PathBuf> {
    for call in std::fs::read_dir(folder)? {
        let path = call?.path().join(name);
        if path.is_file() {
            return Ok(path);
        }
    }
    anyhow::bail!("no {name} below {}", folder.display())
}
