//! `make bench-node`: what the media node adds to a frame's way, beside a bare relay of the same bytes.
//!
//! Method. One publisher and one player in this process, one clock. 30 pictures a second (2,000 bytes; a keyframe of
//! 12,000 every 2 s) and 50 sound packets (160 bytes), about 545 kbit/s, each sent at its own time and stamped as it
//! is handed to the socket's task; the delay of a frame ends when the player's task gets it. The relay is a TCP
//! socket pair with the same messages behind a length, read and written whole by one task.

use anyhow::{Context, Result, bail};
use bytes::{BufMut, Bytes, BytesMut};
use clap::Parser;
use counterpart_native::carry::{Connection, Event};
use counterpart_native::encode::{VideoEncoder, VideoSettings};
use counterpart_native::picture::{Picture, Size};
use counterpart_shared::api::{CreateCall, MediaUrls, PartyUrls};
use counterpart_shared::flv::{AudioBody, AudioCodec, FrameType, VideoBody};
use counterpart_shared::grant::{Act, Role};
use counterpart_shared::opus::OpusHead;
use counterpart_shared::rtmp::{Message, MessageKind};
use counterpart_tests::figures::{Spread, row, usage, write_report};
use counterpart_tests::system::{Options, System};
use serde::Serialize;
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

#[derive(Parser)]
struct Args {
    /// How long each way is measured.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// How many publishers, each with one player, are there at once to see what a stream costs.
    #[arg(long, default_value_t = 20)]
    pairs: usize,
    /// How many players come one after the other to wait for their first keyframe.
    #[arg(long, default_value_t = 30)]
    joins: usize,
}

#[derive(Serialize)]
struct Report {
    /// Milliseconds from hand-over to arrival.
    delay: Vec<(String, Spread)>,
    /// Milliseconds from dialling RTMP to the first keyframe.
    first_keyframe: Spread,
    /// Milliseconds from the first keyframe until a frame was no older than 50 ms.
    caught_up: Spread,
    /// How many publishers, each with one player, there were at once for `cost`.
    pairs: usize,
    /// Milliseconds of processor time that the node used per second and played stream.
    cost: Vec<(String, f64)>,
    /// The node's resident memory then, bytes.
    node_memory_bytes: u64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    let folder = tempfile::tempdir()?;
    let system = System::start(Options::new(folder.path())).await?;
    let period = Duration::from_secs(args.seconds);
    let mut delay = Vec::new();
    delay.push(("bare TCP relay".to_owned(), relay(period).await?));
    for (publish, play) in [
        ("rtmp", "rtmp"),
        ("quic", "quic"),
        ("rtmp", "quic"),
        ("quic", "rtmp"),
    ] {
        let (publisher, player) = connected(&system, publish, play).await?;
        let spread = through(publisher, player, period).await?;
        delay.push((format!("{publish} -> {play}"), spread));
    }
    let mut cost = Vec::new();
    for carrier in ["rtmp", "quic"] {
        cost.push((
            carrier.to_owned(),
            cost_of(&system, carrier, args.pairs, period).await?,
        ));
    }
    let node_memory_bytes = usage(&system.node)?.memory_bytes;
    let (first_keyframe, caught_up) = joins(&system, args.joins).await?;
    let report = Report {
        delay,
        first_keyframe,
        caught_up,
        pairs: args.pairs,
        cost,
        node_memory_bytes,
    };
    print(&report);
    write_report("node", &report)
}

fn print(report: &Report) {
    println!(
        "{:<18} {:>7} {:>8} {:>8} {:>8} {:>8}",
        "delay, ms", "frames", "p50", "p95", "p99", "max"
    );
    for (name, spread) in &report.delay {
        println!("{name:<18} {}", row(spread));
    }
    println!("{:<18} {}", "first keyframe", row(&report.first_keyframe));
    println!("{:<18} {}", "then caught up", row(&report.caught_up));
    for (carrier, ms) in &report.cost {
        println!(
            "{carrier} -> {carrier}, {} at once: {ms:.2} ms of processor time per second and stream",
            report.pairs
        );
    }
    println!("node: {:.1} MB", report.node_memory_bytes as f64 / 1e6);
}

/// A caller's stream: where to publish, and where his counterpart plays it.
async fn urls(system: &System) -> Result<PartyUrls> {
    let edge = system.api()?;
    let alice = system.token("alice", Role::Customer, None).await?;
    let wish = CreateCall {
        callee: "bob".parse()?,
        record: false,
    };
    let call = edge.create_call(&alice, &wish).await?.call;
    Ok(edge
        .post(
            &format!("/v1/calls/{call}/urls"),
            &alice,
            &serde_json::json!({}),
        )
        .await?)
}

fn form<'a>(urls: &'a MediaUrls, name: &str) -> &'a str {
    if name == "rtmp" {
        &urls.rtmp
    } else {
        &urls.quic
    }
}

