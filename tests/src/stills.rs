//! How good the pictures were that stood in a page, by an outside judge: ffmpeg compares them with what the camera of the other page drew.
//!
//! It is the rule of the lab's virtual rows (`tests/network/src/judge.rs`): beside the newest picture shown that was taken no later stands the
//! picture that was due, so that what stands still counts as what stands, and lateness does not count. Which one was due is reckoned
//! from the pictures around: the time of taking passes between two pictures seen as evenly as the time of seeing them. Colours and the
//! mark are not compared. Smaller pictures are made as large as the camera's first.

use crate::media_pages::{MediaPages, Seen};
use anyhow::{Context, Result, ensure};
use counterpart_network::ssim_of_lumas;
use serde::Deserialize;
use serde_json::json;
use std::fs;
use std::ops::Range;
use std::path::PathBuf;

/// Pixels of a picture below its mark, in `tests/web/media/still.ts`.
const SIZE: (u32, u32) = (640, 328);
/// Milliseconds from one picture that is kept to the next.
const PERIOD: u64 = 500;
/// The page that speaks rounds the time of a picture to a tenth of a millisecond.
const ROUNDED: f64 = 0.1;

/// When a picture was kept, when the newest picture was taken whose mark was read by then, and since when that stood, in UNIX
/// milliseconds.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Still(f64, f64, f64);

impl Still {
    /// When the picture was taken that was due, if `next` is when the next picture was taken and when it was seen.
    fn due(self, next: Option<(f64, f64)>) -> f64 {
        let Self(at, taken, since) = self;
        let pace = next.map_or(1.0, |(taken_next, seen)| {
            (taken_next - taken) / (seen - since)
        });
        taken + (at - since) * pace
    }
}

/// From now on the pictures of `speaker` that stand in the page of `listener` are kept.
///
/// # Errors
/// When a page says no.
pub async fn keep(pages: &mut MediaPages, speaker: &str, listener: &str) -> Result<()> {
    pages.tell(listener, "keep", json!([PERIOD])).await?;
    pages.tell(speaker, "shots", json!([])).await
}

/// The mean SSIM of the luma of those that were due within `span`, in UNIX milliseconds; 1 for what is the same, nothing where none
/// was kept. `seen` is what the listener saw meanwhile.
///
/// # Errors
/// When a page or ffmpeg says no.
pub async fn ssim(
    pages: &mut MediaPages,
    (speaker, listener): (&str, &str),
    seen: &Seen,
    span: &Range<f64>,
) -> Result<Option<f64>> {
    let (stills, shown): (Vec<Still>, PathBuf) = pages.call(listener, "kept", json!([])).await?;
    let shots: Vec<(f64, u64)> = pages.call(speaker, "shots", json!([])).await?;
    let content = fs::read(&shown).with_context(|| shown.display().to_string())?;
    let size = (SIZE.0 * SIZE.1) as usize;
    ensure!(
        content.len() == stills.len() * size,
        "{} bytes are not {} pictures",
        content.len(),
        stills.len()
    );
    let (mut compared, mut numbers) = (Vec::new(), Vec::new());
    for (still, picture) in stills.iter().zip(content.chunks_exact(size)) {
        let due = still.due(next(seen, still.0));
        if let Some(number) = shot(&shots, due).filter(|_| span.contains(&due)) {
            compared.extend_from_slice(picture);
            numbers.push(number);
        }
    }
    fs::write(&shown, compared)?;
    let score = match numbers.is_empty() {
        true => None,
        false => {
            let source: PathBuf = pages.call(speaker, "drawn", json!([numbers])).await?;
            let score = ssim_of_lumas(&shown, &source, SIZE);
            fs::remove_file(source)?;
            Some(score?)
        }
    };
    fs::remove_file(shown)?;
    Ok(score)
}

/// When the first picture was taken that was seen after `at`, and when it was seen.
fn next(seen: &Seen, at: f64) -> Option<(f64, f64)> {
    let place = seen.at.iter().position(|seen| *seen > at)?;
    Some((seen.at[place] - seen.delays.get(place)?, seen.at[place]))
}

/// The number of the picture that was the newest at `due`.
fn shot(shots: &[(f64, u64)], due: f64) -> Option<u64> {
    let after = shots.partition_point(|(taken, _)| *taken <= due + ROUNDED);
    Some(shots[..after].last()?.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_due_lies_between_the_pictures_around() {
        // Taken at 1,000 and seen at 1,050; the next one taken at 1,100.
        let still = Still(1_250.0, 1_000.0, 1_050.0);
        let freeze = Seen {
            delays: vec![50.0, 350.0],
            at: vec![1_050.0, 1_450.0],
            ..Seen::default()
        };
        assert_eq!(next(&freeze, 1_250.0), Some((1_100.0, 1_450.0)));
        assert_eq!(still.due(next(&freeze, 1_250.0)), 1_050.0);
        // After the last picture time goes on.
        assert_eq!(next(&freeze, 1_450.0), None);
        assert_eq!(still.due(None), 1_200.0);
        let shots = [(1_000.05, 7), (1_033.0, 8), (1_066.0, 9)];
        assert_eq!(shot(&shots, 1_000.0), Some(7));
        assert_eq!(shot(&shots, 1_050.0), Some(8));
        assert_eq!(shot(&shots, 990.0), None);
    }
}
