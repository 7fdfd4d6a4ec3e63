//! When a contest begins, and when it ends.

use super::*;

fn at(start: Instant, ms: u64) -> Instant {
    start + Duration::from_millis(ms)
}

/// One that began at this time, where 10 kB/s were delivered.
fn begun(start: Instant) -> Contest {
    let mut contest = Contest::default();
    contest.foreign(10e3, 50_000, start);
    assert!(!contest.is_on(), "a link that does not overflow");
    contest.overflows();
    contest.foreign(10e3, 50_000, start);
    assert!(contest.is_on());
    contest
}

#[test]
fn a_queue_that_has_been_short_begins_none() {
    let start = Instant::now();
    let mut contest = Contest::default();
    contest.overflows();
    contest.queue(true, start);
    contest.foreign(10e3, 50_000, start);
    assert!(!contest.is_on());
}

#[test]
fn it_ends_when_the_queue_is_short_for_two_seconds() {
    let start = Instant::now();
    let mut contest = begun(start);
    for (time, is_short) in [(0, true), (1_900, true), (2_000, false), (2_100, true)] {
        contest.queue(is_short, at(start, time));
    }
    contest.queue(true, at(start, 4_000));
    assert!(contest.is_on());
    contest.queue(true, at(start, 4_100));
    assert!(!contest.is_on());
}

#[test]
fn it_lasts_half_a_minute_and_has_to_be_shown_anew() {
    let start = Instant::now();
    let mut contest = begun(start);
    let end = start + LASTS;
    contest.queue(false, end - Duration::from_millis(1));
    assert!(contest.is_on());
    contest.queue(false, end);
    contest.foreign(10e3, 50_000, end);
    assert!(!contest.is_on());
    contest.overflows();
    contest.foreign(10e3, 50_000, end);
    assert!(contest.is_on());
}

#[test]
fn it_goes_on_where_it_brings_something() {
    let start = Instant::now();
    let mut contest = begun(start);
    contest.delivers(15e3, at(start, 2_000));
    contest.delivers(12e3, at(start, 3_000));
    assert!(contest.is_on());
}

#[test]
fn it_ends_where_it_brings_nothing_and_none_begins_for_a_while() {
    let start = Instant::now();
    let mut contest = begun(start);
    contest.delivers(14e3, at(start, 2_999));
    assert!(contest.is_on());
    contest.delivers(14e3, at(start, 3_000));
    assert!(!contest.is_on());
    for (time, begins) in [(3_100, false), (32_999, false), (33_000, true)] {
        contest.overflows();
        contest.foreign(10e3, 50_000, at(start, time));
        assert_eq!(contest.is_on(), begins, "{time}");
    }
}

#[test]
fn what_was_sent_before_a_cut_makes_no_other_one() {
    let start = Instant::now();
    assert!(!Contest::default().lost(start, start));
    let mut contest = begun(start);
    assert!(!contest.lost(start, at(start, 200)), "sent before it began");
    assert!(contest.lost(at(start, 1), at(start, 200)));
    for sent in [50, 150, 200] {
        assert!(!contest.lost(at(start, sent), at(start, sent + 200)));
    }
    assert!(contest.lost(at(start, 201), at(start, 401)));
}

#[test]
fn the_shortest_round_trip_is_believed_for_longer_until_the_queue_is_short() {
    let start = Instant::now();
    assert_eq!(Contest::default().memory(start), BASE);
    let mut contest = begun(start);
    assert_eq!(contest.memory(start), BELIEVED);
    let end = start + LASTS;
    contest.queue(false, end);
    assert!(!contest.is_on());
    let memory = |contest: &Contest, after| contest.memory(end + after);
    let just_before = LONGER - Duration::from_millis(1);
    assert_eq!(memory(&contest, just_before), BELIEVED);
    assert_eq!(memory(&contest, LONGER), BASE);
    contest.queue(true, end);
    assert_eq!(memory(&contest, Duration::ZERO), BASE);
}
