//! WebTransport, as a browser uses it.

use crate::support::stream::*;
use crate::support::{Carrier, Client, Heard, Order, PATIENCE, Pin, World, dial, grant, link};
use counterpart_shared::grant::Act;
use counterpart_shared::quic::{MediaStreamWriter, whole};
use counterpart_shared::rtmp::chunk::{ChunkLimits, ChunkReader, ChunkWriter};
use counterpart_shared::rtmp::{Message, Subflow, code};
use counterpart_shared::session::{ClientOutput, ClientSession};
use std::collections::VecDeque;
use std::time::{Duration, Instant};
use tokio::time::{timeout, timeout_at};
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

/// A session to this host, at this path.
async fn connect(world: &World, host: &str, sha256: &str, path: &str) -> Option<Page> {
    let pin = Pin::new(sha256);
    let dialled = dial(world, Carrier::WebTransport, &pin, host).await;
    let (endpoint, connection) = dialled.ok()?;
    let url = format!("https://{host}:{}{path}", world.endpoints.udp_port);
    let request = ConnectRequest::new(url.parse::<url::Url>().unwrap());
    let session = Session::connect(connection, request).await.ok()?;
    Some((endpoint, session))
}

type Page = (quinn::Endpoint, Session);

async fn offer(publisher: &mut Client) -> Subflow {
    loop {
        match publisher.next().await {
            Heard::Subflow(subflow) => return subflow,
            Heard::Gone => panic!("gone"),
            _ => {}
        }
    }
}

/// The bytes of a stream with this picture.
fn content(sequence: u64, picture: &Message) -> Vec<u8> {
    let mut pieces = VecDeque::new();
    MediaStreamWriter::new(sequence).write(picture, &mut pieces);
    Vec::from(pieces).concat()
}

#[tokio::test]
async fn a_page_publishes_over_further_connections() {
    let world = World::new().await;
    let mut publisher = world
        .publish(Carrier::WebTransport, &grant(Act::Publish, "c1"))
        .await;
    let mut player = world.play(Carrier::Rtmp, &grant(Act::Play, "c1")).await;
    publisher.send_all(&beginning());
    let (stream, parity) = (offer(&mut publisher).await, offer(&mut publisher).await);
    assert_ne!(stream.ticket, parity.ticket);
    let path = |subflow: &Subflow| format!("/rtmp/subflow/{}", subflow.ticket);
    let join = async |subflow: &Subflow| {
        let Subflow { host, sha256, .. } = subflow;
        connect(&world, host, sha256, &path(subflow)).await.unwrap()
    };
    let (_one, first) = join(&stream).await;
    let (_other, second) = join(&parity).await;
    // One picture on a stream, the next one in datagrams alone.
    let mut sending = first.open_uni().await.unwrap();
    let next = content(2, &inter(33));
    sending.write_all(&next).await.unwrap();
    sending.finish().unwrap();
    for datagram in whole(3, &content(3, &inter(66)), 0, second.max_datagram_size()) {
        second.send_datagram(datagram).unwrap();
    }
    let mut pictures = Vec::new();
    while pictures.last() != Some(&66) {
        let message = player.media().await;
        if is_picture(&message) {
            pictures.push(time_inside(&message));
        }
    }
    assert_eq!(pictures, [0, 33, 66]);
    // The publisher takes them with him.
    publisher.orders.send(Order::Close).unwrap();
    for session in [first, second] {
        timeout(PATIENCE, session.closed()).await.unwrap();
    }
}

/// The next limit that the publisher is told; until then he goes on with pictures that all come 300 ms late.
async fn limit(publisher: &mut Client, picture: &mut u32, start: Instant) -> u32 {
    let mut told = async || loop {
        publisher.send(&inter(*picture * 33));
        *picture += 1;
        let next = start + Duration::from_millis(u64::from(*picture) * 33 + 300);
        while let Ok(heard) = timeout_at(next.into(), publisher.heard.recv()).await {
            match heard {
                Some(Heard::Bitrate(limit)) => return limit,
                Some(_) => {}
                None => panic!("gone"),
            }
        }
    };
    timeout(PATIENCE, told()).await.expect("nothing was told")
}

#[tokio::test]
async fn what_was_too_much_for_one_connection_is_not_for_several() {
    let world = World::new().await;
    let mut publisher = world
        .publish(Carrier::WebTransport, &grant(Act::Publish, "c1"))
        .await;
    let start = Instant::now();
    publisher.send_all(&beginning());
    let further = offer(&mut publisher).await;
    let mut picture = 1;
    let limited = limit(&mut publisher, &mut picture, start).await;
    assert!(limited < 1_000_000, "{limited}");
    let path = format!("/rtmp/subflow/{}", further.ticket);
    let joined = connect(&world, &further.host, &further.sha256, &path).await;
    assert!(joined.is_some());
    let lifted = limit(&mut publisher, &mut picture, start).await;
    assert_eq!(lifted, 10_000_000, "as before, when there was none");
}

#[tokio::test]
async fn a_ticket_is_good_once_and_no_longer_than_its_publisher() {
    let world = World::new().await;
    let mut publisher = world
        .publish(Carrier::WebTransport, &grant(Act::Publish, "c1"))
        .await;
    let (used, left) = (offer(&mut publisher).await, offer(&mut publisher).await);
    let attempt = async |ticket: &str| {
        let key = world.key().await;
        let host = format!("{}.localhost", key.label);
        connect(
            &world,
            &host,
            &key.sha256,
            &format!("/rtmp/subflow/{ticket}"),
        )
        .await
    };
    let joined = attempt(&used.ticket).await;
    assert!(joined.is_some());
    assert!(attempt(&used.ticket).await.is_none());
    assert!(attempt("00").await.is_none());
    publisher.orders.send(Order::Close).unwrap();
    let (_endpoint, session) = joined.unwrap();
    timeout(PATIENCE, session.closed()).await.unwrap();
    assert!(attempt(&left.ticket).await.is_none());
    let refused = "counterpart_refused_total{reason=\"unknown_ticket\"}";
    let start = Instant::now();
    while world.metric(refused).await < 3.0 {
        assert!(start.elapsed() < PATIENCE, "not counted");
    }
}

#[tokio::test]
async fn a_page_hears_what_came() {
    let world = World::new().await;
    let mut publisher = world
        .publish(Carrier::WebTransport, &grant(Act::Publish, "c1"))
        .await;
    publisher.send_all(&beginning());
    let mut time = 0;
    let received = loop {
        publisher.send(&audio(time));
        time += 20;
        match timeout(Duration::from_millis(20), publisher.heard.recv()).await {
            Ok(Some(Heard::Received(received))) => break received,
            Ok(None) => panic!("gone"),
            _ => {}
        }
    };
    assert_eq!((received.missing, received.pictures), (0, 2));
    assert!(received.expected > 0, "{received:?}");
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
    let start = Instant::now();
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

#[tokio::test]
async fn whoever_says_goodbye_closes() {
    let world = World::new().await;
    let link = link(&world, Carrier::WebTransport).await;
    let (mut to, mut from) = link.session.open_bi().await.unwrap();
    to.finish().unwrap();
    assert_eq!(
        from.read(&mut [0]).await.unwrap(),
        None,
        "the node's goodbye"
    );
    // Chromium may crash a page whose streams end with the connection.
    let early = timeout(Duration::from_secs(1), link.session.closed()).await;
    assert!(early.is_err(), "closed under the page: {early:?}");
}
