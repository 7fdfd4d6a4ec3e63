//! WebTransport, as a browser uses it.

use crate::support::stream::*;
use crate::support::{Carrier, Pin, World, dial, grant, link};
use counterpart_shared::grant::Act;
use counterpart_shared::rtmp::chunk::{ChunkLimits, ChunkReader, ChunkWriter};
use counterpart_shared::rtmp::code;
use counterpart_shared::session::{ClientOutput, ClientSession};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::timeout;
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

#[tokio::test]
async fn a_refusal_waits_for_whoever_reads_late() {
    let world = World::new().await;
    let link = link(&world, Carrier::WebTransport).await;
    let (mut to, mut from) = link.session.open_bi().await.unwrap();
    let tc_url = format!("rtmp://{}/live", world.rtmp());
    let mut client = ClientSession::publish("live", &tc_url, "c1.caller");
    let mut reader = ChunkReader::new(ChunkLimits::default());
    let mut writer = ChunkWriter::new();
    loop {
        let mut asked = false;
        while let Some(output) = client.poll() {
            match output {
                ClientOutput::Send(message) => {
                    asked |= message.payload.windows(7).any(|name| name == b"publish");
                    let mut pieces = VecDeque::new();
                    writer.write(&message, &mut pieces);
                    for piece in pieces {
                        to.write_all(&piece).await.unwrap();
                    }
                }
                ClientOutput::Refused(status) => {
                    assert_eq!(status.code, code::PUBLISH_BAD_NAME);
                    return;
                }
                other => panic!("{other:?}"),
            }
        }
        if asked {
            // By now a browser would have acknowledged the answer, and its page would still be busy.
            let early = timeout(Duration::from_secs(1), link.session.closed()).await;
            assert!(early.is_err(), "closed before it was read: {early:?}");
        }
        let chunk = from.read_chunk(65536, true).await.unwrap();
        reader.push(&chunk.expect("a refusal").bytes);
        while let Some(message) = reader.next_message().unwrap() {
            client.receive(message).unwrap();
        }
    }
}
