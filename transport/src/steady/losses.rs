//! Whose fault losses are.

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

    /// A queue shows: the link is full, whatever it loses.
    pub(super) fn queue_shows(&mut self) {
        self.trial = None;
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
