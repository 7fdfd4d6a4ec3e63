//! A player behind a bad network. A program of its own, so that nothing else runs meanwhile.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod link;
#[path = "../node/support/mod.rs"]
mod support;

use crate::link::{BadLink, Weather};
use crate::support::stream::*;
use crate::support::{Carrier, Client, Heard, World, grant};
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
    /// How late this machine woke us, sorted: what it adds to every delay, several times over.
    wakes: Vec<u32>,
}

impl Seen {
    fn delay(&self, percent: usize) -> u32 {
        self.delays[(self.delays.len() - 1) * percent / 100]
    }

    /// What a machine that is busy with other things may add.
    fn allowance(&self) -> u32 {
        8 * self.wakes[(self.wakes.len() - 1) * 9 / 10]
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
        wakes: Vec::new(),
    };
    while now() < end + 500 {
        tokio::select! {
            due = tick.tick(), if now() < end => {
                seen.wakes.push(due.elapsed().as_millis() as u32);
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
    seen.wakes.sort_unstable();
    println!(
        "{} pictures, {} sounds, delay p50 {} p95 {} p99 {} ms, woken {} ms late, at last {kbps} kbit/s",
        seen.pictures,
        seen.sounds,
        seen.delay(50),
        seen.delay(95),
        seen.delay(99),
        seen.allowance() / 8,
    );
    seen
}

/// One at a time: these tests look at the clock.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

async fn through(weather: Weather, seconds: u32, kbps: u32) -> Seen {
    let _alone = ALONE.lock().await;
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
    assert!(seen.pictures > 190, "{} of 240 pictures", seen.pictures);
    assert!(seen.sounds > 350, "{} of 400 sounds", seen.sounds);
    let (half, allowed) = (seen.delay(50), 150 + seen.allowance());
    assert!(
        half < allowed,
        "half of them take {half} ms, {allowed} are allowed"
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
    assert!(seen.sounds > 480, "{} of 600 sounds", seen.sounds);
    let (half, allowed) = (seen.delay(50), 300 + seen.allowance());
    assert!(
        half < allowed,
        "half of them take {half} ms, {allowed} are allowed"
    );
}
