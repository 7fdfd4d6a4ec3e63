//! What the publisher is told.

use super::*;

fn ms(start: Instant, ms: u64) -> Instant {
    start + Duration::from_millis(ms)
}

/// Late, and nothing to speak of waits.
const BARELY: u64 = 151;

fn leg(late: u64, rate: u32) -> Leg {
    Leg {
        late: Duration::from_millis(late),
        rate,
        stands: false,
        contends: false,
    }
}

#[test]
fn a_congested_leg_lowers_and_calm_raises_again() {
    let start = Instant::now();
    let mut governor = Governor::default();
    assert_eq!(governor.look(&[leg(0, 900_000)], start), None);
    let late = |ms| [leg(10, 900_000), leg(ms, 500_000)];
    assert_eq!(governor.look(&late(BARELY), start), Some(425_000));
    assert_eq!(governor.look(&late(BARELY), ms(start, 799)), None);
    let calm = |rate| [leg(10, rate)];
    assert_eq!(governor.look(&calm(420_000), ms(start, 999)), None);
    let first = governor.look(&calm(420_000), ms(start, 1_000));
    assert_eq!(first, Some(425_000 + 425_000 / 30));
    let mut limit = 425_000;
    for second in 2..120 {
        limit = governor
            .look(&calm(limit), ms(start, second * 1_000))
            .unwrap_or(limit);
    }
    assert!(limit >= NO_LIMIT, "{limit}");
    assert_eq!(governor.look(&calm(limit), ms(start, 200_000)), None);
}

#[test]
fn what_waits_may_become_less_before_the_limit_does() {
    let start = Instant::now();
    let mut governor = Governor::default();
    let late = |ms| [leg(10, 425_000), leg(ms, 500_000)];
    assert_eq!(governor.look(&late(400), start), Some(371_875));
    assert_eq!(governor.look(&late(300), ms(start, 800)), None);
    assert_eq!(governor.look(&late(200), ms(start, 900)), None);
    assert_eq!(governor.look(&late(200), ms(start, 1_000)), Some(316_030));
}

#[test]
fn what_waits_gets_through_beside_the_rest() {
    let lowered = |late, rate| {
        let late = [leg(10, 900_000), leg(late, rate)];
        Governor::default().look(&late, Instant::now())
    };
    assert_eq!(lowered(BARELY, 500_000), Some(425_000));
    assert_eq!(lowered(650, 500_000), Some(318_750), "a quarter of it");
    assert_eq!(lowered(1_150, 500_000), Some(212_500));
    assert_eq!(lowered(9_000, 500_000), Some(212_500), "half at most");
    assert_eq!(lowered(1_150, 200_000), Some(WATCHED));
    assert_eq!(lowered(1_150, 100_000), Some(85_000), "no more than that");
    let beside_others = [leg(10, 900_000), contending(650, 500_000)];
    let next = Governor::default().look(&beside_others, Instant::now());
    assert_eq!(next, Some(425_000));
}

#[test]
fn what_is_not_used_is_not_raised() {
    let start = Instant::now();
    let mut governor = Governor::default();
    assert_eq!(governor.look(&[leg(BARELY, 500_000)], start), Some(425_000));
    let little = [leg(0, 200_000)];
    assert_eq!(governor.look(&little, ms(start, 5_000)), None);
}

#[test]
fn an_outage_is_no_narrow_link() {
    let start = Instant::now();
    let mut governor = Governor::default();
    let out = Leg {
        stands: true,
        ..leg(900, 500_000)
    };
    assert_eq!(governor.look(&[leg(10, 500_000), out], start), None);
    let back = [leg(10, 500_000), leg(BARELY, 500_000)];
    assert_eq!(governor.look(&back, ms(start, 100)), Some(425_000));
    let again = governor.look(&[leg(10, 400_000), out], ms(start, 2_000));
    assert_eq!(again, None, "and nothing is raised");
}

#[test]
fn it_never_goes_below_the_floor() {
    let mut governor = Governor::default();
    assert_eq!(governor.look(&[leg(900, 0)], Instant::now()), Some(FLOOR));
}

