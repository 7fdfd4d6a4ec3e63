//! A browser's Opus for readers who know only AAC.

use crate::support::stream::*;
use crate::support::{Carrier, Client, FlvPlayer, World, grant};
use counterpart_shared::flv::{AudioBody, AudioCodec, AudioPacket, TagKind};
use counterpart_shared::grant::Act;
use counterpart_shared::opus::OpusHead;
use counterpart_shared::rtmp::{Message, MessageKind};
use std::time::Duration;

fn sound(timestamp: u32, body: AudioBody) -> Message {
    Message {
        kind: MessageKind::Audio,
        stream_id: 1,
        timestamp,
        payload: body.encode(),
    }
}

/// Publishes pictures and a tone for so many packets of 20 ms.
async fn talk(publisher: &Client, packets: u32) {
    let head = OpusHead::new(1, 312, 48_000).encode();
    let config = AudioBody::config(AudioCodec::Opus, head.into());
    publisher.send_all(&[video_config(), sound(0, config), key(0)]);
    let mut encoder =
        opus::Encoder::new(48_000, opus::Channels::Mono, opus::Application::Voip).unwrap();
    for step in 0..packets {
        let tone = |n: u32| (((step * 960 + n) as f32 * 0.05).sin() * 9_000.0) as i16;
        let samples: Vec<i16> = (0..960).map(tone).collect();
        let packet = encoder.encode_vec(&samples, 400).unwrap();
        let body = AudioBody::coded(AudioCodec::Opus, packet.into());
        publisher.send(&sound(step * 20, body));
        publisher.send(&inter(step * 20 + 10));
        tokio::time::sleep(Duration::from_millis(20)).await;
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
