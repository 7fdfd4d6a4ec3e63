//! A rate as the operator writes it.

use std::str::FromStr;

/// So many requests a second, and so many at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// In the long run; at least 1, so that a second's wait is always enough for one more.
    pub per_second: u32,
    /// At once, after a pause.
    pub burst: u32,
}

/// Why a text is no rate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no rate: it must be PER_SECOND:BURST, both 1 to 1000000")]
pub struct RateError(pub String);

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        let number = |text: &str| {
            let number = text.trim().parse().ok();
            number.filter(|number| (1..=1_000_000).contains(number))
        };
        let parts = text.split_once(':');
        let rate = parts.and_then(|(rate, burst)| {
            Some(Self {
                per_second: number(rate)?,
                burst: number(burst)?,
            })
        });
        rate.ok_or_else(|| RateError(text.chars().take(80).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read() {
        let rate = Rate {
            per_second: 20,
            burst: 100,
        };
        assert_eq!("20:100".parse(), Ok(rate));
        assert_eq!(" 20 : 100 ".parse(), Ok(rate));
        for bad in ["", "20", "0:1", "1:0", "-1:1", "1:1000001", "a:b", "1:2:3"] {
            assert!(bad.parse::<Rate>().is_err(), "{bad}");
        }
    }
}
