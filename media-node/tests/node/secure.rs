//! TLS on TCP: RTMPS and HTTPS.

use crate::support::stream::*;
use crate::support::{Carrier, Client, Pin, World, grant, issue, tls_in};
use counterpart_shared::grant::Act;
use std::sync::Arc;
use std::time::Instant;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// A node with a certificate, the folder of its files, and the certificate's SHA-256.
async fn world() -> (World, tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let tls = tls_in(folder.path());
    let sha256 = issue(&tls.files);
    let world = World::with(|config| config.tls = Some(tls)).await;
    (world, folder, sha256)
}

async fn dial(port: u16, pin: &Arc<Pin>) -> std::io::Result<TlsStream<TcpStream>> {
    let socket = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    pin.connector()
        .connect("localhost".try_into().unwrap(), socket)
        .await
}

#[tokio::test]
async fn a_stream_goes_in_by_rtmps_and_out_by_rtmps_and_https() {
    let (world, _folder, sha256) = world().await;
    let publish = grant(Act::Publish, "c1");
    let carrier = Carrier::Rtmps(Pin::new(&sha256));
    let publisher = world.publish(carrier.clone(), &publish).await;
    publisher.send_all(&beginning());
    let play = grant(Act::Play, "c1");
    let mut player = world.play(carrier, &play).await;
    player.messages(3).await;
    // Far more than TLS and the socket hold at once, and the last piece must not stay behind.
    for step in 1..=40 {
        publisher.send(&big_inter(step * 33, 60_000));
    }
    while player.media().await.timestamp != 40 * 33 {}

    let port = world.endpoints.https_port.unwrap();
    let mut https = dial(port, &Pin::new(&sha256)).await.unwrap();
    let token = world.edge.token(&play);
    let target = format!("/live/{}.flv?grant={token}", play.stream);
    let request = format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    https.write_all(request.as_bytes()).await.unwrap();
    let mut head = vec![0; 15];
    https.read_exact(&mut head).await.unwrap();
    assert_eq!(head, b"HTTP/1.1 200 OK");
    let mut seen = Vec::new();
    while !seen.windows(3).any(|three| three == b"FLV") {
        assert!(https.read_buf(&mut seen).await.unwrap() > 0);
    }
}

#[tokio::test]
async fn a_new_certificate_is_shown_without_a_restart() {
    let (world, folder, first) = world().await;
    let port = world.endpoints.rtmps_port.unwrap();
    assert!(dial(port, &Pin::new(&first)).await.is_ok());
    let second = issue(&tls_in(folder.path()).files);
    let start = Instant::now();
    while dial(port, &Pin::new(&second)).await.is_err() {
        assert!(start.elapsed() < crate::support::PATIENCE, "the old one");
        tokio::task::yield_now().await;
    }
    let https = world.endpoints.https_port.unwrap();
    assert!(dial(https, &Pin::new(&second)).await.is_ok());
}

#[tokio::test]
async fn who_does_not_speak_tls_there_is_closed() {
    let (world, _folder, _) = world().await;
    let port = world.endpoints.rtmps_port.unwrap();
    for words in [&[3; 1537][..], b"GET / HTTP/1.1\r\n\r\n", b""] {
        let mut socket = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        socket.write_all(words).await.unwrap();
        let mut rest = Vec::new();
        // An alert at most, then the end.
        let _ = socket.read_to_end(&mut rest).await;
        assert!(rest.len() < 16, "{rest:?}");
    }
}

#[tokio::test]
async fn without_a_certificate_there_is_no_such_port() {
    let world = World::new().await;
    assert_eq!(world.endpoints.rtmps_port, None);
    assert_eq!(world.endpoints.https_port, None);
}

#[tokio::test]
async fn refusals_are_said_on_tls_too() {
    let (world, _folder, sha256) = world().await;
    let carrier = Carrier::Rtmps(Pin::new(&sha256));
    let client = Client::open(&world, carrier, Act::Publish, "c1.caller").await;
    assert_eq!(client.refused().await.description, "no grant was given");
}
