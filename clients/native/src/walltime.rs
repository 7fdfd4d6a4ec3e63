//! Wall-clock instants, as the pictures carry them.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

/// Microseconds since the UNIX epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WallTime(u64);

impl WallTime {
    /// This many microseconds after the epoch.
    pub const fn from_micros(micros: u64) -> Self {
        Self(micros)
    }

    /// What the machine's clock says. Both ends of a measurement must use one machine.
    pub fn now() -> Self {
        let elapsed = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("the clock stands after 1970");
        Self(u64::try_from(elapsed.as_micros()).expect("the year is below 586,000"))
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> u64 {
        self.0
    }

    /// Microseconds since the last whole second.
    pub const fn micros_of_second(self) -> u64 {
        self.0 % 1_000_000
    }

    /// So many microseconds later.
    pub const fn plus_micros(self, micros: u64) -> Self {
        Self(self.0 + micros)
    }

    /// Milliseconds from `earlier` to this; negative when `earlier` is later.
    pub fn ms_since(self, earlier: WallTime) -> f64 {
        (self.0 as f64 - earlier.0 as f64) / 1000.0
    }
}

/// The time of day in UTC, `12:34:56.789`.
impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.0 / 1000;
        let (s, ms) = (ms / 1000 % 86_400, ms % 1000);
        write!(
            f,
            "{:02}:{:02}:{:02}.{ms:03}",
            s / 3600,
            s / 60 % 60,
            s % 60
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_reads_as_the_time_of_day() {
        let instant = WallTime::from_micros(1_000_000 * (86_400 + 3_723) + 45_678);
        assert_eq!(instant.to_string(), "01:02:03.045");
        assert_eq!(instant.micros_of_second(), 45_678);
    }

    #[test]
    fn a_difference_has_a_sign() {
        let early = WallTime::from_micros(5_000);
        assert_eq!(early.ms_since(early.plus_micros(2_500)), -2.5);
    }
}
