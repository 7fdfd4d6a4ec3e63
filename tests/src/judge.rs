//! ffprobe and ffmpeg as the outside judge of files and streams.

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::path::Path;
use std::process::Output;
use tokio::process::Command;

/// What ffprobe says of a file.
#[derive(Debug, Deserialize)]
pub struct Probe {
    /// Its tracks.
    pub streams: Vec<Track>,
    /// The container.
    pub format: Format,
    /// Where one may jump to.
    #[serde(default)]
    pub chapters: Vec<Chapter>,
}

/// A chapter.
#[derive(Debug, Deserialize)]
pub struct Chapter {
    /// Where it begins, in seconds.
    pub start_time: String,
    /// What is said of it.
    pub tags: Tags,
}

/// What is said of a chapter.
#[derive(Debug, Deserialize)]
pub struct Tags {
    /// Its title.
    pub title: String,
}

/// One track.
#[derive(Debug, Deserialize)]
pub struct Track {
    /// `video` or `audio`.
    pub codec_type: String,
    /// Such as `h264`.
    pub codec_name: String,
    /// Pixels, of a picture track.
    #[serde(default)]
    pub width: u32,
    /// Pixels, of a picture track.
    #[serde(default)]
    pub height: u32,
    /// Samples per second, of a sound track.
    #[serde(default)]
    pub sample_rate: String,
    /// First time stamp, in seconds.
    #[serde(default)]
    pub start_time: String,
    /// Pictures per second, as a fraction.
    #[serde(default)]
    pub avg_frame_rate: String,
}

/// A container.
#[derive(Debug, Deserialize)]
pub struct Format {
    /// Seconds.
    #[serde(default)]
    pub duration: String,
}

impl Probe {
    /// The first track of this type.
    pub fn track(&self, codec_type: &str) -> Option<&Track> {
        self.streams.iter().find(|t| t.codec_type == codec_type)
    }

    /// Play time in seconds.
    pub fn seconds(&self) -> f64 {
        self.format.duration.parse().unwrap_or(0.0)
    }
}

/// What is in a file.
///
/// # Errors
/// When ffprobe cannot read it.
pub async fn probe(file: &Path) -> Result<Probe> {
    let output = run(
        "ffprobe",
        &[
            "-v",
            "error",
            "-of",
            "json",
            "-show_streams",
            "-show_format",
            "-show_chapters",
        ],
        file,
        &[],
    )
    .await?;
    serde_json::from_slice(&output.stdout).context("ffprobe's JSON")
}

/// Decodes all of a file and fails on the first complaint.
///
/// # Errors
/// With what ffmpeg complained about.
pub async fn decodes(file: &Path) -> Result<()> {
    // Pictures keep their own times: rounded to a frame rate, two that are close would fall on one tick.
    let keep = [
        "-vsync",
        "passthrough",
        "-enc_time_base",
        "-1",
        "-f",
        "null",
        "-",
    ];
    let output = run("ffmpeg", &["-v", "error", "-xerror", "-i"], file, &keep).await?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    if !complaint.trim().is_empty() {
        bail!("{} does not decode: {complaint}", file.display());
    }
    Ok(())
}

async fn run(program: &str, before: &[&str], file: &Path, after: &[&str]) -> Result<Output> {
    let output = Command::new(program)
        .args(before)
        .arg(file)
        .args(after)
        .output()
        .await
        .with_context(|| format!("cannot run {program}"))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        bail!("{program} on {}: {}", file.display(), complaint.trim());
    }
    Ok(output)
}

/// How much later than its flash each beep begins, in milliseconds: those of the native client's generated picture
/// (640×360) and sound, as they stand in a file.
///
/// # Errors
/// When ffprobe cannot read the file.
pub async fn steps(file: &Path) -> Result<Vec<f64>> {
    let name = file.display();
    let flash = format!("movie={name},crop=32:32:584:296,signalstats");
    let beep = format!(
        "amovie={name},aresample=48000,asetnsamples=240,bandpass=f=1000:width_type=h:w=200,astats=metadata=1:reset=1"
    );
    let flashes = onsets(&flash, "lavfi.signalstats.YAVG", 130.0).await?;
    let beeps = onsets(&beep, "lavfi.astats.Overall.RMS_level", -20.0).await?;
    let nearest = |flash: &f64| {
        let steps = beeps.iter().map(|beep| (beep - flash) * 1e3);
        steps
            .min_by(|a, b| a.abs().total_cmp(&b.abs()))
            .filter(|step| step.abs() < 500.0)
    };
    Ok(flashes.iter().filter_map(nearest).collect())
}

/// The times, in seconds, at which a value that a filter graph measures rises over a threshold.
async fn onsets(graph: &str, value: &str, threshold: f64) -> Result<Vec<f64>> {
    let entries = format!("frame=pts_time:frame_tags={value}");
    let output = Command::new("ffprobe")
        .args([
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            graph,
            "-show_entries",
            &entries,
            "-of",
            "csv=p=0",
        ])
        .output()
        .await
        .context("cannot run ffprobe")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut above = true;
    let mut onsets = Vec::new();
    for line in text.lines() {
        let mut fields = line.split(',');
        let (Some(Ok(at)), Some(Ok(value))) = (
            fields.next().map(str::parse),
            fields.next().map(str::parse::<f64>),
        ) else {
            continue;
        };
        if value > threshold && !above {
            onsets.push(at);
        }
        above = value > threshold;
    }
    if onsets.is_empty() {
        bail!(
            "nothing rises in {graph}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(onsets)
}
