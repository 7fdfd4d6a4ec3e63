//! A browser's Opus for readers who know only AAC.

use crate::support::stream::*;
use crate::support::{Carrier, Client, FlvPlayer, PATIENCE, World, grant};
use counterpart_shared::flv::{AudioBody, AudioCodec, AudioPacket, TagKind};
use counterpart_shared::grant::Act;
use counterpart_shared::opus::OpusHead;
use counterpart_shared::rtmp::{Message, MessageKind};
use std::time::{Duration, Instant};

fn sound(timestamp: u32, body: AudioBody) -> Message {
    Message {
        kind: MessageKind::Audio,
        stream_id: 1,
        timestamp,
        payload: body.encode(),
    }
}

/// Publishes pictures and a tone for so many packets of 20 ms.
pub(crate) async fn talk(publisher: &Client, packets: u32) {
    let head = OpusHead::new(1, 312, 48_000).encode();
    let config = AudioBody::config(AudioCodec::Opus, head.into());
    publisher.send_all(&[video_config(), sound(0, config), key(0)]);
    let mut encoder =
        opus::Encoder::new(48_000, opus::Channels::Mono, opus::Application::Voip).unwrap();
    let mut every = tokio::time::interval(Duration::from_millis(20));
    for step in 0..packets {
        let tone = |n: u32| (((step * 960 + n) as f32 * 0.05).sin() * 9_000.0) as i16;
        let samples: Vec<i16> = (0..960).map(tone).collect();
        let packet = encoder.encode_vec(&samples, 400).unwrap();
        let body = AudioBody::coded(AudioCodec::Opus, packet.into());
        publisher.send(&sound(step * 20, body));
        publisher.send(&inter(step * 20 + 10));
        every.tick().await;
    }
}

#[tokio::test]
async fn opus_reaches_flv_as_aac_and_quic_as_it_is() {
    let world = World::new().await;
    let publish = grant(Act::Publish, "c1");
    let publisher = world.publish(Carrier::WebTransport, &publish).await;
    let play = grant(Act::Play, "c1");
    let mut quic = world.play(Carrier::Quic, &play).await;
    let target = format!(
        "/live/{}.flv?grant={}",
        play.stream,
        world.edge.token(&play)
    );
    let talking = tokio::spawn(async move {
        talk(&publisher, 60).await;
        publisher
    });
    let mut flv = FlvPlayer::open(&world.endpoints, &target).await;
    let mut configs = 0;
    let mut times = Vec::new();
    while times.len() < 20 {
        let tag = flv.tag().await.unwrap();
        if tag.kind != TagKind::Audio {
            continue;
        }
        let body = AudioBody::parse(&tag.body).unwrap();
        assert_eq!(body.codec, AudioCodec::Aac);
        match body.packet {
            AudioPacket::Config(_) => configs += 1,
            _ => times.push(tag.timestamp),
        }
    }
    assert_eq!(configs, 1);
    assert!(
        times
            .windows(2)
            .all(|two| (21..=22).contains(&(two[1] - two[0])))
    );
    let mut opus = 0;
    while opus < 20 {
        let message = quic.media().await;
        if message.kind == MessageKind::Audio {
            let body = AudioBody::parse(&message.payload).unwrap();
            assert_eq!(body.codec, AudioCodec::Opus);
            opus += 1;
        }
    }
    talking.await.unwrap().close();
}

