//! Byte ranges (RFC 9110 §14), one at a time.

/// What of a file is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// All of it: nothing else was asked for, or nothing that is understood here.
    Whole,
    /// From one byte to another, both included.
    Range {
        /// The first byte.
        first: u64,
        /// The last byte.
        last: u64,
    },
    /// What was asked for lies behind the end.
    Beyond,
}

impl Part {
    /// What the `Range` of a request means for a file of this length. Several ranges at once may be ignored
    /// (§14.2), and are.
    pub(crate) fn wanted(range: &str, len: u64) -> Self {
        let Some((first, last)) = parse(range) else {
            return Part::Whole;
        };
        match (first, last) {
            (Some(first), _) if first >= len => Part::Beyond,
            (Some(first), Some(last)) if last < first => Part::Whole,
            (Some(first), last) => Part::Range {
                first,
                last: last.map_or(len - 1, |last| last.min(len - 1)),
            },
            (None, Some(0)) => Part::Beyond,
            (None, Some(_)) if len == 0 => Part::Beyond,
            (None, Some(suffix)) => Part::Range {
                first: len.saturating_sub(suffix),
                last: len - 1,
            },
            (None, None) => Part::Whole,
        }
    }
}

/// `bytes=FIRST-LAST`; either may be missing.
fn parse(range: &str) -> Option<(Option<u64>, Option<u64>)> {
    let (unit, set) = range.split_once('=')?;
    let (first, last) = set.trim().split_once('-')?;
    let number = |text: &str| match text {
        "" => Some(None),
        digits if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok().map(Some),
        _ => None,
    };
    unit.eq_ignore_ascii_case("bytes")
        .then_some((number(first)?, number(last)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ranges_mean_what_the_rfc_says() {
        let range = |first, last| Part::Range { first, last };
        for (text, len, part) in [
            ("bytes=0-0", 10, range(0, 0)),
            ("bytes=2-5", 10, range(2, 5)),
            ("Bytes=2-", 10, range(2, 9)),
            ("bytes=2-99", 10, range(2, 9)),
            ("bytes=-3", 10, range(7, 9)),
            ("bytes=-30", 10, range(0, 9)),
            ("bytes=10-", 10, Part::Beyond),
            ("bytes=-0", 10, Part::Beyond),
            ("bytes=-1", 0, Part::Beyond),
            ("bytes=0-", 0, Part::Beyond),
            ("bytes=5-2", 10, Part::Whole),
            ("bytes=-", 10, Part::Whole),
            ("bytes=0-1,3-4", 10, Part::Whole),
            ("bytes=+1-2", 10, Part::Whole),
            ("bytes=99999999999999999999-", 10, Part::Whole),
            ("lines=0-1", 10, Part::Whole),
            ("", 10, Part::Whole),
        ] {
            assert_eq!(Part::wanted(text, len), part, "{text} of {len}");
        }
    }

    proptest! {
        #[test]
        fn no_range_leads_out_of_the_file(text in "(bytes=)?[0-9,-]{0,12}", len in 0u64..50) {
            if let Part::Range { first, last } = Part::wanted(&text, len) {
                prop_assert!(first <= last && last < len);
            }
        }
    }
}
