//! WebTransport, as a browser uses it.

use crate::support::stream::*;
use crate::support::{Carrier, Pin, World, dial, grant};
use counterpart_shared::grant::Act;
use web_transport_quinn::Session;
use web_transport_quinn::proto::ConnectRequest;

#[tokio::test]
async fn it_carries_the_same_session() {
    let world = World::new().await;
    let publisher = world
        .publish(Carrier::WebTransport, &grant(Act::Publish, "c1"))
        .await;
    let mut player = world
        .play(Carrier::WebTransport, &grant(Act::Play, "c1"))
        .await;
    publisher.send_all(&beginning());
    publisher.send_all(&[inter(33), inter(66)]);
    let mut pictures = Vec::new();
    while pictures.last() != Some(&66) {
        let message = player.media().await;
        if is_picture(&message) {
            pictures.push(time_inside(&message));
        }
    }
    assert_eq!(pictures, [0, 33, 66]);
}

#[tokio::test]
async fn another_path_is_refused() {
    let world = World::new().await;
    for (path, allowed) in [("/rtmp/live/x", true), ("/rtmpx", false), ("/", false)] {
        let key = world.key().await;
        let name = format!("{}.localhost", key.label);
        let pin = Pin::new(&key.sha256);
        let (_endpoint, connection) = dial(&world, Carrier::WebTransport, &pin, &name)
            .await
            .unwrap();
        let url = format!("https://{name}:{}{path}", world.endpoints.udp_port);
        let request = ConnectRequest::new(url.parse::<url::Url>().unwrap());
        let session = Session::connect(connection, request).await;
        assert_eq!(session.is_ok(), allowed, "{path}");
    }
    // Whoever is refused may take his time to go, and is counted then.
    let refused = "counterpart_refused_total{reason=\"bad_path\"}";
    let start = std::time::Instant::now();
    while world.metric(refused).await < 2.0 {
        assert!(start.elapsed() < crate::support::PATIENCE, "not counted");
    }
    assert_eq!(world.metric(refused).await, 2.0);
}
