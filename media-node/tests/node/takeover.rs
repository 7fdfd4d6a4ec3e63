//! Who may publish, and how he comes back.

use crate::support::stream::*;
use crate::support::{Carrier, Client, World, grant};
use counterpart_shared::api::NodeEvent;
use counterpart_shared::grant::Act;
use counterpart_shared::rtmp::code;

#[tokio::test]
async fn a_second_publisher_with_the_same_or_an_older_grant_is_refused() {
    let world = World::new().await;
    let mut newer = grant(Act::Publish, "c1");
    newer.serial = 5;
    let first = world.publish(Carrier::Rtmp, &newer).await;
    first.send_all(&beginning());
    for serial in [5, 4] {
        let mut second = grant(Act::Publish, "c1");
        second.serial = serial;
        let name = world.name(&second);
        let client = Client::open(&world, Carrier::Rtmp, Act::Publish, &name).await;
        let status = client.refused().await;
        assert_eq!(status.code, code::PUBLISH_BAD_NAME);
        assert!(status.description.contains("live under grant number 5"));
    }
}

#[tokio::test]
async fn a_newer_grant_takes_over_and_the_player_stays() {
    let world = World::new().await;
    let mut first = world
        .publish(Carrier::Rtmp, &grant(Act::Publish, "c1"))
        .await;
    let mut player = world.play(Carrier::Rtmp, &grant(Act::Play, "c1")).await;
    first.send_all(&beginning());
    first.send(&inter(90_000));
    while player.media().await.timestamp != 90_000 {}
    let mut newer = grant(Act::Publish, "c1");
    newer.serial = 2;
    let second = world.publish(Carrier::Quic, &newer).await;
    let status = first.closed().await;
    assert!(status.description.contains("taken over"), "{status:?}");
    second.send_all(&beginning());
    second.send(&inter(33));
    let mut last = 90_000;
    loop {
        let message = player.media().await;
        if is_picture(&message) {
            assert!(
                message.timestamp > last,
                "{} after {last}",
                message.timestamp
            );
            last = message.timestamp;
            if time_inside(&message) == 33 {
                break;
            }
        }
    }
    assert!(last < 120_000, "{last} is far ahead of the clock");
}

#[tokio::test]
async fn a_lost_publisher_comes_back_within_the_grace() {
    let world = World::new().await;
    let publish = grant(Act::Publish, "c1");
    let first = world.publish(Carrier::Rtmp, &publish).await;
    first.send_all(&beginning());
    let mut player = world.play(Carrier::Rtmp, &grant(Act::Play, "c1")).await;
    player.messages(3).await;
    first.vanish();
    world.event(|e| matches!(e, NodeEvent::StreamStalled)).await;
    let again = world.publish(Carrier::Rtmp, &publish).await;
    again.send_all(&[video_config(), audio_config(), key(7)]);
    while time_inside_or_zero(&player.media().await) != 7 {}
    let ends = world.edge.heard();
    let ended = |m: &&_| format!("{m:?}").contains("StreamEnd");
    assert_eq!(ends.iter().filter(ended).count(), 0);
}

fn time_inside_or_zero(message: &counterpart_shared::rtmp::Message) -> u32 {
    match is_picture(message) {
        true => time_inside(message),
        false => 0,
    }
}

#[tokio::test]
async fn a_lost_publisher_who_does_not_return_ends_the_stream() {
    let world = World::new().await;
    let first = world
        .publish(Carrier::Rtmp, &grant(Act::Publish, "c1"))
        .await;
    first.send_all(&beginning());
    let mut player = world.play(Carrier::Rtmp, &grant(Act::Play, "c1")).await;
    player.messages(3).await;
    first.vanish();
    let status = player.closed().await;
    assert!(status.description.contains("did not return"), "{status:?}");
    world
        .event(|e| matches!(e, NodeEvent::StreamEnd { .. }))
        .await;
}
