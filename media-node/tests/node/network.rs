//! A player behind a bad network.

use crate::support::stream::*;
use crate::support::{BadLink, Carrier, Client, Heard, Weather, World, grant};
use counterpart_shared::grant::Act;
use std::time::{Duration, Instant};

/// Bytes of an ordinary picture at 30 pictures and `kbps` in all, keyframes being four times as large.
fn picture_len(kbps: u32) -> usize {
    (kbps as usize * 1_000 / 8 - 50 * 85) / 33
}

/// What a player saw.
#[derive(Debug)]
struct Seen {
    pictures: usize,
    sounds: usize,
    /// Delays of pictures, sorted.
    delays: Vec<u32>,
}

impl Seen {
    fn delay(&self, percent: usize) -> u32 {
        self.delays[(self.delays.len() - 1) * percent / 100]
    }
}

/// Publishes in real time and plays at the same time, for so many seconds. Times in pictures are
/// milliseconds since the start. `follow` makes the publisher obey bitrates and wishes for keyframes.
async fn converse(
    publisher: &mut Client,
    player: &mut Client,
    seconds: u32,
    mut kbps: u32,
    follow: bool,
) -> Seen {
    publisher.send_all(&[video_config(), audio_config()]);
    let start = Instant::now();
    let now = || start.elapsed().as_millis() as u32;
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    let (mut pictures, mut key_wanted) = (0, true);
    let (ceiling, end) = (kbps, seconds * 1_000);
    let mut seen = Seen {
        pictures: 0,
        sounds: 0,
        delays: Vec::new(),
    };
    while now() < end + 500 {
        tokio::select! {
            _ = tick.tick(), if now() < end => {
                publisher.send(&audio(now()));
                if now() < pictures * 33 {
                    continue;
                }
                let len = picture_len(kbps);
                let is_key = key_wanted || pictures % 60 == 0;
                key_wanted = false;
                pictures += 1;
                publisher.send(&match is_key {
                    true => big_key(now(), len * 4),
                    false => big_inter(now(), len),
                });
            }
            Some(heard) = publisher.heard.recv() => match heard {
                Heard::KeyframeRequest => key_wanted = follow,
                Heard::Bitrate(limit) if follow => kbps = (limit / 1_000).clamp(150, ceiling),
                _ => {}
            },
            Some(heard) = player.heard.recv() => {
                let Heard::Media(message) = heard else { continue };
                if is_picture(&message) {
                    seen.pictures += 1;
                    seen.delays.push(now() - time_inside(&message));
                } else {
                    seen.sounds += 1;
                }
            }
            () = tokio::time::sleep(Duration::from_millis(50)) => {}
        }
    }
    seen.delays.sort_unstable();
    println!(
        "{} pictures, {} sounds, delay p50 {} p95 {} p99 {} ms, at last {kbps} kbit/s",
        seen.pictures,
        seen.sounds,
        seen.delay(50),
        seen.delay(95),
        seen.delay(99)
    );
    seen
}

async fn through(weather: Weather, seconds: u32, kbps: u32) -> Seen {
    let world = World::new().await;
    let link = BadLink::to(world.endpoints.udp_port, weather).await;
    let publish = grant(Act::Publish, "c1");
    let mut publisher = world.publish(Carrier::Quic, &publish).await;
    let play = grant(Act::Play, "c1");
    let mut player = world.play(Carrier::Via(link.port), &play).await;
    converse(&mut publisher, &mut player, seconds, kbps, true).await
}

#[tokio::test]
async fn random_loss_costs_little() {
    let weather = Weather {
        delay: Duration::from_millis(40),
        loss: 0.05,
        rate: 10_000_000,
        queue: Duration::from_millis(500),
    };
    let seen = through(weather, 8, 600).await;
    assert!(seen.pictures > 200, "{} of 240 pictures", seen.pictures);
    assert!(seen.sounds > 370, "{} of 400 sounds", seen.sounds);
    assert!(
        seen.delay(50) < 150,
        "half of them take {} ms",
        seen.delay(50)
    );
}

#[tokio::test]
async fn a_narrow_link_lowers_the_publishers_bitrate() {
    let weather = Weather {
        delay: Duration::from_millis(40),
        loss: 0.0,
        rate: 600_000,
        queue: Duration::from_millis(500),
    };
    let seen = through(weather, 12, 1_200).await;
    assert!(
        seen.delay(50) < 600,
        "half of them take {} ms",
        seen.delay(50)
    );
    assert!(seen.sounds > 500, "{} of 600 sounds", seen.sounds);
}