async fn connected(system: &System, publish: &str, play: &str) -> Result<(Connection, Connection)> {
    let urls = urls(system).await?;
    let publisher = Connection::open(&form(&urls.publish, publish).parse()?, Act::Publish).await?;
    for message in Clip::new()?.configurations() {
        publisher
            .sender()
            .send(&message)
            .await
            .ok()
            .context("the publisher is closed")?;
    }
    let player = Connection::open(&form(&urls.play, play).parse()?, Act::Play).await?;
    Ok((publisher, player))
}

/// Sends for the period and spreads the delays of what arrives.
async fn through(
    publisher: Connection,
    mut player: Connection,
    period: Duration,
) -> Result<Spread> {
    let zero = Instant::now();
    let sender = publisher.sender();
    let sending = tokio::spawn(async move {
        let mut clip = Clip::new()?;
        while let Some(message) = clip.next(zero, period).await {
            sender
                .send(&message)
                .await
                .ok()
                .context("the publisher is closed")?;
        }
        anyhow::Ok(clip.sent)
    });
    let mut delays = Vec::new();
    let end = tokio::time::sleep(period + Duration::from_millis(500));
    tokio::pin!(end);
    loop {
        tokio::select! {
            () = &mut end => break,
            event = player.next() => match event {
                Some(Event::Media(message)) => delays.extend(age(&message, zero)),
                Some(Event::Failed(error)) => return Err(error.into()),
                Some(Event::Closed(status)) => bail!("closed: {status:?}"),
                Some(_) => {}
                None => bail!("the player's connection ended"),
            }
        }
    }
    let sent = sending.await??;
    if delays.len() * 100 < sent * 95 {
        bail!("only {} of {sent} frames arrived", delays.len());
    }
    player.close().await;
    publisher.close().await;
    Ok(Spread::of(delays).unwrap_or_default())
}

/// What the node spends on one of many streams.
async fn cost_of(system: &System, carrier: &str, pairs: usize, period: Duration) -> Result<f64> {
    let mut running = JoinSet::new();
    for _ in 0..pairs {
        let (publisher, player) = connected(system, carrier, carrier).await?;
        running.spawn(through(publisher, player, period));
    }
    let (before, begin) = (usage(&system.node)?, Instant::now());
    while let Some(ended) = running.join_next().await {
        ended??;
    }
    let used = (usage(&system.node)?.cpu - before.cpu).as_secs_f64() * 1e3;
    Ok(used / begin.elapsed().as_secs_f64() / pairs as f64)
}

async fn joins(system: &System, count: usize) -> Result<(Spread, Spread)> {
    let urls = urls(system).await?;
    let publisher = Connection::open(&urls.publish.rtmp.parse()?, Act::Publish).await?;
    let zero = Instant::now();
    let sender = publisher.sender();
    let sending = tokio::spawn(async move {
        let mut clip = Clip::new()?;
        for message in clip.configurations() {
            sender
                .send(&message)
                .await
                .ok()
                .context("the publisher is closed")?;
        }
        while let Some(message) = clip.next(zero, Duration::MAX).await {
            sender
                .send(&message)
                .await
                .ok()
                .context("the publisher is closed")?;
        }
        anyhow::Ok(())
    });
    tokio::time::sleep(Duration::from_millis(2500)).await;
    let (mut first, mut caught) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let (keyframe, live) = join(&urls.play, zero).await?;
        first.push(keyframe);
        caught.push(live);
        // So that the joins fall on all places between two keyframes.
        tokio::time::sleep(Duration::from_millis(70)).await;
    }
    sending.abort();
    publisher.close().await;
    Ok((
        Spread::of(first).unwrap_or_default(),
        Spread::of(caught).unwrap_or_default(),
    ))
}

async fn join(urls: &MediaUrls, zero: Instant) -> Result<(f64, f64)> {
    let dialled = Instant::now();
    let mut player = Connection::open(&urls.rtmp.parse()?, Act::Play).await?;
    let mut keyframe = None;
    while let Some(event) = player.next().await {
        let Event::Media(message) = event else {
            continue;
        };
        if message.kind == MessageKind::Video && message.payload.starts_with(&[0x17, 1]) {
            keyframe.get_or_insert_with(Instant::now);
        }
        if let (Some(at), Some(age)) = (keyframe, age(&message, zero))
            && age < 50.0
        {
            player.close().await;
            let ms = |from: Instant, to: Instant| to.duration_since(from).as_secs_f64() * 1e3;
            return Ok((ms(dialled, at), ms(at, Instant::now())));
        }
    }
    bail!("the player's connection ended")
}

