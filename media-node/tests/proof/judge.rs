//! When files flash and click, by ffmpeg's own decoders and clocks; and whether Chromium's own player plays them.

use std::path::Path;
use std::process::Command;

/// Samples a second at which clicks are looked for.
const RATE: f64 = 48_000.0;

/// Seconds at which a part of the picture (`WIDTH:HEIGHT:X:Y`) turns white.
pub(crate) fn flashes(path: &Path, part: &str) -> Vec<f64> {
    // The middle of the part only: no clock, no name, no edge.
    let look = "crop=iw/4:ih/4,signalstats,metadata=print:key=lavfi.signalstats.YAVG:file=-";
    let filter = format!("crop={part},{look}");
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-an", "-vf", &filter, "-f", "null", "-"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (mut at, mut white, mut found) = (0.0, false, Vec::new());
    for line in text.lines() {
        if let Some(time) = line.split("pts_time:").nth(1) {
            at = time.trim().parse().unwrap();
        } else if let Some((_, luma)) = line.split_once("YAVG=") {
            let is_white = luma.parse::<f64>().unwrap() > 128.0;
            if is_white && !white {
                found.push(at);
            }
            white = is_white;
        }
    }
    found
}

/// Seconds at which the sound of a file clicks, by the file's own time.
pub(crate) fn clicks(path: &Path, channel: usize) -> Vec<f64> {
    // Where samples and timestamps disagree the timestamps are right.
    let pan =
        format!("aresample=48000:async=1:min_hard_comp=0.01:first_pts=0,pan=mono|c0=c{channel}");
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-vn", "-af", &pan, "-f", "s16le", "-"])
        .output()
        .unwrap();
    let samples = output.stdout.chunks_exact(2);
    onsets(samples.map(|pair| i16::from_le_bytes([pair[0], pair[1]])))
}

/// The same of a channel of a WAV file, sample by sample.
pub(crate) fn wav_clicks(path: &Path, channel: usize) -> Vec<f64> {
    let mut reader = hound::WavReader::open(path).unwrap();
    let channels = usize::from(reader.spec().channels);
    let samples = reader.samples::<i16>().map(Result::unwrap);
    onsets(samples.skip(channel).step_by(channels))
}

fn onsets(samples: impl Iterator<Item = i16>) -> Vec<f64> {
    let (mut found, mut quiet_since) = (Vec::new(), -RATE);
    for (number, sample) in samples.enumerate() {
        if sample.unsigned_abs() > 3_000 {
            let number = number as f64;
            if number - quiet_since > RATE / 5.0 {
                found.push(number / RATE);
            }
            quiet_since = number;
        }
    }
    found
}

/// Each flash has its click no further away than so many milliseconds.
pub(crate) fn in_step(what: &str, flashes: &[f64], clicks: &[f64], most_ms: f64) {
    let apart = |flash: &f64| {
        let apart = clicks.iter().map(|click| (click - flash).abs() * 1000.0);
        apart.fold(f64::INFINITY, f64::min)
    };
    let apart: Vec<f64> = flashes.iter().map(apart).collect();
    let worst = apart.iter().copied().fold(0.0, f64::max);
    let [first, middle, last] = [0, apart.len() / 2, apart.len() - 1].map(|at| apart[at]);
    println!(
        "{what}: start {first:.1} ms, middle {middle:.1} ms, end {last:.1} ms, worst {worst:.1} ms"
    );
    let at = apart.iter().position(|apart| *apart > most_ms);
    assert!(at.is_none(), "{what}: {:?} s", at.map(|at| flashes[at]));
}

/// What Chromium's player says of a file.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct Played {
    pub(crate) name: String,
    /// In seconds; nothing if it is not finite.
    pub(crate) duration: Option<f64>,
    /// Why it does not play, or not from its middle.
    pub(crate) fault: Option<String>,
}

/// Plays files of a folder in Chromium.
pub(crate) fn chromium(folder: &Path, names: &[&str]) -> Vec<Played> {
    let player = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/web/player.mjs");
    let output = Command::new("node")
        .arg(player)
        .arg(folder)
        .args(names)
        .output();
    let output = output.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let played = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let played: Vec<Played> = played.collect();
    let trouble = String::from_utf8_lossy(&output.stderr);
    assert_eq!(played.len(), names.len(), "{trouble}");
    played
}
