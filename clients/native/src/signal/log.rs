//! Which entries of a call's log were seen.

/// What to do with an entry that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It is the next one: give it out.
    Next,
    /// It was given out before: drop it.
    Known,
    /// Others are missing before it: drop it and ask for everything after this number.
    Ask(u64),
    /// Others are missing, and they were asked for already: drop it, it will come again.
    Asked,
}

/// Sees to it that each entry is given out once and in order.
#[derive(Debug)]
pub(super) struct LogCursor {
    last: u64,
    asked: bool,
}

impl LogCursor {
    /// Everything up to `last` was seen.
    pub(super) fn after(last: u64) -> Self {
        Self { last, asked: false }
    }

    pub(super) fn last(&self) -> u64 {
        self.last
    }

    /// A socket opened and says what the newest entry is: what to ask for, if anything is missing.
    pub(super) fn hello(&mut self, newest: u64) -> Option<u64> {
        self.asked = newest > self.last;
        self.asked.then_some(self.last)
    }

    /// Entry `seq` arrived.
    pub(super) fn entry(&mut self, seq: u64) -> Fate {
        if seq <= self.last {
            return Fate::Known;
        }
        if seq == self.last + 1 {
            self.last = seq;
            self.asked = false;
            return Fate::Next;
        }
        if self.asked {
            return Fate::Asked;
        }
        self.asked = true;
        Fate::Ask(self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_missing_is_asked_for_once() {
        let mut log = LogCursor::after(2);
        assert_eq!(log.hello(2), None);
        assert_eq!(log.entry(3), Fate::Next);
        assert_eq!(log.entry(5), Fate::Ask(3));
        assert_eq!(log.entry(6), Fate::Asked);
        assert_eq!(log.entry(4), Fate::Next);
        assert_eq!(log.entry(5), Fate::Next);
        assert_eq!(log.entry(5), Fate::Known);
        assert_eq!(log.hello(9), Some(5));
        assert_eq!(log.entry(9), Fate::Asked);
    }

    proptest! {
        #[test]
        fn whatever_arrives_each_entry_comes_out_once_and_in_order(
            arrivals in proptest::collection::vec(1u64..20, 0..200),
        ) {
            let mut log = LogCursor::after(0);
            let mut expected = 1;
            for seq in arrivals {
                if log.entry(seq) == Fate::Next {
                    prop_assert_eq!(seq, expected);
                    expected += 1;
                }
            }
            prop_assert_eq!(log.last(), expected - 1);
        }
    }
}
