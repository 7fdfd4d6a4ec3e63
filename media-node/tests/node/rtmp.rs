//! RTMP in, RTMP out.

use crate::support::stream::*;
use crate::support::{Carrier, World, grant};
use counterpart_shared::api::NodeEvent;
use counterpart_shared::grant::Act;
use counterpart_shared::rtmp::{MessageKind, code};

#[tokio::test]
async fn what_is_published_is_played() {
    let world = World::new().await;
    let publisher = world
        .publish(Carrier::Rtmp, &grant(Act::Publish, "c1"))
        .await;
    publisher.send_all(&beginning());
    let event = world
        .event(|e| matches!(e, NodeEvent::StreamBegin(_)))
        .await;
    let NodeEvent::StreamBegin(format) = event else {
        panic!("{event:?}");
    };
    let video = format.video.unwrap();
    assert_eq!((video.width, video.height), (640, 360));
    let audio_format = format.audio.unwrap();
    assert_eq!(
        (
            audio_format.codec.as_str(),
            audio_format.rate,
            audio_format.channels
        ),
        ("aac", 48_000, 1)
    );
    let mut player = world.play(Carrier::Rtmp, &grant(Act::Play, "c1")).await;
    let first = player.messages(3).await;
    assert_eq!(first[0].payload, video_config().payload);
    assert_eq!(first[1].payload, audio_config().payload);
    assert_eq!(first[2].payload, key(0).payload);
    publisher.send_all(&[inter(33), audio(40), inter(66)]);
    let next = player.messages(3).await;
    let times: Vec<_> = next.iter().map(|m| (m.kind, m.timestamp)).collect();
    let expected = [
        (MessageKind::Video, 33),
        (MessageKind::Audio, 40),
        (MessageKind::Video, 66),
    ];
    assert_eq!(times, expected);
}

#[tokio::test]
async fn a_late_player_is_with_the_live_stream_at_once() {
    let world = World::new().await;
    let publisher = world
        .publish(Carrier::Rtmp, &grant(Act::Publish, "c1"))
        .await;
    publisher.send_all(&beginning());
    publisher.send_all(&[inter(33), inter(66), key(1_000), inter(1_033), inter(1_066)]);
    let mut early = world.play(Carrier::Rtmp, &grant(Act::Play, "c1")).await;
    while early.media().await.timestamp != 1_066 {}
    let mut late = world.play(Carrier::Rtmp, &grant(Act::Play, "c1")).await;
    let first = late.messages(5).await;
    let pictures: Vec<_> = first[2..].iter().map(time_inside).collect();
    assert_eq!(pictures, [1_000, 1_033, 1_066]);
    let times: Vec<_> = first[2..].iter().map(|m| m.timestamp).collect();
    assert_eq!(times, [1_064, 1_065, 1_066]);
}

#[tokio::test]
async fn a_player_may_come_first() {
    let world = World::new().await;
    let mut player = world.play(Carrier::Rtmp, &grant(Act::Play, "c1")).await;
    let publisher = world
        .publish(Carrier::Rtmp, &grant(Act::Publish, "c1"))
        .await;
    publisher.send_all(&beginning());
    assert_eq!(player.messages(4).await.len(), 4);
}

#[tokio::test]
async fn an_orderly_end_reaches_players_and_edge() {
    let world = World::new().await;
    let publisher = world
        .publish(Carrier::Rtmp, &grant(Act::Publish, "c1"))
        .await;
    publisher.send_all(&beginning());
    world
        .event(|e| matches!(e, NodeEvent::StreamBegin(_)))
        .await;
    let mut player = world.play(Carrier::Rtmp, &grant(Act::Play, "c1")).await;
    publisher.close();
    let status = player.closed().await;
    assert_eq!(status.code, code::PLAY_STOP);
    assert_eq!(status.description, "the publisher has ended it");
    world
        .event(|e| matches!(e, NodeEvent::StreamEnd { .. }))
        .await;
}

#[tokio::test]
async fn a_publisher_who_sends_nothing_is_closed_with_a_reason() {
    let world = World::new().await;
    let mut publisher = world
        .publish(Carrier::Rtmp, &grant(Act::Publish, "c1"))
        .await;
    let status = publisher.closed().await;
    assert_eq!(status.description, "the publisher sent no media");
}

#[tokio::test]
async fn silence_is_reported_and_then_ends_it() {
    let world = World::new().await;
    let mut publisher = world
        .publish(Carrier::Rtmp, &grant(Act::Publish, "c1"))
        .await;
    publisher.send_all(&beginning());
    world.event(|e| matches!(e, NodeEvent::StreamStalled)).await;
    let status = publisher.closed().await;
    assert_eq!(status.description, "nothing more came from the publisher");
    world
        .event(|e| matches!(e, NodeEvent::StreamEnd { .. }))
        .await;
}
