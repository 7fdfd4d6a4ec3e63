//! Stills: the newest picture as a file.

use crate::support::stream::*;
use crate::support::{Answer, Carrier, Client, World, film, grant, red_then_blue, sha256};
use counterpart_shared::api::{NodeCommand, NodeEvent, RecordedFile};
use counterpart_shared::grant::Act;
use counterpart_shared::id::Party;
use counterpart_shared::rtmp::{Message, MessageKind};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const BASELINE: &[&str] = &["-profile:v", "baseline", "-tune", "zerolatency"];

fn still_of(party: Party) -> NodeCommand {
    NodeCommand::Still {
        call: "c1".parse().unwrap(),
        party,
        id: "1".parse().unwrap(),
    }
}

/// A world in which the caller of `c1` has sent this, and one who saw all of it arrive.
async fn showing(messages: &[Message]) -> (World, (Client, Client)) {
    let world = World::new().await;
    let publish = grant(Act::Publish, "c1");
    let publisher = world.publish(Carrier::Rtmp, &publish).await;
    let mut player = world.play(Carrier::Rtmp, &grant(Act::Play, "c1")).await;
    publisher.send_all(messages);
    let newest = messages.iter().rev().find(|m| is_picture(m)).unwrap();
    while player.media().await.payload != newest.payload {}
    (world, (publisher, player))
}

async fn ready(world: &World) -> (RecordedFile, u32, u32, u64) {
    let end = |event: &NodeEvent| {
        matches!(
            event,
            NodeEvent::StillReady { .. } | NodeEvent::StillFailed { .. }
        )
    };
    match world.event(end).await {
        NodeEvent::StillReady {
            file,
            width,
            height,
            taken_at,
        } => (file, width, height, taken_at),
        other => panic!("{other:?}"),
    }
}

async fn failed(world: &World) -> String {
    let end = |event: &NodeEvent| {
        matches!(
            event,
            NodeEvent::StillReady { .. } | NodeEvent::StillFailed { .. }
        )
    };
    match world.event(end).await {
        NodeEvent::StillFailed { reason } => reason,
        other => panic!("{other:?}"),
    }
}

/// Size and the colour in the middle.
fn look_at(png: &[u8]) -> (u32, u32, [u8; 3]) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png))
        .read_info()
        .unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let middle = (info.height / 2 * info.width + info.width / 2) as usize * 3;
    let colour = pixels[middle..middle + 3].try_into().unwrap();
    (info.width, info.height, colour)
}

fn is_blue([red, green, blue]: [u8; 3]) -> bool {
    red < 40 && green < 40 && blue > 215
}

fn unix_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    since.as_millis() as u64
}

#[tokio::test]
async fn the_newest_picture_becomes_a_file_that_can_be_read() {
    let before = unix_ms();
    let (world, _held) = showing(&red_then_blue("640x360", BASELINE)).await;
    let start = Instant::now();
    world.edge.command(1, still_of(Party::Caller));
    let (file, width, height, taken_at) = ready(&world).await;
    let took = start.elapsed();
    assert!(took < Duration::from_secs(1), "{took:?}");
    assert_eq!((width, height), (640, 360));
    assert!((before..=unix_ms()).contains(&taken_at), "{taken_at}");
    assert_eq!(&*file.path, "c1/caller.png");
    let png = std::fs::read(world.folder.path().join(&file.path)).unwrap();
    assert_eq!(file.bytes, png.len() as u64);
    assert_eq!(file.sha256, sha256(&png));
    let (width, height, colour) = look_at(&png);
    assert_eq!((width, height), (640, 360));
    assert!(is_blue(colour), "{colour:?} is not the newest picture's");

    let token = world.edge.token(&grant(Act::Review, "c1"));
    let target = format!("/recordings/{}?grant={token}", file.path);
    let answer = Answer::to(&world.endpoints, "GET", &target, &[]).await;
    assert_eq!(answer.header("content-type"), "image/png");
    assert_eq!(answer.body, png);
    // Another one is another file.
    world.edge.command(2, still_of(Party::Caller));
    let second = |event: &NodeEvent| matches!(event, NodeEvent::StillReady { file, .. } if file.path == "c1/caller.2.png");
    world.event(second).await;
}