/// Milliseconds since a frame was stamped.
fn age(message: &Message, zero: Instant) -> Option<f64> {
    let stamp = message.payload.last_chunk::<12>()?;
    let (mark, stamp) = stamp.split_first_chunk::<4>()?;
    let micros = u64::from_be_bytes(stamp.try_into().ok()?);
    (mark == MARK).then(|| zero.elapsed().as_secs_f64() * 1e3 - micros as f64 / 1e3)
}

const MARK: &[u8; 4] = b"STMP";

/// The frames of a call, one after the other, each at its time.
struct Clip {
    config: Bytes,
    keyframe: Bytes,
    pictures: u64,
    sounds: u64,
    sent: usize,
}

impl Clip {
    fn new() -> Result<Self> {
        let picture = Picture::black(Size::new(640, 360)?);
        let mut encoder = VideoEncoder::new(VideoSettings {
            bitrate: 500_000,
            fps: 30,
        })?;
        let coded = encoder
            .encode(&picture, Duration::ZERO)?
            .context("the encoder skipped the first picture")?;
        Ok(Self {
            config: coded
                .config
                .context("the first picture brings a configuration")?,
            keyframe: coded.body,
            pictures: 0,
            sounds: 0,
            sent: 0,
        })
    }

    fn configurations(&self) -> Vec<Message> {
        let opus = AudioBody::config(
            AudioCodec::Opus,
            OpusHead::new(1, 0, 48_000).encode().into(),
        );
        vec![
            message(MessageKind::Video, 0, self.config.clone()),
            message(MessageKind::Audio, 0, opus.encode()),
        ]
    }

    /// Waits for the next frame's time; `None` at the end of the period.
    async fn next(&mut self, zero: Instant, period: Duration) -> Option<Message> {
        let picture = Duration::from_micros(self.pictures * 33_333);
        let sound = Duration::from_micros(self.sounds * 20_000 + 7_000);
        let at = picture.min(sound);
        if at >= period {
            return None;
        }
        tokio::time::sleep_until((zero + at).into()).await;
        self.sent += 1;
        let ms = at.as_millis() as u32;
        Some(if picture < sound {
            self.pictures += 1;
            message(MessageKind::Video, ms, self.picture(zero))
        } else {
            self.sounds += 1;
            let packet = stamped(BytesMut::from(&[0xF8; 148][..]), zero);
            message(
                MessageKind::Audio,
                ms,
                AudioBody::coded(AudioCodec::Opus, packet).encode(),
            )
        })
    }

    fn picture(&self, zero: Instant) -> Bytes {
        if self.pictures % 60 == 1 {
            let filler = BytesMut::from(&nal(0x0C, 12_000)[..]);
            let mut body = BytesMut::from(&self.keyframe[..]);
            body.put_slice(&stamped(filler, zero));
            return body.freeze();
        }
        let data = stamped(BytesMut::from(&nal(0x41, 2_000)[..]), zero);
        VideoBody::coded(FrameType::Inter, 0, data).encode()
    }
}

/// A length-prefixed NAL unit of this type that has room for a stamp.
fn nal(header: u8, size: usize) -> Vec<u8> {
    let mut nal = vec![0x55; size - 12];
    nal[..4].copy_from_slice(&(size as u32 - 4).to_be_bytes());
    nal[4] = header;
    nal
}

fn stamped(mut body: BytesMut, zero: Instant) -> Bytes {
    body.put_slice(MARK);
    body.put_u64(zero.elapsed().as_micros() as u64);
    body.freeze()
}

fn message(kind: MessageKind, timestamp: u32, payload: Bytes) -> Message {
    Message {
        kind,
        stream_id: 0,
        timestamp,
        payload,
    }
}

/// The same frames over a bare TCP relay.
async fn relay(period: Duration) -> Result<Spread> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let mut publisher = TcpStream::connect(address).await?;
    let (mut from, _) = listener.accept().await?;
    let mut player = TcpStream::connect(address).await?;
    let (mut to, _) = listener.accept().await?;
    for socket in [&publisher, &from, &player, &to] {
        socket.set_nodelay(true)?;
    }
    let forward = tokio::spawn(async move {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(read @ 1..) = from.read(&mut buffer).await {
            to.write_all(&buffer[..read]).await?;
        }
        anyhow::Ok(())
    });
    let zero = Instant::now();
    let sending = tokio::spawn(async move {
        let mut clip = Clip::new()?;
        while let Some(message) = clip.next(zero, period).await {
            let mut bytes = BytesMut::new();
            bytes.put_u32(message.payload.len() as u32);
            bytes.put_slice(&message.payload);
            publisher.write_all(&bytes).await?;
        }
        anyhow::Ok(())
    });
    let mut delays = Vec::new();
    while let Ok(length) = player.read_u32().await {
        let mut payload = vec![0; length as usize];
        player.read_exact(&mut payload).await?;
        delays.extend(age(&message(MessageKind::Video, 0, payload.into()), zero));
    }
    sending.await??;
    forward.await??;
    Ok(Spread::of(delays).unwrap_or_default())
}
