//! What a desk did since its midnight.

use super::hours::day_of;
use super::state::Desk;
use super::turn::Turn;
use counterpart_shared::api::Today;
use serde::{Deserialize, Serialize};

/// The counts of one day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Tally {
    /// Days since 1970-01-01 on the desk's own clock.
    pub(super) day: i64,
    pub(super) offered: u64,
    answered: u64,
    pub(super) missed: u64,
    pub(super) abandoned: u64,
    /// The waits of those who were answered, together, in milliseconds.
    waited: u64,
    talks: u64,
    /// Their lengths together, in milliseconds.
    talked: u64,
}

impl Tally {
    /// One who was taken after so many milliseconds.
    pub(super) fn answered(&mut self, waited: u64) {
        self.answered += 1;
        self.waited += waited;
    }

    /// One more talk is over, of so many milliseconds.
    pub(super) fn talked(&mut self, talk: u64) {
        self.talks += 1;
        self.talked += talk;
    }

    fn view(&self) -> Today {
        let mean_s = |sum: u64, count: u64| (sum + 500 * count).checked_div(count * 1000);
        Today {
            offered: self.offered,
            answered: self.answered,
            missed: self.missed,
            abandoned: self.abandoned,
            mean_wait_s: mean_s(self.waited, self.answered),
            mean_talk_s: mean_s(self.talked, self.talks),
        }
    }
}

impl Desk {
    /// What it did so far, if that was today.
    pub(super) fn today(&self, now: u64) -> Today {
        let tally = self.today.get();
        let is_today = tally.day == day_of(self.settings().utc_offset_min, now);
        if is_today {
            tally.view()
        } else {
            Today::default()
        }
    }
}

impl Turn<'_> {
    /// The counts of today; those of another day are over.
    pub(super) fn tally(&mut self) -> &mut Tally {
        let day = day_of(self.desk.settings().utc_offset_min, self.now);
        let tally = self.desk.today.get_mut();
        if tally.day != day {
            *tally = Tally {
                day,
                ..Tally::default()
            };
        }
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_are_rounded_and_absent_without_a_count() {
        let mut tally = Tally::default();
        assert_eq!(tally.view(), Today::default());
        tally.answered(1_400);
        tally.answered(1_700);
        tally.talked(90_000);
        let today = tally.view();
        assert_eq!((today.mean_wait_s, today.mean_talk_s), (Some(2), Some(90)));
    }
}
