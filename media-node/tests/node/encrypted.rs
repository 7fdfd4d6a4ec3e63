//! Calls that lie encrypted on the disk and in the place of the copies, and are played as ever.

use crate::space::{MIN_FREE, free, say_free, wait};
use crate::support::stream::*;
use crate::support::{Answer, Carrier, World, grant, sha256};
use base64::Engine;
use counterpart_node::archive::{Settings, Target, Watermark};
use counterpart_node::vault::Vault;
use counterpart_shared::api::{NodeCommand, NodeEvent, RecordedFile};
use counterpart_shared::grant::Act;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

pub(crate) fn vault(folder: &Path) -> Vault {
    let path = folder.join("keys");
    fs::write(
        &path,
        base64::engine::general_purpose::STANDARD.encode([1; 32]),
    )
    .unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    Vault::load(&path).unwrap()
}

async fn node(folder: &Path) -> World {
    World::with(|config| {
        config.watermark = Watermark {
            min_free: MIN_FREE,
            free,
        };
        config.vault = vault(folder);
        config.archive = Some(Settings {
            target: Target::Folder(folder.to_owned()),
            timeout: Duration::from_secs(5),
        });
    })
    .await
}

/// Records pictures that take several pieces of an encrypted file; the caller's MP4 once it is sealed.
async fn recorded(world: &World) -> RecordedFile {
    let mut publish = grant(Act::Publish, "c1");
    publish.record = true;
    let publisher = world.publish(Carrier::Rtmp, &publish).await;
    publisher.send_all(&[video_config(), audio_config(), audio(0)]);
    publisher.send_all(&[big_key(0, 150_000)]);
    let mut player = world.play(Carrier::Rtmp, &grant(Act::Play, "c1")).await;
    world
        .event(|event| matches!(event, NodeEvent::RecordingStarted))
        .await;
    publisher.send_all(&[big_inter(40, 70_000), audio(77)]);
    while player.media().await.timestamp != 77 {}
    let call = "c1".parse().unwrap();
    world.edge.command(1, NodeCommand::CallEnd { call });
    let ready = |event: &NodeEvent| matches!(event, NodeEvent::RecordingReady { .. });
    let NodeEvent::RecordingReady { files } = world.event(ready).await else {
        panic!("no files");
    };
    let mut films = files.into_iter().filter(|file| file.path.ends_with(".mp4"));
    let film = films.next().unwrap();
    let sealed = world.folder.path().join("c1/call.sig");
    wait("sealed", async || sealed.exists()).await;
    film
}

/// Reads the file whole and in parts, which fit together.
async fn reads(world: &World, film: &RecordedFile) {
    let grant = grant(Act::Review, "c1");
    let token = world.edge.token(&grant);
    let target = format!("/recordings/{}?grant={token}", film.path);
    let whole = Answer::to(&world.endpoints, "GET", &target, &[]).await;
    let found = (whole.status, sha256(&whole.body));
    assert_eq!(found, (200, film.sha256.clone()));
    assert_eq!(whole.body.len() as u64, film.bytes);
    for (first, last) in [(4, 7), (65_530, 65_540), (0, 131_071), (70_000, 219_000)] {
        let range = format!("Range: bytes={first}-{last}");
        let part = Answer::to(&world.endpoints, "GET", &target, &[&range]).await;
        assert_eq!(part.status, 206, "{range}");
        assert!(part.body == whole.body[first..=last], "{range}");
    }
    let head = Answer::to(&world.endpoints, "HEAD", &target, &[]).await;
    assert_eq!(head.header("content-length"), film.bytes.to_string());
}

#[tokio::test]
async fn an_encrypted_call_is_played_from_here_and_from_its_copy() {
    let folder = tempfile::tempdir().unwrap();
    let world = node(folder.path()).await;
    let film = recorded(&world).await;
    let here = world.folder.path().join("c1/caller.mp4.enc");
    assert!(here.exists() && !world.folder.path().join(&film.path).exists());
    reads(&world, &film).await;
    let copy = folder.path().join("n1/c1/caller.mp4.enc");
    let copies = world.folder.path().join("c1/copies.json");
    wait("copied", async || {
        let copies = fs::read_to_string(&copies).unwrap_or_default();
        copies.contains("caller.mp4.enc") && copies.contains("call.sig")
    })
    .await;
    assert_eq!(fs::read(&copy).unwrap(), fs::read(&here).unwrap());
    say_free(&world, 0);
    wait("only the copy is left", async || !here.exists()).await;
    reads(&world, &film).await;
    // What was changed there is not given out.
    let mut bytes = fs::read(&copy).unwrap();
    bytes[100_000] ^= 1;
    fs::write(&copy, bytes).unwrap();
    let token = world.edge.token(&grant(Act::Review, "c1"));
    let target = format!("/recordings/{}?grant={token}", film.path);
    let first = Answer::to(&world.endpoints, "GET", &target, &["Range: bytes=0-65535"]).await;
    assert_eq!((first.status, first.body.len()), (206, 65_536));
    let changed = Answer::to(&world.endpoints, "GET", &target, &["Range: bytes=65536-"]).await;
    assert_eq!(changed.status, 404);
}

#[tokio::test]
async fn without_its_key_an_encrypted_call_is_not_played() {
    let folder = tempfile::tempdir().unwrap();
    let world = node(folder.path()).await;
    let film = recorded(&world).await;
    let enc = world.folder.path().join("c1/caller.mp4.enc");
    // The next start has another key.
    let plain = World::with(|config| config.vault = Vault::default()).await;
    let to = plain.folder.path().join("c1");
    fs::create_dir_all(&to).unwrap();
    for name in ["call.json", "call.sig"] {
        fs::copy(world.folder.path().join("c1").join(name), to.join(name)).unwrap();
    }
    fs::copy(enc, to.join("caller.mp4.enc")).unwrap();
    let token = plain.edge.token(&grant(Act::Review, "c1"));
    let target = format!("/recordings/{}?grant={token}", film.path);
    let answer = Answer::to(&plain.endpoints, "GET", &target, &[]).await;
    assert_eq!(answer.status, 404);
}
