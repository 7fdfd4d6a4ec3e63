//! Each wrong grant is refused, each with its own words.

use crate::support::{Carrier, Client, World, grant, now};
use counterpart_shared::grant::{Act, Grant, Signer};
use counterpart_shared::rtmp::code;

async fn refused(world: &World, carrier: Carrier, act: Act, name: &str) -> (String, String) {
    let client = Client::open(world, carrier, act, name).await;
    let status = client.refused().await;
    (status.code, status.description)
}

#[tokio::test]
async fn every_wrong_grant_has_its_own_answer() {
    let world = World::new().await;
    let name = |change: &dyn Fn(&mut Grant)| {
        let mut grant = grant(Act::Publish, "c1");
        change(&mut grant);
        format!("c1.caller?grant={}", world.edge.token(&grant))
    };
    let stranger = Signer::from_seed(&[9; 32]);
    let cases = [
        ("c1.caller".to_owned(), "no grant was given"),
        ("c1.caller?grant=abc".to_owned(), "malformed"),
        (name(&|g| g.exp = now() - 1), "expired"),
        (name(&|g| g.nbf = now() + 50), "is valid from"),
        (
            name(&|g| g.node = "n2".parse().unwrap()),
            "is for node 'n2'",
        ),
        (
            name(&|g| g.stream = "c9.caller".parse().unwrap()),
            "is for stream 'c9.caller'",
        ),
        (name(&|g| g.act = Act::Play), "is to play, not to publish"),
        (
            format!(
                "c1.caller?grant={}",
                stranger.sign_grant(&grant(Act::Publish, "c1"))
            ),
            "which is not known here",
        ),
    ];
    for (name, text) in cases {
        let (code, description) = refused(&world, Carrier::Rtmp, Act::Publish, &name).await;
        assert_eq!(code, code::PUBLISH_BAD_NAME);
        assert!(description.contains(text), "{description}");
        assert!(!description.contains("eyJ"), "a token in {description}");
    }
    let (code, _) = refused(&world, Carrier::Rtmp, Act::Play, "c1.caller").await;
    assert_eq!(code, code::PLAY_FAILED);
}

#[tokio::test]
async fn quic_refuses_in_the_same_words() {
    let world = World::new().await;
    for carrier in [Carrier::Quic, Carrier::WebTransport] {
        let (code, description) = refused(&world, carrier, Act::Publish, "c1.caller").await;
        assert_eq!(code, code::PUBLISH_BAD_NAME);
        assert_eq!(description, "no grant was given");
    }
}

#[tokio::test]
async fn without_the_edges_keys_nobody_is_let_in() {
    let world = World::without_welcome(|_| {}).await;
    let name = world.name(&grant(Act::Publish, "c1"));
    let (_, description) = refused(&world, Carrier::Rtmp, Act::Publish, &name).await;
    assert!(description.contains("no signing keys yet"), "{description}");
}

#[tokio::test]
async fn one_connection_too_many_is_told() {
    let world = World::with(|config| config.max_connections = 1).await;
    let _first = world
        .publish(Carrier::Rtmp, &grant(Act::Publish, "c1"))
        .await;
    let name = world.name(&grant(Act::Play, "c1"));
    let (code, description) = refused(&world, Carrier::Rtmp, Act::Play, &name).await;
    assert_eq!(code, code::PLAY_FAILED);
    assert!(
        description.contains("has its 1 connections"),
        "{description}"
    );
}

#[tokio::test]
async fn one_stream_too_many_is_told() {
    let world = World::with(|config| config.capacity = 1).await;
    let _first = world
        .publish(Carrier::Rtmp, &grant(Act::Publish, "c1"))
        .await;
    let name = world.name(&grant(Act::Publish, "c2"));
    let (_, description) = refused(&world, Carrier::Rtmp, Act::Publish, &name).await;
    assert!(description.contains("has its 1 streams"), "{description}");
}
