//! `make bench-web`: how long a picture and a sound of the web client take from one page to the other, beside the same pages
//! as a plain WebRTC call of the same Chromium.
//!
//! Method. One headless Chromium with two pages, one edge, one node, all on this machine and its loopback. The first page has
//! a camera of 640×360 at 30 pictures a second, drawn on a canvas: each picture carries the instant at which it was drawn, as
//! 64 black and white cells, over moving rectangles. Its microphone is a worklet that beeps whenever a second begins. The
//! second page looks at its picture at every frame of its own (it draws the element that shows the call and reads the mark),
//! so a picture counts when a viewer could see it; and an ear stands beside the page's output of sound, whose beeps count when
//! they leave the loudspeaker, as the browser says. All instants are of one clock.
//!
//! Rounds alternate between this product (H.264 Baseline and Opus over WebTransport through the node, encrypted on both
//! legs) and WebRTC (H.264 Baseline and Opus from page to page, no server between, encrypted on its one leg), both with at
//! most 900 kbit/s of pictures. Each warms up for some seconds, which do not count. WebRTC's sound goes through an audio
//! context like ours, where the ear can stand. "Sound after picture" is the difference of the two medians.

use anyhow::{Context, Result};
use clap::Parser;
use counterpart_shared::api::{CreateCall, PartyUrls};
use counterpart_shared::grant::Role;
use counterpart_tests::figures::{Spread, row, write_report};
use counterpart_tests::media_pages::{MediaPages, Seen};
use counterpart_tests::system::{Options, System};
use serde::Serialize;
use serde_json::json;
use std::fs;
use std::time::Duration;

#[derive(Parser)]
struct Args {
    /// How long each round is measured.
    #[arg(long, default_value_t = 15)]
    seconds: u64,
    /// How many rounds each way has.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How long a round runs before it counts.
    #[arg(long, default_value_t = 5)]
    warm_up: u64,
}

/// What was measured of one way.
#[derive(Default)]
struct Measured {
    name: &'static str,
    frames: Vec<f64>,
    sounds: Vec<f64>,
    freezes: u64,
    frozen_ms: f64,
    /// The median of each round's frames.
    rounds: Vec<f64>,
}

#[derive(Serialize)]
struct Way {
    name: &'static str,
    /// Milliseconds from drawing a picture until it stands in the other page.
    frame_delay: Spread,
    /// Milliseconds from making a sound until it leaves the other page's output.
    mouth_to_ear: Spread,
    sound_after_picture_ms: f64,
    pictures_per_second: f64,
    freezes: u64,
    frozen_ms: f64,
    /// The median frame delay of each round.
    rounds_p50: Vec<f64>,
}

#[derive(Serialize)]
struct Report {
    seconds: u64,
    rounds: usize,
    /// Runnable processes over the last minute, before and after: what else the machine had to do.
    load: [String; 2],
    ways: Vec<Way>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    let folder = tempfile::tempdir()?;
    let system = System::start(Options::new(folder.path())).await?;
    let mut pages = MediaPages::open(&["ann", "ben"], folder.path()).await?;
    pages.tell("ann", "open", json!([true])).await?;
    let before = load();
    let mut ways = [Measured::of("counterpart"), Measured::of("webrtc")];
    for round in 1..=args.rounds {
        for way in &mut ways {
            println!("round {round} of {}: {}", args.rounds, way.name);
            match way.name {
                "webrtc" => dial_webrtc(&mut pages).await?,
                _ => dial(&system, &mut pages).await?,
            }
            way.measure(&mut pages, &args).await?;
            pages.tell("ann", "stop", json!([])).await?;
            pages.tell("ben", "stop", json!([])).await?;
        }
    }
    pages.close().await?;
    let span = (args.seconds * args.rounds as u64) as f64;
    let ways = ways.into_iter().map(|way| way.sum(span));
    let report = Report {
        seconds: args.seconds,
        rounds: args.rounds,
        load: [before, load()],
        ways: ways.collect::<Result<_>>()?,
    };
    print(&report);
    write_report("bench-web", &report)
}

