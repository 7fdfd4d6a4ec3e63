//! Each connection has its own key.

use crate::support::{Carrier, Pin, World, dial};
use counterpart_shared::api::{FromNode, ToNode};

#[tokio::test]
async fn two_connections_see_two_keys_and_a_label_serves_once() {
    let world = World::new().await;
    let mut certificates = Vec::new();
    for _ in 0..2 {
        let key = world.key().await;
        let name = format!("{}.localhost", key.label);
        let pin = Pin::new(&key.sha256);
        let (_endpoint, connection) = dial(&world, Carrier::Quic, &pin, &name).await.unwrap();
        certificates.push(pin.seen.lock().unwrap().clone().unwrap());
        let again = dial(&world, Carrier::Quic, &pin, &name).await;
        let error = again.expect_err("the label is used").to_string();
        assert!(error.contains("error 49"), "access_denied, not {error}");
        connection.close(0u32.into(), b"");
    }
    assert_ne!(certificates[0], certificates[1]);
    let unknown = "counterpart_refused_total{reason=\"unknown_label\"}";
    assert_eq!(world.metric(unknown).await, 2.0);
}

#[tokio::test]
async fn an_unknown_label_is_refused_by_tls() {
    let world = World::new().await;
    let name = format!("{}.localhost", "a".repeat(26));
    let pin = Pin::new("");
    assert!(dial(&world, Carrier::Quic, &pin, &name).await.is_err());
    assert!(
        pin.seen.lock().unwrap().is_none(),
        "a certificate was shown"
    );
}

#[tokio::test]
async fn the_bare_host_shows_the_certificate_of_the_day() {
    let world = World::new().await;
    let hello = world
        .edge
        .wait(|m| matches!(m, FromNode::Hello { .. }))
        .await;
    let FromNode::Hello { daily_sha256, .. } = hello else {
        panic!("{hello:?}");
    };
    let pin = Pin::new(&daily_sha256);
    for name in ["localhost", "127.0.0.1"] {
        assert!(
            dial(&world, Carrier::Quic, &pin, name).await.is_ok(),
            "{name}"
        );
    }
}

#[tokio::test]
async fn the_edge_gets_more_keys_when_it_asks() {
    let world = World::new().await;
    world.edge.say(ToNode::WantKeys { count: 300 });
    let count = |messages: &[FromNode]| -> usize {
        let keys = messages.iter().map(|message| match message {
            FromNode::Keys { keys } => keys.len(),
            _ => 0,
        });
        keys.sum()
    };
    let start = std::time::Instant::now();
    while count(&world.edge.heard()) < 364 {
        assert!(start.elapsed() < crate::support::PATIENCE);
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}
