//! How measured times are spread.

use serde::Serialize;

/// Measured times, in milliseconds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Times(Vec<f64>);

impl Times {
    pub(crate) fn push(&mut self, ms: f64) {
        self.0.push(ms);
    }

    /// How they are spread; nothing when there are none.
    pub(crate) fn spread(self) -> Option<Spread> {
        Spread::of(self.0)
    }
}

/// The spread of some times, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Spread {
    /// How many.
    pub count: usize,
    /// The least.
    pub min: f64,
    /// Half are not above it.
    pub p50: f64,
    /// 95 of 100 are not above it.
    pub p95: f64,
    /// 99 of 100 are not above it.
    pub p99: f64,
    /// The greatest.
    pub max: f64,
}

impl Spread {
    /// Of these times, in milliseconds and any order; nothing when there are none.
    pub fn of(mut times: Vec<f64>) -> Option<Self> {
        times.sort_by(f64::total_cmp);
        let at = |share: f64| {
            // The nearest rank: the least value that this share of all do not exceed.
            let rank = (share * times.len() as f64).ceil() as usize;
            times.get(rank.saturating_sub(1)).copied()
        };
        Some(Self {
            count: times.len(),
            min: *times.first()?,
            p50: at(0.50)?,
            p95: at(0.95)?,
            p99: at(0.99)?,
            max: *times.last()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_the_nearest() {
        assert_eq!(Times::default().spread(), None);
        let one = Times(vec![7.0]).spread().unwrap();
        assert_eq!((one.min, one.p50, one.p99, one.max), (7.0, 7.0, 7.0, 7.0));
        let hundred = Times((1..=100).rev().map(f64::from).collect());
        let spread = hundred.spread().unwrap();
        assert_eq!((spread.p50, spread.p95, spread.p99), (50.0, 95.0, 99.0));
        assert_eq!((spread.count, spread.min, spread.max), (100, 1.0, 100.0));
    }
}