#[tokio::test]
async fn a_large_picture_is_whole() {
    let options = [BASELINE, &["-preset", "ultrafast"]].concat();
    let (world, _held) = showing(&red_then_blue("1920x1080", &options)).await;
    world.edge.command(1, still_of(Party::Caller));
    let (file, width, height, _) = ready(&world).await;
    assert_eq!((width, height), (1920, 1080));
    let png = std::fs::read(world.folder.path().join(&file.path)).unwrap();
    assert!(is_blue(look_at(&png).2));
}

#[tokio::test]
async fn where_nothing_is_there_it_says_so() {
    let world = World::new().await;
    world.edge.command(1, still_of(Party::Callee));
    assert_eq!(failed(&world).await, "nobody publishes this stream");
}

#[tokio::test]
async fn pictures_that_do_not_decode_fail_with_a_reason() {
    let (world, _held) = showing(&beginning()).await;
    world.edge.command(1, still_of(Party::Caller));
    let reason = failed(&world).await;
    assert!(reason.contains("cannot be decoded"), "{reason}");
    assert!(!world.folder.path().join("c1").exists());
}

#[tokio::test]
async fn sound_alone_is_no_picture() {
    let world = World::new().await;
    let publish = grant(Act::Publish, "c1");
    let publisher = world.publish(Carrier::Rtmp, &publish).await;
    publisher.send_all(&[audio_config(), audio(0)]);
    let mut player = world.play(Carrier::Rtmp, &grant(Act::Play, "c1")).await;
    player.media().await;
    world.edge.command(1, still_of(Party::Caller));
    let reason = failed(&world).await;
    assert!(reason.contains("no keyframe came"), "{reason}");
}

#[tokio::test]
async fn a_keyframe_is_asked_for_where_none_is_at_hand() {
    let pictures = red_then_blue("320x240", BASELINE);
    let is_config = |m: &&Message| m.kind == MessageKind::Video && m.payload[1] == 0;
    let config = pictures.iter().find(is_config).unwrap();
    let key = pictures.iter().find(|m| is_picture(m)).unwrap();
    let world = World::new().await;
    let publish = grant(Act::Publish, "c1");
    let mut publisher = world.publish(Carrier::Quic, &publish).await;
    publisher.send(config);
    let mut player = world.play(Carrier::Rtmp, &grant(Act::Play, "c1")).await;
    player.media().await;
    world.edge.command(1, still_of(Party::Caller));
    publisher.asked_for_a_keyframe().await;
    publisher.send(key);
    let (_, width, height, _) = ready(&world).await;
    assert_eq!((width, height), (320, 240));
}

/// Profiles beyond baseline and pictures out of order: the newest picture or a reason, never a wrong one.
#[tokio::test]
async fn other_profiles_decode_or_fail_cleanly() {
    for options in [
        &["-profile:v", "high", "-bf", "3"][..],
        &["-profile:v", "main", "-bf", "2"],
        &["-profile:v", "high", "-tune", "zerolatency"],
    ] {
        let (world, _held) = showing(&red_then_blue("640x360", options)).await;
        world.edge.command(1, still_of(Party::Caller));
        let end = |event: &NodeEvent| {
            matches!(
                event,
                NodeEvent::StillReady { .. } | NodeEvent::StillFailed { .. }
            )
        };
        match world.event(end).await {
            NodeEvent::StillReady { file, .. } => {
                let png = std::fs::read(world.folder.path().join(&file.path)).unwrap();
                assert!(is_blue(look_at(&png).2), "{options:?}");
            }
            NodeEvent::StillFailed { reason } => {
                assert!(
                    reason.contains("cannot be decoded"),
                    "{options:?}: {reason}"
                );
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn interlaced_and_ten_bit_pictures_do_no_harm() {
    let source = ["-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=1"];
    for options in [
        &[
            "-c:v",
            "libx264",
            "-flags",
            "+ildct+ilme",
            "-x264opts",
            "tff=1",
        ][..],
        &["-c:v", "libx264", "-profile:v", "high444", "-qp", "0"],
    ] {
        let (world, _held) = showing(&film(&[&source[..], options].concat())).await;
        world.edge.command(1, still_of(Party::Caller));
        let end = |event: &NodeEvent| {
            matches!(
                event,
                NodeEvent::StillReady { .. } | NodeEvent::StillFailed { .. }
            )
        };
        world.event(end).await;
    }
}
