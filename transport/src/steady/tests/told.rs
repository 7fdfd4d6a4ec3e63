//! When the other end tells where the queue stands.

use super::*;

const MS: Duration = Duration::from_millis(1);

/// One that has a window of forty packets on a way of 100 ms, after a second.
fn quiet() -> (Steady, Instant) {
    let born = Instant::now();
    let mut steady = Steady::new(1200, born);
    steady.starting = false;
    steady.set(40 * 1200);
    for round in 0..10 {
        trip(&mut steady, born + 100 * MS * round, 100 * MS);
    }
    (steady, born + 1100 * MS)
}

/// The window is used and acknowledged after so long.
fn trip(steady: &mut Steady, sent: Instant, takes: Duration) {
    let bytes = steady.window;
    steady.sent(bytes, sent);
    let packets = (bytes / 1200) as u32;
    steady.acknowledged((packets, bytes), sent, 0, false, sent + takes);
}

/// The window after so many round trips of 400 ms, where this is told of our own direction before each ends.
fn after(trips: u32, told: impl Fn(u32) -> Option<u64>) -> u64 {
    let (mut steady, begin) = quiet();
    for round in 0..trips {
        let sent = begin + 400 * MS * round;
        if let Some(ours) = told(round) {
            steady.tell(MS * ours as u32, sent + 400 * MS);
        }
        trip(&mut steady, sent, 400 * MS);
    }
    steady.window
}

#[test]
fn a_queue_in_the_other_direction_slows_nothing_down() {
    let whole = quiet().0.window;
    assert!(after(10, |_| None) < whole / 2, "nobody knows where it is");
    assert!(after(10, |_| Some(300)) < whole / 2);
    assert!(after(10, |_| Some(20)) >= whole);
}

#[test]
fn a_cut_for_such_a_queue_is_taken_back_when_that_is_known() {
    let whole = quiet().0.window;
    let late = |from: u32| move |round| (round >= from).then_some(20);
    assert!(after(10, late(2)) >= whole);
    let first_high = |round| Some(if round < 1 { 200 } else { 20 });
    assert!(after(10, first_high) < whole, "it was before us, too");
    let soon = |round| (round == 1).then_some(20);
    assert!(after(3, soon) < whole, "that may be of before the cut");
    assert!(after(10, late(8)) < whole, "that was long ago");
}

#[test]
fn it_is_said_for_a_second_that_a_cut_was_taken_back() {
    let (mut steady, begin) = quiet();
    for round in 0..3 {
        let sent = begin + 400 * MS * round;
        assert!(!steady.contends(sent), "before trip {round}");
        if round == 2 {
            steady.tell(20 * MS, sent + 400 * MS);
        }
        trip(&mut steady, sent, 400 * MS);
    }
    let at = steady.taken_back.unwrap();
    assert!(steady.contends(at + 999 * MS) && !steady.contest.is_on());
    assert!(!steady.contends(at + 1000 * MS));
}

#[test]
fn of_a_window_that_was_not_used_nothing_comes_back() {
    let (mut steady, begin) = quiet();
    let half = steady.window / 2 / 1200 * 1200;
    for round in 0..3 {
        let sent = begin + 400 * MS * round;
        let bytes = half.min(steady.window);
        steady.sent(bytes, sent);
        let now = sent + 400 * MS;
        if round == 2 {
            steady.tell(MS * 20, now);
        }
        steady.acknowledged(((bytes / 1200) as u32, bytes), sent, 0, false, now);
    }
    assert_eq!(steady.mistake.map(|cut| cut.used), None, "it is taken back");
    assert!(steady.window >= half && steady.window < half / 2 * 3);
}

#[test]
fn what_stands_in_the_other_direction_is_part_of_the_way() {
    let whole = quiet().0.window;
    let cut = after(3, |_| Some(60));
    assert!(cut < whole && cut > whole / 8 * 5, "{cut} of {whole}");
}

#[test]
fn what_was_told_is_believed_for_a_second() {
    let now = Instant::now();
    let told = told::Told::default();
    assert_eq!(told.get(now), None);
    told.tell(MS * 7, now);
    let second = Duration::from_secs(1);
    assert_eq!(told.get(now + second), Some(MS * 7));
    assert_eq!(told.get(now + second + MS), None);
    assert_eq!(told.last(), Some((MS * 7, now)));
}

#[test]
fn of_the_other_direction_the_least_of_half_a_second_is_believed() {
    let now = Instant::now();
    let mut other = told::Other::default();
    for (after, trips, ours, least) in [
        (0, 100, 90, 10),
        (100, 300, 100, 10),
        (500, 300, 0, 10),
        (501, 300, 0, 200),
        (601, 300, 0, 300),
        (700, 50, 80, 0),
    ] {
        other.look(MS * trips, MS * ours, now + MS * after);
        assert_eq!(other.get(), MS * least, "after {after} ms");
    }
}
