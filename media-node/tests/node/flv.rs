//! HTTP: live FLV, refusals as JSON, health and figures.

use crate::support::stream::*;
use crate::support::{Carrier, FlvPlayer, World, get, grant};
use counterpart_shared::api::{ApiError, ErrorCode};
use counterpart_shared::flv::TagKind;
use counterpart_shared::grant::Act;

#[tokio::test]
async fn a_live_stream_is_an_endless_answer() {
    let world = World::new().await;
    let publisher = world
        .publish(Carrier::Rtmp, &grant(Act::Publish, "c1"))
        .await;
    publisher.send_all(&beginning());
    let play = grant(Act::Play, "c1");
    let target = format!(
        "/live/{}.flv?grant={}",
        play.stream,
        world.edge.token(&play)
    );
    let mut player = FlvPlayer::open(&world.endpoints, &target).await;
    let head = player.head.to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert!(head.contains("access-control-allow-origin: *"), "{head}");
    assert!(head.contains("content-type: video/x-flv"), "{head}");
    let mut kinds = Vec::new();
    for _ in 0..3 {
        kinds.push(player.tag().await.unwrap().kind);
    }
    assert_eq!(kinds, [TagKind::Video, TagKind::Audio, TagKind::Video]);
    assert_eq!(player.tags.announces_audio(), Some(true));
    assert_eq!(player.tags.announces_video(), Some(true));
    publisher.send(&big_inter(33, 50_000));
    let tag = player.tag().await.unwrap();
    assert_eq!(
        (tag.timestamp, tag.body),
        (33, big_inter(33, 50_000).payload)
    );
    publisher.close();
    assert_eq!(player.tag().await, None);
}

#[tokio::test]
async fn refusals_are_json() {
    let world = World::new().await;
    let play = grant(Act::Play, "c1");
    let publish = grant(Act::Publish, "c1");
    let stream = &play.stream;
    let with = |grant| format!("/live/{stream}.flv?grant={}", world.edge.token(grant));
    for (target, status, code) in [
        (format!("/live/{stream}.flv"), 401, ErrorCode::Unauthorized),
        (with(&publish), 403, ErrorCode::Forbidden),
        (with(&play), 404, ErrorCode::NotFound),
        ("/other".to_owned(), 404, ErrorCode::NotFound),
    ] {
        let (head, body) = get(&world.endpoints, &target).await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{head}");
        let error: ApiError = serde_json::from_str(&body).unwrap();
        assert_eq!(error.code, code, "{error}");
    }
}

#[tokio::test]
async fn health_and_figures() {
    let world = World::new().await;
    let (head, body) = get(&world.endpoints, "/healthz").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert_eq!(body, "ok\n");
    let publisher = world
        .publish(Carrier::Rtmp, &grant(Act::Publish, "c1"))
        .await;
    let mut player = world.play(Carrier::Rtmp, &grant(Act::Play, "c1")).await;
    publisher.send_all(&beginning());
    player.messages(4).await;
    let frames_in = world
        .metric("counterpart_frames_in_total{carrier=\"rtmp\"}")
        .await;
    assert_eq!(frames_in, 4.0);
    let connected = world
        .metric("counterpart_connected{carrier=\"rtmp\"}")
        .await;
    assert_eq!(connected, 2.0);
    assert!(
        world
            .metric("counterpart_forward_delay_seconds_count")
            .await
            >= 3.0
    );
}
