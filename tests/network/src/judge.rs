//! How good the pictures were, by an outside judge: ffmpeg decodes what was shown and compares it with the clip.
//!
//! Ten times a second the picture of the clip that was due is compared with the newest one shown that was taken no later. So what
//! stands still counts as what stands, and how late it was does not count: that is what the delay is for. Smaller pictures are made
//! as large as the clip's first.

use crate::camera::{Roll, TRAILER};
use crate::clip::{Clip, FPS};
use crate::screen::Log;
use anyhow::{Context, Result, ensure};
use bytes::BytesMut;
use counterpart_shared::flv::{Tag, TagKind, file_header};
use std::io::Write as _;
use std::ops::Range;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// Comparisons in a second.
const COMPARED: u32 = 10;

/// The mean SSIM of the luma, 1 for what is the same; nothing where nothing was shown.
pub(crate) fn ssim(
    clip: &Clip,
    roll: &Roll,
    log: &Log,
    span: &Range<Duration>,
) -> Result<Option<f64>> {
    let first = roll.pictures.iter().zip(&roll.numbers).next();
    let shown = log.film.iter().filter_map(|(number, _)| *number).next();
    let (Some(((taken, _), number)), Some(_)) = (first, shown) else {
        return Ok(None);
    };
    // By the clip's own time.
    let late = taken.saturating_sub(Duration::from_secs(*number as u64) / FPS);
    let [from, to] = [span.start, span.end].map(|at| at.saturating_sub(late).as_secs_f64());
    let filters = format!(
        "[1]fps={COMPARED}:round=up,trim={from}:{to}[clip];[0]scale=640:360[shown];[clip][shown]ssim"
    );
    let mut ffmpeg = Command::new("ffmpeg")
        .args([
            "-nostdin",
            "-hide_banner",
            "-nostats",
            "-threads",
            "1",
            "-copyts",
        ])
        // The scaler takes pictures of another size as they come.
        .args(["-reinit_filter", "0", "-f", "flv", "-i", "-"])
        .args(["-stream_loop", "-1", "-i"])
        .arg(clip.file())
        .args(["-filter_complex", &filters, "-f", "null", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("ffmpeg")?;
    let film = film(roll, log)?;
    let mut fed = ffmpeg.stdin.take().context("it has an input")?;
    let run = std::thread::scope(|scope| {
        // It may know enough before it has read all.
        scope.spawn(move || fed.write_all(&film));
        ffmpeg.wait_with_output()
    })?;
    said(&run).map(Some)
}

/// The mean SSIM of pictures of luma alone, beside as many others: each file has them one after the other, a byte for each pixel.
///
/// # Errors
/// When ffmpeg says no, as it does of files without a whole picture.
pub fn ssim_of_lumas(shown: &Path, source: &Path, (width, height): (u32, u32)) -> Result<f64> {
    let size = format!("{width}x{height}");
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-hide_banner", "-nostats", "-threads", "1"]);
    for file in [shown, source] {
        ffmpeg.args(["-f", "rawvideo", "-pixel_format", "gray"]);
        ffmpeg.args(["-video_size", &size, "-i"]).arg(file);
    }
    ffmpeg.args(["-filter_complex", "ssim", "-f", "null", "-"]);
    said(&ffmpeg.output().context("ffmpeg")?)
}

/// What ffmpeg said of it.
fn said(run: &Output) -> Result<f64> {
    let said = String::from_utf8_lossy(&run.stderr);
    ensure!(run.status.success(), "ffmpeg: {said}");
    let score = said.lines().rev().find_map(score);
    score.with_context(|| format!("ffmpeg: {said}"))
}

/// `… SSIM Y:0.987654 (19.08) U:…`
fn score(line: &str) -> Option<f64> {
    let (_, scores) = line.split_once("SSIM Y:")?;
    scores.split(' ').next()?.parse().ok()
}

/// What was shown as a file, by the clip's own time.
fn film(roll: &Roll, log: &Log) -> Result<BytesMut> {
    let mut file = BytesMut::from(&file_header(false, true)[..]);
    let mut timestamp = 0;
    for (number, body) in &log.film {
        let mut body = body.clone();
        if let Some(number) = number.and_then(|number| roll.numbers.get(number)) {
            timestamp = (*number as u32 * 1000).div_ceil(FPS);
            // To ffmpeg zeros in it are the beginning of something else.
            body.truncate(body.len().saturating_sub(TRAILER));
        }
        let tag = Tag {
            kind: TagKind::Video,
            timestamp,
            body,
        };
        tag.encode(&mut file)?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lumas_score_is_read() {
        let line = "[Parsed_ssim_3 @ 0x55] SSIM Y:0.981234 (17.27) U:0.99 (20.1) V:0.99 (20.2) All:0.98 (18.0)";
        assert_eq!(score(line), Some(0.981234));
        assert_eq!(score("frame= 300 fps=0.0"), None);
    }

    const SIZE: (u32, u32) = (64, 48);

    /// Two pictures of stripes that cross, each of their pixels changed.
    fn pictures(change: impl Fn(u32, u32, u8) -> u8) -> Vec<u8> {
        let (width, height) = SIZE;
        let pixels = (0..2 * height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let stripes = |x: u32, y: u32| {
            60 + 80 * u8::from((x / 8).is_multiple_of(2)) + 40 * u8::from((y / 6).is_multiple_of(2))
        };
        pixels.map(|(x, y)| change(x, y, stripes(x, y))).collect()
    }

    #[test]
    fn what_is_the_same_is_like_and_what_is_worse_is_less() {
        let folder = tempfile::tempdir().unwrap();
        let score = |name: &str, content: Vec<u8>| {
            let [shown, source] = [name, "source"].map(|name| folder.path().join(name));
            std::fs::write(&shown, content).unwrap();
            std::fs::write(&source, pictures(|_, _, luma| luma)).unwrap();
            ssim_of_lumas(&shown, &source, SIZE)
        };
        let same = score("same", pictures(|_, _, luma| luma)).unwrap();
        let coarse = score("coarse", pictures(|_, _, luma| luma / 32 * 32)).unwrap();
        let moved = score(
            "moved",
            pictures(|x, y, luma| if (x + y) % 3 == 0 { 220 - luma } else { luma }),
        );
        let moved = moved.unwrap();
        assert!(same > 0.999, "{same}");
        assert!(coarse < same - 0.01, "{coarse}");
        assert!(moved < coarse - 0.1, "{moved}");
        assert!(score("none", Vec::new()).is_err());
    }
}
