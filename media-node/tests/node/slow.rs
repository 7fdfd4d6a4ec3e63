//! A reader who does not read.

use crate::support::stream::*;
use crate::support::{Carrier, Client, World, grant};
use counterpart_shared::grant::Act;
use counterpart_shared::rtmp::chunk::{ChunkLimits, ChunkReader, ChunkWriter};
use counterpart_shared::session::{ClientOutput, ClientSession};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Who has read up to the answer to his request and reads nothing any more.
struct Sleeper {
    socket: TcpStream,
    reader: ChunkReader,
}

/// Plays on TCP up to the request.
async fn sleeper(world: &World) -> Sleeper {
    sleeper_on(crate::support::connect(&world.rtmp()).await, world).await
}

async fn sleeper_on(mut socket: TcpStream, world: &World) -> Sleeper {
    let name = world.name(&grant(Act::Play, "c1"));
    let mut session = ClientSession::play("live", "rtmp://x/live", &name);
    let (mut reader, mut writer) = (ChunkReader::new(ChunkLimits::default()), ChunkWriter::new());
    loop {
        let mut out = VecDeque::new();
        while let Some(output) = session.poll() {
            match output {
                ClientOutput::Send(message) => writer.write(&message, &mut out),
                ClientOutput::Ready { .. } => return Sleeper { socket, reader },
                _ => {}
            }
        }
        for piece in out {
            socket.write_all(&piece).await.unwrap();
        }
        let mut bytes = [0; 4096];
        let read = socket.read(&mut bytes).await.unwrap();
        reader.push(&bytes[..read]);
        while let Some(message) = reader.next_message().unwrap() {
            session.receive(message).unwrap();
        }
    }
}

#[tokio::test]
async fn a_slow_reader_loses_pictures_and_nobody_else_feels_it() {
    let world = World::new().await;
    let publisher = world
        .publish(Carrier::Rtmp, &grant(Act::Publish, "c1"))
        .await;
    publisher.send_all(&beginning());
    let mut good = world.play(Carrier::Rtmp, &grant(Act::Play, "c1")).await;
    let sleeper = sleeper(&world).await;
    // 30 pictures a second of 100 kB: 3 MB/s, far more than the kernel holds.
    let mut expected = Vec::new();
    for step in 1..=90u32 {
        let time = step * 33;
        let picture = match step % 30 {
            0 => big_key(time, 100_000),
            n if n % 2 == 0 => big_disposable(time, 100_000),
            _ => big_inter(time, 100_000),
        };
        publisher.send(&picture);
        publisher.send(&audio(time));
        expected.push(time);
        tokio::time::sleep(Duration::from_millis(33)).await;
    }
    let mut pictures = Vec::new();
    while pictures.last() != Some(&2_970) {
        let message = good.media().await;
        if is_picture(&message) && time_inside(&message) > 0 {
            pictures.push(time_inside(&message));
        }
    }
    assert_eq!(pictures, expected);
    let dropped = async |reason: &str| {
        let line = format!("counterpart_frames_dropped_total{{reason=\"{reason}\"}}");
        world.metric(&line).await
    };
    assert!(dropped("disposable").await > 0.0);
    assert!(dropped("until_key").await > 0.0);
    drop(sleeper);
}

#[tokio::test]
async fn a_player_who_takes_nothing_is_closed() {
    let world = World::with(|config| config.timing.idle = Duration::from_millis(600)).await;
    let publisher = world
        .publish(Carrier::Rtmp, &grant(Act::Publish, "c1"))
        .await;
    publisher.send_all(&beginning());
    let _sleeper = sleeper(&world).await;
    let connected = "counterpart_connected{carrier=\"rtmp\"}";
    let start = std::time::Instant::now();
    let mut time = 0;
    while world.metric(connected).await > 1.0 {
        assert!(start.elapsed() < crate::support::PATIENCE, "still there");
        for _ in 0..30 {
            time += 33;
            publisher.send(&big_key(time, 100_000));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Bytes that were published until a reader of this socket, who reads nothing, has lost a picture.
async fn ahead_of(socket: TcpStream, world: &World, publisher: &Client) -> usize {
    let (mut published, mut time) = (0, 0);
    while world
        .metric("counterpart_frames_dropped_total{reason=\"disposable\"}")
        .await
        == 0.0
    {
        time += 33;
        publisher.send(&big_disposable(time, 1_000));
        published += 1_000;
        assert!(published < 200_000, "nothing was lost");
        tokio::time::sleep(Duration::from_millis(33)).await;
    }
    drop(socket);
    published
}

/// What the kernel and the node's own output hold can neither be left out nor overtaken.
#[tokio::test]
async fn little_is_ahead_of_what_a_slow_reader_may_lose() {
    let world = World::new().await;
    let publisher = world
        .publish(Carrier::Rtmp, &grant(Act::Publish, "c1"))
        .await;
    publisher.send_all(&beginning());
    let socket = crate::support::connect_narrow(&world.rtmp()).await;
    let socket = crate::support::shake_hands(socket).await;
    let sleeper = sleeper_on(socket, &world).await;
    let published = ahead_of(sleeper.socket, &world, &publisher).await;
    assert!(published < 60_000, "{published} bytes and nothing was lost");
}

/// A picture of 200 kB is under way when sound comes, which does not wait for the rest of it.
#[tokio::test]
async fn sound_goes_between_the_chunks_of_a_picture() {
    let world = World::new().await;
    let publisher = world
        .publish(Carrier::Rtmp, &grant(Act::Publish, "c1"))
        .await;
    publisher.send_all(&beginning());
    let mut good = world.play(Carrier::Rtmp, &grant(Act::Play, "c1")).await;
    let socket = crate::support::connect_narrow(&world.rtmp()).await;
    let socket = crate::support::shake_hands(socket).await;
    let mut sleeper = sleeper_on(socket, &world).await;
    publisher.send(&big_key(1_000, 200_000));
    publisher.send(&big_inter(1_001, 1_000));
    publisher.send(&audio(1_002));
    while good.media().await.timestamp != 1_002 {}
    let (mut bytes, mut order) = ([0; 4_096], Vec::new());
    while order.len() < 3 {
        let read = sleeper.socket.read(&mut bytes).await.unwrap();
        sleeper.reader.push(&bytes[..read]);
        while let Some(message) = sleeper.reader.next_message().unwrap() {
            if message.timestamp >= 1_000 {
                order.push(message.timestamp);
            }
        }
    }
    assert_eq!(order, [1_002, 1_000, 1_001]);
}

#[tokio::test]
async fn no_more_is_ahead_over_http() {
    let world = World::new().await;
    let publisher = world
        .publish(Carrier::Rtmp, &grant(Act::Publish, "c1"))
        .await;
    publisher.send_all(&beginning());
    let play = grant(Act::Play, "c1");
    let address = format!("127.0.0.1:{}", world.endpoints.http_port);
    let mut socket = crate::support::connect_narrow(&address).await;
    let target = format!(
        "/live/{}.flv?grant={}",
        play.stream,
        world.edge.token(&play)
    );
    let request = format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    socket.readable().await.unwrap();
    let published = ahead_of(socket, &world, &publisher).await;
    assert!(published < 40_000, "{published} bytes and nothing was lost");
}
