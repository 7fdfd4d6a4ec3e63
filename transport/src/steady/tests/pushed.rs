//! Beside others who fill the link.

use super::*;

/// After nine seconds of such waits on a link that overflows with another's queue, of which our own direction is told to have so many
/// milliseconds, and where so many bytes a second were delivered before, of which 32 k are.
fn pushed(ours: Option<u64>, usual: f64, waits: impl Fn(usize) -> Duration) -> Steady {
    let born = Instant::now();
    let mut steady = Steady::new(1200, born);
    steady.sent(1200, born);
    let soon = born + Duration::from_millis(100);
    steady.acknowledged((1, 1200), born, 0, false, soon);
    (steady.usual, steady.rate) = (usual, 20e3);
    let tell = |steady: &Steady, now| {
        if let Some(ours) = ours {
            steady.tell(Duration::from_millis(ours), now);
        }
    };
    tell(&steady, soon);
    steady.contest.overflows();
    steady.contend_for(INITIAL, Duration::from_millis(250), soon);
    steady.foreign = Some((Duration::from_millis(250), soon));
    steady.holds = true;
    for second in 0..9 {
        let from = soon + Duration::from_secs(second);
        tell(&steady, from);
        some_trips(&mut steady, from, 6, |_, round| waits(round));
    }
    steady
}

/// A queue of others.
fn stands(round: usize) -> Duration {
    Duration::from_millis(200 + round as u64 % 7)
}

#[test]
fn who_is_pushed_aside_contends() {
    let steady = pushed(Some(180), 100e3, stands);
    assert!(
        steady.contest.is_on() && steady.window >= 31_250,
        "what was delivered in a round trip of 250 ms"
    );
}

#[test]
fn a_queue_in_the_other_direction_or_who_knows_where_is_not_contended_for() {
    assert!(!pushed(Some(50), 100e3, stands).contest.is_on());
    assert!(!pushed(None, 100e3, stands).contest.is_on());
}

#[test]
fn who_is_to_give_way_does_not_contend() {
    let mut steady = pushed(None, 100e3, stands);
    let now = steady.heard + Duration::from_secs(1);
    steady.give_way();
    steady.tell(Duration::from_millis(180), now);
    steady.contest.overflows();
    steady.contend_for(INITIAL, Duration::from_millis(250), now);
    assert!(!steady.contest.is_on());
}

#[test]
fn who_is_not_pushed_aside_does_not_contend() {
    assert!(!pushed(Some(180), 22e3, stands).contest.is_on());
}

#[test]
fn a_contest_that_ends_for_a_short_queue_leaves_nothing_behind() {
    let steady = pushed(Some(180), 100e3, |_| Duration::ZERO);
    assert!(!steady.contest.is_on() && steady.foreign.is_none() && !steady.holds);
}

#[test]
fn a_contest_has_no_empty_moments() {
    let mut steady = pushed(Some(180), 100e3, stands);
    assert!(steady.contest.is_on());
    let now = steady.heard + BASE;
    steady.relax(MOST_FOREIGN, false, now);
    assert_eq!(steady.draining, None);
    steady.contest.end(now);
    steady.relax(MOST_FOREIGN, false, now + BASE);
    assert!(steady.draining.is_some());
}

#[test]
fn a_trial_that_fails_leaves_nothing_to_put_up_with() {
    let mut steady = pushed(Some(180), 100e3, stands);
    assert!(steady.foreign.is_some());
    let anew = steady.heard + PUT_UP;
    steady.contest.end(anew);
    steady.contest.overflows();
    steady.contest.foreign(1e9, INITIAL, anew);
    assert!(steady.contest.is_on());
    steady.end_trip(anew + Duration::from_secs(4));
    assert!(!steady.contest.is_on() && steady.foreign.is_none());
}

#[test]
fn what_is_usual_stays_while_a_queue_of_others_is_put_up_with() {
    let mut steady = pushed(None, 100e3, stands);
    assert!(steady.foreign.is_some() && !steady.contest.is_on());
    assert!(steady.usual >= 100e3, "{}", steady.usual);
    let now = steady.heard + Duration::from_secs(1);
    steady.tell(Duration::from_millis(180), now);
    steady.contest.overflows();
    steady.contend_for(INITIAL, Duration::from_millis(250), now);
    assert!(steady.contest.is_on(), "it is before us, as is known now");
}

#[test]
fn what_was_sent_before_a_contest_does_not_take_it_back() {
    let mut steady = pushed(Some(180), 100e3, stands);
    assert!(steady.contest.is_on());
    let now = steady.heard + Duration::from_secs(1);
    steady.contest.end(now);
    steady.contest.overflows();
    steady.contest.foreign(20e3, INITIAL, now);
    let window = steady.window;
    steady.sent(window, now);
    steady.yield_some(now, now + Duration::from_millis(200));
    assert_eq!(steady.window, window);
    let after = now + Duration::from_millis(1);
    steady.yield_some(after, now + Duration::from_millis(200));
    assert_eq!(steady.window, window / 5 * 4);
}