/// A call over WebTransport, through the node.
async fn dial(system: &System, pages: &mut MediaPages) -> Result<()> {
    let token = system.token("ann", Role::Customer, None).await?;
    let wish = CreateCall {
        callee: "ben".parse()?,
        record: false,
    };
    let edge = system.api()?;
    let call = edge.create_call(&token, &wish).await?.call;
    let path = format!("/v1/calls/{call}/urls");
    let urls: PartyUrls = edge.post(&path, &token, &json!({})).await?;
    pages.publish("ann", &urls.publish).await?;
    pages.play("ben", &urls.play).await
}

/// The same call, from page to page.
async fn dial_webrtc(pages: &mut MediaPages) -> Result<()> {
    let offer: String = pages.call("ann", "offer", json!([])).await?;
    let answer: String = pages.call("ben", "answer", json!([offer])).await?;
    pages.tell("ann", "accept", json!([answer])).await
}

impl Measured {
    fn of(name: &'static str) -> Self {
        Self {
            name,
            ..Self::default()
        }
    }

    /// Looks and listens for one round.
    async fn measure(&mut self, pages: &mut MediaPages, args: &Args) -> Result<()> {
        tokio::time::sleep(Duration::from_secs(args.warm_up)).await;
        pages.seen("ben").await?;
        let _: Vec<f64> = pages.call("ann", "spoken", json!([])).await?;
        let _: Vec<f64> = pages.call("ben", "heard", json!([])).await?;
        tokio::time::sleep(Duration::from_secs(args.seconds)).await;
        let Seen {
            delays,
            freezes,
            frozen_ms,
            ..
        } = pages.seen("ben").await?;
        let spoken: Vec<f64> = pages.call("ann", "spoken", json!([])).await?;
        let heard: Vec<f64> = pages.call("ben", "heard", json!([])).await?;
        self.rounds
            .extend(Spread::of(delays.clone()).map(|spread| spread.p50));
        self.frames.extend(delays);
        self.sounds
            .extend(heard.into_iter().filter_map(|at| since(&spoken, at)));
        self.freezes += freezes;
        self.frozen_ms += frozen_ms;
        Ok(())
    }

    /// All rounds together, which lasted so many seconds.
    fn sum(self, seconds: f64) -> Result<Way> {
        let pictures = self.frames.len() as f64;
        let frame_delay =
            Spread::of(self.frames).with_context(|| format!("{}: no pictures", self.name))?;
        let mouth_to_ear =
            Spread::of(self.sounds).with_context(|| format!("{}: no sound", self.name))?;
        Ok(Way {
            name: self.name,
            frame_delay,
            mouth_to_ear,
            sound_after_picture_ms: mouth_to_ear.p50 - frame_delay.p50,
            pictures_per_second: pictures / seconds,
            freezes: self.freezes,
            frozen_ms: self.frozen_ms,
            rounds_p50: self.rounds,
        })
    }
}

/// How long before `heard` the beep was made; beeps are a second apart.
fn since(spoken: &[f64], heard: f64) -> Option<f64> {
    let delays = spoken.iter().map(|made| heard - made);
    delays
        .filter(|delay| (0.0..950.0).contains(delay))
        .reduce(f64::min)
}

fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or_default().to_owned()
}

fn print(report: &Report) {
    println!(
        "\n{:<28}{:>7} {:>8} {:>8} {:>8} {:>8}",
        "milliseconds", "count", "p50", "p95", "p99", "max"
    );
    for way in &report.ways {
        println!(
            "{:<28}{}",
            format!("{}: frame delay", way.name),
            row(&way.frame_delay)
        );
        println!(
            "{:<28}{}",
            format!("{}: mouth to ear", way.name),
            row(&way.mouth_to_ear)
        );
    }
    for way in &report.ways {
        println!(
            "{}: sound {:.0} ms after its picture, {:.1} pictures/s, {} freezes of {:.0} ms together",
            way.name,
            way.sound_after_picture_ms,
            way.pictures_per_second,
            way.freezes,
            way.frozen_ms
        );
    }
    println!(
        "load of the machine: {} before, {} after",
        report.load[0], report.load[1]
    );
}
