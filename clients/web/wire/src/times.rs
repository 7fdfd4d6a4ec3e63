//! Timestamps of 32 bits that wrap after 49 days (RTMP 1.0 §5.3.1.3).

/// Milliseconds as a timestamp.
pub(crate) fn wrap(ms: f64) -> u32 {
    (ms.round().max(0.0) as u64 & u64::from(u32::MAX)) as u32
}

/// A time line of timestamps, which may come out of order.
#[derive(Debug, Default)]
pub(crate) struct TimeLine {
    /// The last one, unwrapped.
    last: Option<i64>,
}

impl TimeLine {
    /// The timestamp's place; two that follow each other are less than 24 days apart.
    pub(crate) fn place(&mut self, timestamp: u32) -> f64 {
        let place = match self.last {
            Some(last) => {
                let step = timestamp.wrapping_sub(last as u32).cast_signed();
                last + i64::from(step)
            }
            None => i64::from(timestamp),
        };
        self.last = Some(place);
        place as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_line_goes_on_where_timestamps_wrap() {
        let mut line = TimeLine::default();
        let places = [u32::MAX - 19, 0, 20, u32::MAX - 39, 40].map(|t| line.place(t));
        let end = f64::from(u32::MAX) + 1.0;
        assert_eq!(
            places,
            [end - 20.0, end, end + 20.0, end - 40.0, end + 40.0]
        );
    }

    #[test]
    fn milliseconds_are_rounded_and_wrap() {
        assert_eq!(wrap(-3.0), 0);
        assert_eq!(wrap(19.6), 20);
        assert_eq!(wrap(4_294_967_296.0 + 7.0), 7);
    }
}
