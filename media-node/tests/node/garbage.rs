//! Nonsense on every port: closed, counted, and nobody else feels it.

use crate::support::stream::*;
use crate::support::{Carrier, World, connect, connect_raw, get, grant};
use counterpart_shared::grant::Act;
use rand::RngExt;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

/// Reads until the node has closed.
async fn closed(socket: &mut TcpStream) -> Duration {
    let start = Instant::now();
    let mut bytes = [0; 4096];
    let end = async { while matches!(socket.read(&mut bytes).await, Ok(1..)) {} };
    tokio::time::timeout(crate::support::PATIENCE, end)
        .await
        .expect("the node closes");
    start.elapsed()
}

#[tokio::test]
async fn a_handshake_that_stalls_is_closed() {
    let world = World::new().await;
    let mut silent = connect_raw(&world.rtmp()).await;
    let mut half = connect_raw(&world.rtmp()).await;
    half.write_all(&[3; 700]).await.unwrap();
    closed(&mut silent).await;
    closed(&mut half).await;
    let mut idle = connect(&world.rtmp()).await;
    let waited = closed(&mut idle).await;
    assert!(
        waited >= Duration::from_millis(500),
        "closed after {waited:?}"
    );
    let slow = "counterpart_refused_total{reason=\"slow\"}";
    assert_eq!(world.metric(slow).await, 3.0);
}

#[tokio::test]
async fn bytes_of_another_protocol_are_closed_at_once() {
    let world = World::new().await;
    let mut tls = connect_raw(&world.rtmp()).await;
    tls.write_all(&[0x16, 3, 1, 2, 0]).await.unwrap();
    closed(&mut tls).await;
    let bad = "counterpart_refused_total{reason=\"bad_handshake\"}";
    assert_eq!(world.metric(bad).await, 1.0);
}

#[tokio::test]
async fn random_bytes_hurt_nobody() {
    let world = World::new().await;
    let publisher = world
        .publish(Carrier::Rtmp, &grant(Act::Publish, "c1"))
        .await;
    let mut player = world.play(Carrier::Quic, &grant(Act::Play, "c1")).await;
    publisher.send_all(&beginning());
    let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let udp_port = world.endpoints.udp_port;
    for round in 0..20u32 {
        let mut bytes = vec![0; 2_000];
        rand::rng().fill(&mut bytes[..]);
        let mut behind_handshake = connect(&world.rtmp()).await;
        let _ = behind_handshake.write_all(&bytes).await;
        let mut http = connect_raw(&format!("127.0.0.1:{}", world.endpoints.http_port)).await;
        let _ = http.write_all(&bytes).await;
        let _ = udp.send_to(&bytes[..1_200], ("127.0.0.1", udp_port)).await;
        publisher.send(&inter(33 * (round + 1)));
    }
    while player.media().await.timestamp != 660 {}
    let (head, _) = get(&world.endpoints, "/healthz").await;
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
}
