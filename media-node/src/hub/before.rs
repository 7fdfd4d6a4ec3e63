//! The limit from before others filled a link.

use std::time::{Duration, Instant};

/// It is remembered for so long.
const LATELY: Duration = Duration::from_secs(10);

/// What a limit was before it was lowered, and whether a leg contends for its share.
#[derive(Debug, Default)]
pub(super) struct Before {
    lowered: Option<(u32, Instant)>,
    contends: bool,
}

impl Before {
    /// The limit is lowered from this.
    pub(super) fn lowered(&mut self, from: u32, now: Instant) {
        if self.get(now).is_none() {
            self.lowered = Some((from, now));
        }
    }

    /// Whether a leg contends on a link that others fill too: what is to be had again, when one begins to.
    pub(super) fn contend(&mut self, contends: bool, now: Instant) -> Option<u32> {
        let did = std::mem::replace(&mut self.contends, contends);
        self.get(now).filter(|_| contends && !did)
    }

    /// What it was, if it was lowered lately.
    pub(super) fn get(&self, now: Instant) -> Option<u32> {
        let lately = |(_, at): &(u32, Instant)| now.saturating_duration_since(*at) < LATELY;
        let (limit, _) = self.lowered.filter(lately)?;
        Some(limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_a_contest_begins_the_limit_of_before_comes_back_once() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut before = Before::default();
        assert_eq!(before.contend(true, start), None, "it was not lowered");
        assert_eq!(before.contend(false, start), None);
        before.lowered(900_000, start);
        before.lowered(400_000, at(1));
        assert_eq!(before.contend(false, at(2)), None);
        assert_eq!(before.contend(true, at(3)), Some(900_000));
        assert_eq!(before.contend(true, at(4)), None);
        assert_eq!(before.contend(false, at(5)), None);
        assert_eq!(before.contend(true, at(10)), None, "that was long ago");
        before.lowered(300_000, at(11));
        assert_eq!(before.contend(false, at(12)), None);
        assert_eq!(before.contend(true, at(13)), Some(300_000));
    }
}
