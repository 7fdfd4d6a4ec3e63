//! Whose fault losses are.

use super::recent::While;
use super::{CLEAR, LEAST, RESTART, SHARE_FOR, Steady};
use std::time::Instant;

/// A share of loss is taken of so many packets.
const SHARE: u64 = 60;
/// Less than this share of what the road lets through is nothing to answer.
const SOME: f64 = 0.08;
/// More than this is heavy.
const HEAVY: f64 = 0.2;
/// And more than this of everything, for a road that loses much by itself loses very unevenly.
const HEAVY_OF_ALL: f64 = 0.2;
/// So often the window is cut before the road is blamed.
const CUTS: u32 = 2;
/// The road is blamed when this share of the loss is left after that.
const UNMOVED: f64 = 0.7;
/// How quickly a road that has become better is believed.
const BETTER: f64 = 0.15;

/// Tells a road that loses from a link that is full.
///
/// Only the full link loses less when less is sent. So heavy loss is answered by sending less, twice; when that has not
/// helped, the road loses so much by itself, and the window is given back. Where a queue shows, none of this is needed.
#[derive(Debug, Clone, Default)]
pub(super) struct Losses {
    /// What the road loses by itself, as a share.
    road: f64,
    trial: Option<Trial>,
}

#[derive(Debug, Clone)]
struct Trial {
    loss: f64,
    window: u64,
    cuts: u32,
}

/// What to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// Nothing.
    Go,
    /// Send no more than now.
    Hold,
    /// Send less.
    Cut,
    /// Send as much as before it was cut.
    Restore(u64),
}

impl Losses {
    /// What the road loses by itself, as a share.
    pub(super) fn road(&self) -> f64 {
        self.road
    }

    /// This share was lost over a while, under this window, and no queue shows.
    pub(super) fn judge(&mut self, loss: f64, window: u64) -> Answer {
        if loss < self.road {
            self.road += (loss - self.road) * BETTER;
        }
        let more = loss - self.road;
        let heavy = more > HEAVY_OF_ALL && more > HEAVY * (1.0 - self.road);
        match &mut self.trial {
            Some(trial) if trial.cuts >= CUTS && loss > trial.loss * UNMOVED => {
                self.road = loss;
                let before = trial.window;
                self.trial = None;
                Answer::Restore(before)
            }
            Some(trial) if heavy => {
                trial.cuts += 1;
                Answer::Cut
            }
            None if heavy => {
                let cuts = 1;
                self.trial = Some(Trial { loss, window, cuts });
                Answer::Cut
            }
            _ if more > SOME => Answer::Hold,
            _ => {
                self.trial = None;
                Answer::Go
            }
        }
    }

    /// The road loses this share.
    #[cfg(test)]
    pub(super) fn blame(&mut self, road: f64) {
        self.road = road;
    }

    /// A queue shows: the link is full, whatever it loses.
    pub(super) fn queue_shows(&mut self) {
        self.trial = None;
    }
}

impl Steady {
    /// When enough was sent to say: the share that was lost.
    pub(super) fn end_share(&mut self, now: Instant) -> Option<f64> {
        let While {
            since,
            delivered,
            lost,
        } = self.share;
        let passed = now.saturating_duration_since(since);
        let packets = (delivered + lost) / self.mtu;
        if packets < LEAST || (packets < SHARE && passed < SHARE_FOR) {
            return None;
        }
        self.share = While::new(now);
        self.losing = lost as f64 / (delivered + lost) as f64;
        Some(self.losing)
    }

    /// Answers to such a share of loss, where no queue shows.
    pub(super) fn answer(&mut self, share: f64, now: Instant) {
        let busiest = std::mem::take(&mut self.busiest);
        let answer = self.losses.judge(share, self.window);
        self.holds = answer == Answer::Hold;
        match answer {
            Answer::Go | Answer::Hold => {}
            Answer::Cut => {
                self.starting = false;
                self.set_for_loss(self.window.min(busiest) / 4 * 3, now);
            }
            Answer::Restore(window) => self.set_for_loss(window.max(self.window), now),
        }
    }

    /// Loss alone leaves enough to find out whether it is the window's doing, and to be heard where it is not.
    pub(super) fn set_for_loss(&mut self, window: u64, now: Instant) {
        let least = match self.is_clear(now) {
            true => CLEAR,
            false => RESTART * self.mtu,
        };
        self.set(window.max(least));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loss_that_stays_is_the_roads() {
        let mut losses = Losses::default();
        assert_eq!(losses.judge(0.02, 100), Answer::Go);
        assert_eq!(losses.judge(0.5, 100), Answer::Cut);
        assert_eq!(losses.judge(0.55, 75), Answer::Cut);
        assert_eq!(losses.judge(0.5, 56), Answer::Restore(100));
        assert_eq!(losses.judge(0.52, 100), Answer::Go);
        for _ in 0..20 {
            losses.judge(0.1, 100);
        }
        assert!(losses.road() < 0.12);
    }

    #[test]
    fn loss_that_goes_was_ours() {
        let mut losses = Losses::default();
        assert_eq!(losses.judge(0.5, 100), Answer::Cut);
        assert_eq!(losses.judge(0.33, 75), Answer::Cut);
        assert_eq!(losses.judge(0.11, 56), Answer::Hold);
        assert_eq!(losses.judge(0.0, 50), Answer::Go);
        assert!(losses.road() < 0.01);
    }
}
