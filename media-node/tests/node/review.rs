//! Recordings over HTTP.

use crate::space::wait;
use crate::support::stream::*;
use crate::support::{Answer, Carrier, World, grant, now, sha256};
use counterpart_shared::api::{ApiError, NodeCommand, NodeEvent, RecordedFile};
use counterpart_shared::grant::{Act, Grant};

/// Records a moment of the caller of `c1`; the finished files.
async fn recorded(world: &World) -> Vec<RecordedFile> {
    let mut publish = grant(Act::Publish, "c1");
    publish.record = true;
    let publisher = world.publish(Carrier::Rtmp, &publish).await;
    publisher.send_all(&beginning());
    world
        .event(|e| matches!(e, NodeEvent::RecordingStarted))
        .await;
    let call = "c1".parse().unwrap();
    world.edge.command(1, NodeCommand::CallEnd { call });
    let ready = |event: &NodeEvent| matches!(event, NodeEvent::RecordingReady { .. });
    match world.event(ready).await {
        NodeEvent::RecordingReady { files } => files,
        other => panic!("{other:?}"),
    }
}

fn target(world: &World, path: &str, change: impl FnOnce(&mut Grant)) -> String {
    let mut grant = grant(Act::Review, "c1");
    change(&mut grant);
    format!("/recordings/{path}?grant={}", world.edge.token(&grant))
}

#[tokio::test]
async fn a_finished_file_is_read_whole_and_in_parts() {
    let world = World::new().await;
    let files = recorded(&world).await;
    let mp4 = files.iter().find(|f| f.path.ends_with(".mp4")).unwrap();
    let target = target(&world, &mp4.path, |_| {});
    let get = async |method: &str, lines: &[&str]| {
        Answer::to(&world.endpoints, method, &target, lines).await
    };
    let whole = get("GET", &[]).await;
    assert_eq!(whole.status, 200);
    assert_eq!(whole.body.len() as u64, mp4.bytes);
    assert_eq!(sha256(&whole.body), mp4.sha256);
    assert_eq!(whole.header("content-type"), "video/mp4");
    assert_eq!(whole.header("access-control-allow-origin"), "*");
    assert_eq!(whole.header("x-content-type-options"), "nosniff");
    assert_eq!(whole.header("accept-ranges"), "bytes");
    assert_eq!(whole.header("etag"), format!("\"{}\"", mp4.sha256));

    let head = get("HEAD", &["Range: bytes=0-1"]).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), mp4.bytes.to_string());

    let part = get("GET", &["Range: bytes=4-7"]).await;
    assert_eq!((part.status, &*part.body), (206, &b"ftyp"[..]));
    let range = format!("bytes 4-7/{}", mp4.bytes);
    assert_eq!(part.header("content-range"), range);
    assert_eq!(part.header("content-length"), "4");

    let tail = get("GET", &["Range: bytes=-10"]).await;
    assert_eq!(tail.body, whole.body[whole.body.len() - 10..]);
    let behind = format!("Range: bytes={}-", mp4.bytes);
    let behind = get("GET", &[&behind]).await;
    assert_eq!((behind.status, behind.body.len()), (416, 0));
    let all = format!("bytes */{}", mp4.bytes);
    assert_eq!(behind.header("content-range"), all);

    let same = format!("If-Range: \"{}\"", mp4.sha256);
    let same = get("GET", &["Range: bytes=4-7", &same]).await;
    assert_eq!(same.status, 206);
    let other = get("GET", &["Range: bytes=4-7", "If-Range: \"x\""]).await;
    assert_eq!((other.status, other.body), (200, whole.body));
}

#[tokio::test]
async fn each_kind_of_file_says_what_it_is() {
    let world = World::new().await;
    recorded(&world).await;
    let sealed = world.folder.path().join("c1/call.json");
    wait("sealed", async || sealed.exists()).await;
    for (path, kind) in [
        ("c1/caller.mp4", "video/mp4"),
        ("c1/call.json", "application/json"),
    ] {
        let target = target(&world, path, |_| {});
        let answer = Answer::to(&world.endpoints, "GET", &target, &[]).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type"), kind);
    }
}

#[tokio::test]
async fn who_may_not_review_is_told_why() {
    let world = World::new().await;
    recorded(&world).await;
    std::fs::write(world.folder.path().join("secret"), "x").unwrap();
    let mp4 = "c1/caller.mp4";
    let path = |path: &str| target(&world, path, |_| {});
    let with = |change: fn(&mut Grant)| target(&world, mp4, change);
    for (target, status, says) in [
        ("/recordings/c1/caller.mp4".to_owned(), 401, "no grant"),
        (with(|g| g.exp = now() - 1), 401, "expired"),
        (
            with(|g| g.act = Act::Play),
            403,
            "is to play, not to review",
        ),
        (
            with(|g| g.call = "c2".parse().unwrap()),
            403,
            "is for call 'c2', not for 'c1'",
        ),
        (
            with(|g| g.node = "n2".parse().unwrap()),
            403,
            "is for node 'n2'",
        ),
        (path("c1/callee.mp4"), 404, "no finished file 'callee.mp4'"),
        (path("c1/..%2Fsecret"), 404, "no finished file '../secret'"),
        (path("c1/%2e%2e"), 404, "no finished file '..'"),
        (path("c1/.call.json"), 404, "no finished file"),
        (path("%2e%2e/secret"), 403, "not for '..'"),
        (path("c1/x/../caller.mp4"), 404, "nothing at this path"),
    ] {
        let answer = Answer::to(&world.endpoints, "GET", &target, &[]).await;
        assert_eq!(answer.status, status, "{target}");
        let error: ApiError = serde_json::from_slice(&answer.body).unwrap();
        assert!(error.detail.contains(says), "{error}");
        assert!(!error.detail.contains("eyJ"), "a token in {error}");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
    }
    let post = Answer::to(&world.endpoints, "POST", &path(mp4), &[]).await;
    assert_eq!(post.status, 405);
    let asks = Answer::to(&world.endpoints, "OPTIONS", &path(mp4), &[]).await;
    assert_eq!(asks.status, 204);
    let allowed = asks.header("access-control-allow-headers");
    assert_eq!(allowed, "range, if-range");
}

#[tokio::test]
async fn what_is_still_being_recorded_is_not_there() {
    let world = World::new().await;
    let mut publish = grant(Act::Publish, "c1");
    publish.record = true;
    let publisher = world.publish(Carrier::Rtmp, &publish).await;
    publisher.send_all(&beginning());
    let path = world.folder.path().join("c1/caller.mp4");
    let start = std::time::Instant::now();
    while !path.exists() {
        assert!(start.elapsed() < crate::support::PATIENCE, "no file");
        tokio::task::yield_now().await;
    }
    let target = target(&world, "c1/caller.mp4", |_| {});
    let answer = Answer::to(&world.endpoints, "GET", &target, &[]).await;
    assert_eq!(answer.status, 404);
}
