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
        &["-v", "error", "-of", "json", "-show_streams", "-show_format"],
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
    let output = run("ffmpeg", &["-v", "error", "-xerror", "-i"], file, &["-f", "null", "-"]).await?;
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
