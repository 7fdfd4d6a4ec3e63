//! QUIC in; QUIC, RTMP and HTTP-FLV out.

use crate::support::stream::*;
use crate::support::{Carrier, FlvPlayer, Heard, PATIENCE, World, grant};
use counterpart_shared::api::NodeEvent;
use counterpart_shared::flv::TagKind;
use counterpart_shared::grant::Act;
use std::time::{Duration, Instant};
use tokio::time::timeout;

#[tokio::test]
async fn one_publisher_reaches_readers_on_every_carrier() {
    let world = World::new().await;
    let publisher = world
        .publish(Carrier::Quic, &grant(Act::Publish, "c1"))
        .await;
    let play = grant(Act::Play, "c1");
    let mut quic = world.play(Carrier::Quic, &play).await;
    let mut rtmp = world.play(Carrier::Rtmp, &play).await;
    publisher.send_all(&beginning());
    world
        .event(|e| matches!(e, NodeEvent::StreamBegin(_)))
        .await;
    let target = format!(
        "/live/{}.flv?grant={}",
        play.stream,
        world.edge.token(&play)
    );
    let mut flv = FlvPlayer::open(&world.endpoints, &target).await;
    for step in 1..=100 {
        publisher.send_all(&[inter(step * 33), audio(step * 33 + 5)]);
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    for player in [&mut quic, &mut rtmp] {
        let mut pictures = Vec::new();
        let mut sounds = 0;
        while pictures.last() != Some(&3_300) || sounds < 90 {
            let message = player.media().await;
            if is_picture(&message) {
                pictures.push(time_inside(&message));
            } else if message.payload[..2] == [0xAF, 1] {
                sounds += 1;
            }
        }
        let expected: Vec<u32> = (0..=100).map(|step| step * 33).collect();
        assert_eq!(pictures, expected);
    }
    let mut last = 0;
    while last != 3_300 {
        let tag = flv.tag().await.unwrap();
        if tag.kind == TagKind::Video {
            last = tag.timestamp;
        }
    }
}

#[tokio::test]
async fn a_lost_picture_is_skipped_and_a_keyframe_asked_for() {
    let world = World::new().await;
    let mut publisher = world
        .publish(Carrier::Quic, &grant(Act::Publish, "c1"))
        .await;
    let mut player = world.play(Carrier::Quic, &grant(Act::Play, "c1")).await;
    publisher.send_all(&beginning());
    publisher.send(&inter(33));
    publisher.skip();
    publisher.send_all(&[inter(99), inter(132)]);
    while publisher.next().await != Heard::KeyframeRequest {}
    publisher.send_all(&[key(165), inter(198)]);
    let mut pictures = Vec::new();
    while pictures.last() != Some(&198) {
        let message = player.media().await;
        if is_picture(&message) {
            pictures.push(time_inside(&message));
        }
    }
    assert_eq!(pictures, [0, 33, 165, 198]);
    let lost = "counterpart_frames_dropped_total{reason=\"lost_on_the_way_in\"}";
    assert!(world.metric(lost).await >= 1.0);
}

#[tokio::test]
async fn a_publisher_hears_by_how_much_his_way_has_grown() {
    let world = World::new().await;
    let mut publisher = world
        .publish(Carrier::Quic, &grant(Act::Publish, "c1"))
        .await;
    publisher.send_all(&beginning());
    let start = Instant::now();
    let mut told = false;
    loop {
        // Once he was told, his sound comes a second later than it was taken.
        let late = if told { 1_000 } else { 0 };
        let time = 2_000 + start.elapsed().as_millis() as u32 - late;
        publisher.send(&audio(time));
        match timeout(Duration::from_millis(20), publisher.heard.recv()).await {
            Ok(Some(Heard::Growth(growth))) if told && growth >= 900 => break,
            Ok(Some(Heard::Growth(_))) => told = true,
            Ok(None) => panic!("gone"),
            _ => assert!(start.elapsed() < PATIENCE, "he is told nothing"),
        }
    }
}

#[tokio::test]
async fn a_players_wish_for_a_keyframe_reaches_the_publisher() {
    let world = World::new().await;
    let mut publisher = world
        .publish(Carrier::Quic, &grant(Act::Publish, "c1"))
        .await;
    publisher.send_all(&beginning());
    let player = world.play(Carrier::Rtmp, &grant(Act::Play, "c1")).await;
    player.ask_keyframe();
    while publisher.next().await != Heard::KeyframeRequest {}
}

#[tokio::test]
async fn an_orderly_end_and_a_lost_connection_differ() {
    let world = World::new().await;
    let publisher = world
        .publish(Carrier::Quic, &grant(Act::Publish, "c1"))
        .await;
    publisher.send_all(&beginning());
    world
        .event(|e| matches!(e, NodeEvent::StreamBegin(_)))
        .await;
    publisher.close();
    let event = world
        .event(|e| matches!(e, NodeEvent::StreamEnd { .. }))
        .await;
    let NodeEvent::StreamEnd { reason } = event else {
        panic!("{event:?}");
    };
    assert_eq!(reason, "the publisher has ended it");
}
