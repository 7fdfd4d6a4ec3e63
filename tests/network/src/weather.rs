//! What a link does to packets, and when.

use std::time::Duration;

/// Which packets are lost.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Loss {
    /// None.
    #[default]
    None,
    /// Each with this probability, whatever became of the one before.
    Random(f64),
    /// In bursts (Gilbert and Elliott): this share in all, so many packets in a row on average.
    Bursts {
        /// Share of all packets.
        mean: f64,
        /// Packets.
        length: f64,
    },
}

/// Additional delay that differs from packet to packet: evenly spread between nothing and `most`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jitter {
    /// The most.
    pub most: Duration,
    /// Whether a packet may overtake the one before.
    pub reorders: bool,
}

/// A bottleneck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Narrow {
    /// Bits per second, UDP and IP headers included.
    pub rate: u32,
    /// A packet that would wait longer than this is lost.
    pub queue: Duration,
}

/// What one direction of a link does.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Weather {
    /// The way itself.
    pub delay: Duration,
    /// What is lost on it.
    pub loss: Loss,
    /// What is later than the rest.
    pub jitter: Option<Jitter>,
    /// What it can carry.
    pub narrow: Option<Narrow>,
    /// Nothing arrives at all.
    pub out: bool,
}

impl Weather {
    /// Nothing but this delay.
    pub fn clean(delay: Duration) -> Self {
        Self {
            delay,
            ..Self::default()
        }
    }
}

/// How the weather changes: each holds from its time, counted from the beginning of the bad weather, until the next.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Forecast(pub Vec<(Duration, Weather)>);

impl Forecast {
    /// The same all the time.
    pub fn always(weather: Weather) -> Self {
        Self(vec![(Duration::ZERO, weather)])
    }

    /// What holds so long after the beginning; none before it.
    pub fn at(&self, since: Duration) -> Option<&Weather> {
        let begun = self.0.iter().rev().find(|(from, _)| *from <= since);
        begun.map(|(_, weather)| weather)
    }
}
