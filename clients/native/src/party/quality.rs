//! How a party's own network is, by what the pages go by too (`clients/web/src/call/quality.ts`).

use crate::play::PlayProgress;
use crate::publish::PublishProgress;
use crate::signal::client_id;
use counterpart_shared::api::{CallCommand, Quality};
use counterpart_shared::id::ClientId;
use std::time::Duration;
use tokio::time::Instant;

/// How often it is judged.
const EVERY: Duration = Duration::from_secs(1);
/// So many seconds in a row must be worse before it is said, and so many better: what flickers is not told.
const WORSE: usize = 2;
const BETTER: usize = 5;

/// From these on a network is poor, and bad.
struct Threshold {
    poor: f64,
    bad: f64,
}

/// Pictures in a second that the own link had no room for.
const FULL: Threshold = Threshold {
    poor: 4.0,
    bad: 15.0,
};
/// Share of the other's stream that never came.
const LOST: Threshold = Threshold {
    poor: 0.03,
    bad: 0.12,
};
/// Bits per second that get through; less is worse.
const LIMIT: Threshold = Threshold {
    poor: 350_000.0,
    bad: 150_000.0,
};

impl Threshold {
    fn step(&self, is_over: impl Fn(f64) -> bool) -> usize {
        usize::from(is_over(self.poor)) + usize::from(is_over(self.bad))
    }
}

const STEPS: [Quality; 3] = [Quality::Good, Quality::Poor, Quality::Bad];

/// Judges, second by second.
#[derive(Debug)]
pub(super) struct QualityMeter {
    due: Instant,
    step: usize,
    /// The seconds since that were worse, or better.
    seconds: Vec<usize>,
    /// Of the second before.
    full: u64,
    came: u64,
    lost: u64,
    /// The last that was said.
    said: Option<ClientId>,
}

impl Default for QualityMeter {
    fn default() -> Self {
        Self {
            due: Instant::now(),
            step: 0,
            seconds: Vec::new(),
            full: 0,
            came: 0,
            lost: 0,
            said: None,
        }
    }
}

impl QualityMeter {
    /// When to look.
    pub(super) fn due(&self) -> Instant {
        self.due
    }

    /// Looks again in a second.
    pub(super) fn rest(&mut self) {
        self.due = Instant::now() + EVERY;
    }

    /// Takes a second of both streams; the quality, if it has changed.
    pub(super) fn look(
        &mut self,
        published: &PublishProgress,
        played: &PlayProgress,
    ) -> Option<Quality> {
        self.rest();
        let step = self.judge(published, played);
        let worse = step > self.step;
        let same_way = |past: &usize| *past != self.step && (*past > self.step) == worse;
        if step == self.step || !self.seconds.iter().all(same_way) {
            self.seconds.clear();
        }
        if step == self.step {
            return None;
        }
        self.seconds.push(step);
        let enough = if worse { WORSE } else { BETTER };
        if self.seconds.len() < enough {
            return None;
        }
        let seconds = std::mem::take(&mut self.seconds).into_iter();
        self.step = if worse { seconds.min() } else { seconds.max() }?;
        Some(STEPS[self.step])
    }

    fn judge(&mut self, published: &PublishProgress, played: &PlayProgress) -> usize {
        // A new connection counts from nothing.
        let full = published.full.saturating_sub(self.full) as f64;
        let came = (played.pictures + played.sounds).saturating_sub(self.came) as f64;
        let lost = played.lost.saturating_sub(self.lost) as f64;
        self.full = published.full;
        self.came = played.pictures + played.sounds;
        self.lost = played.lost;
        let limit = published.limit.map_or(f64::MAX, f64::from);
        let share = lost / (lost + came).max(1.0);
        [
            FULL.step(|threshold| full >= threshold),
            LOST.step(|threshold| share >= threshold),
            LIMIT.step(|threshold| limit <= threshold),
        ]
        .into_iter()
        .fold(0, usize::max)
    }

    /// Says it.
    pub(super) fn command(&mut self, quality: Quality) -> CallCommand {
        let id = client_id();
        self.said = Some(id.clone());
        CallCommand::Network { id, quality }
    }

    /// Whether an answer is to what was said last.
    pub(super) fn is_mine(&self, id: Option<&ClientId>) -> bool {
        id.is_some() && id == self.said.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(limit: u32) -> PublishProgress {
        PublishProgress {
            limit: Some(limit),
            ..PublishProgress::default()
        }
    }

    fn seconds(meter: &mut QualityMeter, limits: &[u32]) -> Vec<Option<Quality>> {
        let look = |limit: &u32| meter.look(&told(*limit), &PlayProgress::default());
        limits.iter().map(look).collect()
    }

    #[test]
    fn what_lasts_is_said_and_what_flickers_is_not() {
        let mut meter = QualityMeter::default();
        let (good, poor, bad) = (900_000, 300_000, 100_000);
        assert_eq!(
            seconds(&mut meter, &[good, bad, good, poor, good]),
            [None; 5]
        );
        assert_eq!(
            seconds(&mut meter, &[bad, poor]),
            [None, Some(Quality::Poor)]
        );
        assert_eq!(seconds(&mut meter, &[bad, bad]), [None, Some(Quality::Bad)]);
        assert_eq!(seconds(&mut meter, &[poor, good, good, good]), [None; 4]);
        assert_eq!(seconds(&mut meter, &[good]), [Some(Quality::Poor)]);
    }

    #[test]
    fn a_full_link_and_lost_pictures_count_by_the_second() {
        let mut meter = QualityMeter::default();
        let full = |full| PublishProgress {
            full,
            ..PublishProgress::default()
        };
        let played = |sounds, lost| PlayProgress {
            sounds,
            lost,
            ..PlayProgress::default()
        };
        let nothing = played(0, 0);
        assert_eq!(meter.look(&full(20), &nothing), None);
        assert_eq!(meter.look(&full(40), &nothing), Some(Quality::Bad));
        let mut meter = QualityMeter::default();
        assert_eq!(meter.look(&full(0), &played(95, 5)), None);
        let look = meter.look(&full(0), &played(190, 10));
        assert_eq!(look, Some(Quality::Poor));
    }
}