#[test]
fn one_late_picture_is_not_congestion() {
    let start = Instant::now();
    let mut sustained = Sustained::default();
    for step in 0..20 {
        let late = if step % 7 == 0 { 0 } else { 300 };
        sustained.look(Duration::from_millis(late), ms(start, step * 50));
    }
    assert_eq!(sustained.least(ms(start, 950)), Duration::ZERO);
    for step in 20..30 {
        sustained.look(Duration::from_millis(300), ms(start, step * 50));
    }
    let late = Duration::from_millis(300);
    assert_eq!(sustained.least(ms(start, 1_450)), late);
    assert_eq!(sustained.least(ms(start, 2_000)), Duration::ZERO);
}

#[test]
fn lateness_is_growth_over_the_quickest() {
    let start = Instant::now();
    let mut lateness = Lateness::default();
    assert_eq!(lateness.look(5_000, 100, start), Duration::ZERO);
    let late = lateness.look(5_033, 183, ms(start, 83));
    assert_eq!(late, Duration::from_millis(50));
    assert_eq!(lateness.look(5_066, 150, ms(start, 84)), Duration::ZERO);
    let after = lateness.look(5_100, 250, ms(start, 150));
    assert_eq!(after, Duration::from_millis(66));
}

/// A leg that is late and contends for its share of a link.
fn contending(late: u64, rate: u32) -> Leg {
    Leg {
        contends: true,
        ..leg(late, rate)
    }
}

#[test]
fn when_a_leg_begins_to_contend_the_limit_of_before_comes_back() {
    let start = Instant::now();
    let mut governor = Governor::default();
    let late = |rate| [leg(10, 900_000), leg(BARELY, rate)];
    assert_eq!(governor.look(&late(800_000), start), Some(680_000));
    assert_eq!(governor.look(&late(400_000), ms(start, 800)), Some(340_000));
    let contends = [leg(10, 340_000), contending(BARELY, 200_000)];
    assert_eq!(governor.look(&contends, ms(start, 900)), Some(NO_LIMIT));
    let lower = governor.look(&contends, ms(start, 1_700));
    assert_eq!(lower, Some(170_000), "once");
}

#[test]
fn a_limit_of_before_that_is_lower_than_the_present_one_is_none() {
    let start = Instant::now();
    let mut governor = Governor::default();
    let late = |rate| [leg(10, 900_000), leg(BARELY, rate)];
    assert_eq!(governor.look(&late(600_000), start), Some(510_000));
    let long_after = 20_000;
    let lower = governor.look(&late(400_000), ms(start, long_after));
    assert_eq!(lower, Some(340_000));
    let mut calm = |contends, after| {
        let legs = [
            leg(10, 500_000),
            Leg {
                contends,
                ..leg(0, 500_000)
            },
        ];
        governor.look(&legs, ms(start, long_after + after))
    };
    assert_eq!(calm(true, 100), Some(510_000));
    assert_eq!(calm(true, 1_100), Some(680_000));
    assert_eq!(calm(false, 1_200), None);
    let contends = [leg(10, 600_000), contending(BARELY, 250_000)];
    let next = governor.look(&contends, ms(start, long_after + 2_000));
    assert_eq!(next, Some(212_500));
}

#[test]
fn who_sends_in_another_way_has_the_limit_of_before_again() {
    let start = Instant::now();
    let mut governor = Governor::default();
    assert_eq!(governor.lift(start), None, "there was none");
    let late = |rate| [leg(BARELY, rate)];
    assert_eq!(governor.look(&late(600_000), start), Some(510_000));
    let again = governor.look(&late(200_000), ms(start, 800));
    assert_eq!(again, Some(170_000));
    assert_eq!(governor.lift(ms(start, 900)), Some(NO_LIMIT));
    assert_eq!(governor.lift(ms(start, 900)), None, "it is as it was");
    let soon = governor.look(&late(400_000), ms(start, 1_600));
    assert_eq!(soon, None, "it needs time to show");
    let lower = governor.look(&late(400_000), ms(start, 1_700));
    assert_eq!(lower, Some(340_000));
    assert_eq!(governor.lift(ms(start, 20_000)), None, "that was long ago");
}

#[test]
fn where_a_leg_contends_the_limit_rises_by_a_third() {
    let start = Instant::now();
    let mut governor = Governor::default();
    let late = [leg(10, 900_000), leg(BARELY, 600_000)];
    assert_eq!(governor.look(&late, start), Some(510_000));
    let long_after = ms(start, 20_000);
    let calm = [leg(10, 500_000), contending(0, 500_000)];
    assert_eq!(governor.look(&calm, long_after), Some(680_000));
}