/// What a packet of sound is late by, against a clock that shows its time when it is sent.
fn late(start: Instant, timestamp: u32) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0 - f64::from(timestamp)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[tokio::test]
async fn coding_anew_adds_less_than_60_ms() {
    let world = World::new().await;
    let publish = grant(Act::Publish, "c1");
    let publisher = world.publish(Carrier::WebTransport, &publish).await;
    let play = grant(Act::Play, "c1");
    let mut quic = world.play(Carrier::Quic, &play).await;
    let token = world.edge.token(&play);
    let target = format!("/live/{}.flv?grant={token}", play.stream);
    let start = Instant::now();
    let talking = tokio::spawn(async move {
        talk(&publisher, 200).await;
        publisher
    });
    let as_it_is = async {
        let mut delays = Vec::new();
        while delays.len() < 100 {
            let message = quic.media().await;
            if message.kind == MessageKind::Audio && message.timestamp >= 1_000 {
                delays.push(late(start, message.timestamp));
            }
        }
        median(delays)
    };
    let as_aac = async {
        let mut flv = FlvPlayer::open(&world.endpoints, &target).await;
        let mut delays = Vec::new();
        while delays.len() < 100 {
            let tag = flv.tag().await.unwrap();
            if tag.kind == TagKind::Audio && tag.timestamp >= 1_000 {
                delays.push(late(start, tag.timestamp));
            }
        }
        median(delays)
    };
    let (opus, aac) = tokio::join!(as_it_is, as_aac);
    let added = aac - opus;
    println!("coding anew adds {added:.1} ms");
    assert!((0.0..60.0).contains(&added), "{added:.1} ms");
    talking.abort();
}

async fn transcoding(world: &World, wanted: f64) {
    let start = Instant::now();
    while world.metric("counterpart_transcoding").await != wanted {
        assert!(start.elapsed() < PATIENCE, "never {wanted}");
    }
}

#[tokio::test]
async fn one_coder_serves_all_and_only_while_somebody_needs_it() {
    let world = World::new().await;
    let publish = grant(Act::Publish, "c1");
    let publisher = world.publish(Carrier::WebTransport, &publish).await;
    let play = grant(Act::Play, "c1");
    let mut quic = world.play(Carrier::Quic, &play).await;
    let talking = tokio::spawn(async move { talk(&publisher, 2_000).await });
    while quic.media().await.kind != MessageKind::Audio {}
    transcoding(&world, 0.0).await;
    let token = world.edge.token(&play);
    let target = format!("/live/{}.flv?grant={token}", play.stream);
    let mut first = FlvPlayer::open(&world.endpoints, &target).await;
    let mut second = FlvPlayer::open(&world.endpoints, &target).await;
    let third = world.play(Carrier::Rtmp, &play).await;
    transcoding(&world, 1.0).await;
    // Both hear the very same packets.
    let mut heard = Vec::new();
    while heard.len() < 20 {
        let tag = first.tag().await.unwrap();
        if tag.kind == TagKind::Audio && tag.body[1] == 1 {
            heard.push((tag.timestamp, tag.body));
        }
    }
    let last = heard[19].clone();
    loop {
        let tag = second.tag().await.unwrap();
        if tag.kind == TagKind::Audio && (tag.timestamp, &tag.body) == (last.0, &last.1) {
            break;
        }
    }
    drop((first, second));
    third.vanish();
    transcoding(&world, 0.0).await;
    quic.media().await;
    talking.abort();
}

#[tokio::test]
async fn the_sound_of_an_aac_publisher_goes_to_browsers_untouched() {
    let world = World::new().await;
    let publish = grant(Act::Publish, "c1");
    let publisher = world.publish(Carrier::Rtmp, &publish).await;
    let mut browser = world
        .play(Carrier::WebTransport, &grant(Act::Play, "c1"))
        .await;
    publisher.send_all(&beginning());
    let mut sent: Vec<_> = (1..=20).map(|step| audio(step * 21)).collect();
    publisher.send_all(&sent);
    sent.insert(0, audio(0));
    let mut heard = Vec::new();
    while heard.len() < sent.len() {
        let message = browser.media().await;
        if message.kind == MessageKind::Audio && message.payload[1] == 1 {
            heard.push((message.timestamp, message.payload));
        }
    }
    let sent: Vec<_> = sent.into_iter().map(|m| (m.timestamp, m.payload)).collect();
    assert_eq!(heard, sent);
    assert_eq!(world.metric("counterpart_transcoding").await, 0.0);
}
