//! What the pages saw and heard since the weather turned.

use crate::BEEPS;
use anyhow::Result;
use counterpart_network::Watched;
use counterpart_tests::media_pages::{MediaPages, Seen};
use counterpart_tests::stills;
use serde::Deserialize;
use serde_json::json;
use std::ops::Range;
use std::time::Duration;

/// The lowest note of a beep, the step to the next, and how many there are: `tests/web/media/notes.ts`.
const LOWEST: f64 = 600.0;
const STEP: f64 = 150.0;
const COUNT: u64 = 8;

/// Of which the caller speaks and the callee hears, and the other way round.
const DIRECTIONS: [(&str, &str); 2] = [("ann", "ben"), ("ben", "ann")];

/// Notes of what was before the weather turned.
pub(crate) struct Senses {
    webrtc: bool,
    /// UNIX milliseconds.
    begin: f64,
    published: [f64; 2],
    sound: [Concealment; 2],
    /// Since then.
    concealed: Vec<f64>,
    seen: [Seen; 2],
}

/// WebRTC's statistics of received sound, in samples.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Concealment {
    concealed_samples: f64,
    total_samples_received: f64,
}

impl Senses {
    /// Forgets what was so far.
    pub(crate) async fn begin(pages: &mut MediaPages, webrtc: bool) -> Result<Self> {
        let mut senses = Self {
            webrtc,
            begin: 0.0,
            published: [0.0; 2],
            sound: [Concealment::default(); 2],
            concealed: Vec::new(),
            seen: [Seen::default(), Seen::default()],
        };
        for (place, (speaker, listener)) in DIRECTIONS.into_iter().enumerate() {
            pages.seen(listener).await?;
            pages.tell(listener, "notes", json!([])).await?;
            pages.tell(speaker, "spoken", json!([])).await?;
            senses.sound[place] = senses.sound(pages, listener).await?;
            stills::keep(pages, speaker, listener).await?;
        }
        for (place, (speaker, _)) in DIRECTIONS.into_iter().enumerate() {
            senses.published[place] = pages.call(speaker, "published", json!([])).await?;
        }
        senses.begin = pages.call("ann", "now", json!([])).await?;
        Ok(senses)
    }

    /// What was since then, in both directions.
    pub(crate) async fn end(&mut self, pages: &mut MediaPages) -> Result<[Watched; 2]> {
        let end: f64 = pages.call("ann", "now", json!([])).await?;
        let during = Duration::from_secs_f64((end - self.begin) / 1000.0);
        let mut watched = [Watched::default(), Watched::default()];
        for (place, (speaker, _)) in DIRECTIONS.into_iter().enumerate() {
            let published: f64 = pages.call(speaker, "published", json!([])).await?;
            let bytes = (published - self.published[place]).max(0.0);
            watched[place].published = (bytes as u64, during);
        }
        for (place, (speaker, listener)) in DIRECTIONS.into_iter().enumerate() {
            let seen = pages.seen(listener).await?;
            let each = seen.at.iter().zip(&seen.delays);
            let times = each.filter_map(|(at, delay)| Some((self.at(at - delay)?, self.at(*at)?)));
            watched[place].pictures = times.collect();
            self.seen[place] = seen;
            let spoken: Vec<f64> = pages.call(speaker, "spoken", json!([])).await?;
            let heard: Vec<(f64, f64)> = pages.call(listener, "notes", json!([])).await?;
            let sounds = spoken.into_iter().filter_map(|made| {
                let heard = answer(made, &heard).and_then(|at| self.at(at));
                Some((self.at(made)?, heard))
            });
            watched[place].sounds = sounds.collect();
            let sound = self.sound(pages, listener).await?;
            let before = self.sound[place];
            let all = sound.total_samples_received - before.total_samples_received;
            if all > 0.0 {
                let concealed = sound.concealed_samples - before.concealed_samples;
                self.concealed.push(concealed / all);
            }
        }
        Ok(watched)
    }

    /// How like what the speaker's camera drew what stood in the listener's page was, of what was due in `span`.
    pub(crate) async fn ssim(
        &self,
        pages: &mut MediaPages,
        place: usize,
        span: &Range<Duration>,
    ) -> Result<Option<f64>> {
        let unix = |at: Duration| self.begin + at.as_secs_f64() * 1000.0;
        let span = unix(span.start)..unix(span.end);
        stills::ssim(pages, DIRECTIONS[place], &self.seen[place], &span).await
    }

    /// The share of the sound that WebRTC's player concealed, in the worse direction.
    pub(crate) fn concealed(&self) -> Option<f64> {
        self.concealed.iter().copied().reduce(f64::max)
    }

    async fn sound(&self, pages: &mut MediaPages, page: &str) -> Result<Concealment> {
        if !self.webrtc {
            return Ok(Concealment::default());
        }
        let said: Option<Concealment> = pages.call(page, "webrtcSound", json!([])).await?;
        Ok(said.unwrap_or_default())
    }

    /// An instant since the weather turned; none before it.
    fn at(&self, unix: f64) -> Option<Duration> {
        Duration::try_from_secs_f64((unix - self.begin) / 1000.0).ok()
    }
}

/// When the beep that was made at `made` was heard: the first of its note before the next of its note is made.
fn answer(made: f64, heard: &[(f64, f64)]) -> Option<f64> {
    let count = made as u64 / BEEPS;
    let note = LOWEST + STEP * (count % COUNT) as f64;
    let round = (COUNT * BEEPS) as f64;
    let its = heard
        .iter()
        .filter(|(at, hz)| (0.0..round).contains(&(at - made)) && (hz - note).abs() < STEP / 2.0);
    its.map(|(at, _)| *at).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beep_is_known_by_its_note() {
        // 2,000 is the beep of note 600, 2,250 that of 750.
        let heard = [(2_100.0, 610.0), (2_500.0, 740.0), (4_100.0, 600.0)];
        assert_eq!(answer(2_003.0, &heard), Some(2_100.0));
        assert_eq!(answer(2_251.0, &heard), Some(2_500.0));
        assert_eq!(answer(2_502.0, &heard), None);
        assert_eq!(answer(4_001.0, &heard), Some(4_100.0));
    }
}
