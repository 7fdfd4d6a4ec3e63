//! The controller on modelled links.

mod pushed;
mod told;

use super::*;
use quinn::congestion::Controller;
use std::collections::VecDeque;

/// A sender that always has something to send, over a link with one bottleneck, packet by packet.
struct Link {
    rate: f64,
    delay: f64,
    /// Share of packets lost at random.
    loss: f64,
    /// Seconds of queue that the bottleneck holds.
    buffer: f64,
    /// Packets wait up to so many seconds more for no reason, in order.
    jitter: f64,
}

impl Default for Link {
    fn default() -> Self {
        Self {
            rate: 3e6,
            delay: 0.04,
            loss: 0.0,
            buffer: 1.0,
            jitter: 0.0,
        }
    }
}

/// What came of it after the first seconds.
struct Result {
    /// Share of the link's rate that was delivered.
    used: f64,
    /// Mean seconds of queue.
    queue: f64,
}

const PACKET: u64 = 1200;

fn run(link: &Link, seconds: f64, settle: f64) -> Result {
    let start = Instant::now();
    let at = |seconds: f64| start + Duration::from_secs_f64(seconds);
    let mut steady = Steady::new(PACKET as u16, start);
    let mut flight: VecDeque<(f64, f64, bool)> = VecDeque::new();
    let (mut clock, mut free, mut seed, mut last) = (0.0f64, 0.0f64, 7u64, 0.0f64);
    let (mut delivered, mut queued, mut sent) = (0.0, 0.0, 0.0);
    while clock < seconds {
        while (flight.len() as u64 + 1) * PACKET <= steady.window() {
            let mut chance = || {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (seed >> 40) as f64 / f64::from(1 << 24)
            };
            let begin = free.max(clock + link.delay);
            let wait = begin - clock - link.delay;
            let lost = chance() < link.loss || wait > link.buffer;
            if wait <= link.buffer {
                free = begin + PACKET as f64 * 8.0 / link.rate;
            }
            last = last.max(free.max(begin) + link.delay + chance() * link.jitter);
            steady.whose.sent(PACKET, at(clock));
            flight.push_back((clock, last, lost));
            if clock > settle {
                queued += wait;
                sent += 1.0;
            }
        }
        let (begin, arrival, lost) = flight.pop_front().expect("the window is never empty");
        clock = clock.max(arrival);
        if lost {
            steady.lost(PACKET, false, at(begin), at(clock));
            continue;
        }
        if clock > settle {
            delivered += PACKET as f64 * 8.0;
        }
        let in_flight = flight.len() as u64 * PACKET;
        steady.acknowledged((1, PACKET), at(begin), in_flight, false, at(clock));
    }
    Result {
        used: delivered / (link.rate * (seconds - settle)),
        queue: queued / sent,
    }
}

#[test]
fn it_fills_links_and_keeps_their_queues_short() {
    for rate in [300e3, 600e3, 1.5e6, 5e6, 20e6] {
        for delay in [0.005, 0.04, 0.1] {
            let link = Link {
                rate,
                delay,
                buffer: 2.0,
                ..Link::default()
            };
            let result = run(&link, 40.0, 10.0);
            let text = format!("{rate} bit/s, {delay} s: {} {}", result.used, result.queue);
            assert!(result.used > 0.75, "{text}");
            // Four packets are the least window, whatever they take.
            let least = LEAST as f64 * PACKET as f64 * 8.0 / rate;
            assert!(result.queue < 0.06 + least, "{text}");
        }
    }
}

#[test]
fn the_least_window_is_what_the_link_takes_in_a_while() {
    let least = |packet: u64| {
        let now = Instant::now();
        let mut steady = Steady::new(1200, now);
        steady
            .grain
            .add(Duration::from_millis(packet), Duration::from_secs(1), now);
        steady.set(0);
        steady.window / 1200
    };
    assert_eq!([77, 60, 40, 30, 23].map(least), [4, 4, 6, 8, 8]);
}

#[test]
fn random_loss_takes_little_of_the_rate() {
    let link = Link {
        loss: 0.05,
        ..Link::default()
    };
    let result = run(&link, 30.0, 5.0);
    assert!(result.used > 0.7, "{}", result.used);
}

#[test]
fn a_road_on_which_packets_wait_is_no_full_link() {
    let link = Link {
        jitter: 0.2,
        ..Link::default()
    };
    let result = run(&link, 30.0, 10.0);
    assert!(result.used > 0.5, "{}", result.used);
    assert!(result.queue < 0.35, "{}", result.queue);
}

#[test]
fn a_shallow_buffer_does_not_lose_without_end() {
    let link = Link {
        rate: 2e6,
        buffer: 0.015,
        ..Link::default()
    };
    let result = run(&link, 30.0, 5.0);
    assert!(result.used > 0.6, "{}", result.used);
}

#[test]
fn when_nothing_arrives_it_begins_anew() {
    let born = Instant::now();
    let mut steady = Steady::new(1200, born);
    let now = born + LATELY;
    steady.queued = Some(now);
    steady.lost(50_000, true, born, now);
    assert_eq!(steady.window(), RESTART * 1200);
    steady.lost(50_000, true, now, now + LATELY);
    assert_eq!(steady.window(), CLEAR, "a link without a queue is not full");
    assert!(steady.starting);
}

#[test]
fn silence_holds_nothing_up_unless_the_link_is_full() {
    let born = Instant::now();
    let mut steady = Steady::new(1200, born);
    let trip = Duration::from_millis(100);
    let from = born + LATELY;
    steady.sent(1200, from);
    steady.acknowledged((1, 1200), from, 0, false, from + trip);
    let full = from + trip;
    steady.sent(INITIAL, full);
    assert_eq!(steady.window(), INITIAL);
    let late = full + trip + SILENCE * 2;
    steady.sent(1200, late);
    assert_eq!(steady.window(), INITIAL + (1 + RESTART) * 1200);
    steady.queued = Some(late);
    let later = late + trip + SILENCE * 2;
    steady.sent(INITIAL, later);
    assert_eq!(steady.window(), INITIAL + (1 + RESTART) * 1200);
}

/// Whether a queue that was taken for another's still is after nine seconds of round trips that wait so long for so many packets under
/// way.
fn is_still_foreign(waits: impl Fn(u64, usize) -> Duration) -> bool {
    let born = Instant::now();
    let mut steady = Steady::new(1200, born);
    steady.foreign = Some((MOST_FOREIGN, born));
    some_trips(&mut steady, born, 60, waits);
    steady.foreign.is_some()
}

/// So many round trips of 100 ms and such waits.
fn some_trips(
    steady: &mut Steady,
    from: Instant,
    many: u32,
    waits: impl Fn(u64, usize) -> Duration,
) {
    for round in 0..many {
        let sent = from + Duration::from_millis(150) * round;
        let packets = 2 + u64::from(round) * 7 % 5;
        let bytes = packets * 1200;
        steady.sent(bytes, sent);
        let trip = Duration::from_millis(100) + waits(packets, round as usize);
        steady.acknowledged((packets as u32, bytes), sent, 0, false, sent + trip);
    }
}

#[test]
fn a_verdict_on_a_queue_is_withdrawn_when_it_follows_what_is_under_way() {
    let ours = |packets: u64, _| Duration::from_millis(30) * packets as u32;
    assert!(!is_still_foreign(ours));
    let others = |_, round| Duration::from_millis([120, 60, 150, 40, 90, 130, 70][round % 7]);
    assert!(is_still_foreign(others));
}

#[test]
fn a_verdict_on_a_queue_is_withdrawn_when_it_overflows() {
    let born = Instant::now();
    let mut steady = Steady::new(1200, born);
    steady.foreign = Some((MOST_FOREIGN, born));
    steady.sent(1200, born);
    let soon = born + Duration::from_millis(100);
    steady.acknowledged((1, 1200), born, 0, false, soon);
    assert!(steady.foreign.is_some());
    steady.losing = OVERFLOWING;
    let late = soon + STANDING * 3;
    steady.sent(1200, soon);
    steady.acknowledged((1, 1200), soon, 0, false, late);
    assert!(steady.foreign.is_none());
}

/// A packet that was sent then is acknowledged so much later, alone.
fn acknowledge(steady: &mut Steady, bytes: u64, sent: Instant, trip: Duration) {
    steady.whose.sent(bytes, sent);
    steady.acknowledged((1, bytes), sent, 5 * PACKET, true, sent + trip);
}

#[test]
fn what_a_packet_takes_on_a_narrow_link_is_no_queue() {
    let start = Instant::now();
    let ms = |ms: u64| Duration::from_millis(ms);
    let mut steady = Steady::new(PACKET as u16, start);
    for number in 0..40 {
        acknowledge(&mut steady, 100, start + ms(number * 50), ms(100));
    }
    // 32 ms for each packet are 300 kbit/s; 70 ms more than the shortest round trip are two packets, ours and another's.
    let narrow = start + ms(4_000);
    let each = |number: u64| narrow + ms(number * 32);
    for number in 0..100 {
        acknowledge(&mut steady, PACKET, each(number), ms(170));
    }
    assert_eq!(steady.window(), INITIAL);
    for number in 100..110 {
        acknowledge(&mut steady, PACKET, each(number), ms(200));
    }
    assert!(steady.window() < INITIAL, "{}", steady.window());
}

#[test]
fn a_link_that_overflows_is_no_road_that_loses() {
    let start = Instant::now();
    let mut steady = Steady::new(PACKET as u16, start);
    let window = steady.window();
    let silent = |steady: &mut Steady, after: u64| {
        let now = start + Duration::from_secs(after);
        steady.queued = Some(now);
        steady.sent(window, now);
        steady.window()
    };
    steady.losing = 0.6;
    silent(&mut steady, 1);
    assert_eq!(silent(&mut steady, 2), window, "its queue showed of late");
    steady.losses.blame(0.6);
    assert!(silent(&mut steady, 3) > window, "the road loses");
}

#[test]
fn beside_a_queue_that_is_put_up_with_a_window_grows_where_more_is_delivered() {
    let start = Instant::now();
    let ms = |ms: u64| Duration::from_millis(ms);
    // A packet each 32 ms, whatever the window is: the link is full.
    let mut steady = Steady::new(PACKET as u16, start);
    steady.set(0);
    for number in 0..200 {
        let sent = start + ms(number * 32);
        let trip = if number < 10 { ms(100) } else { ms(200) };
        steady.foreign = (number >= 10).then_some((ms(100), sent));
        steady.starting = number >= 10;
        let window = steady.window();
        steady.whose.sent(PACKET, sent);
        steady.acknowledged((1, PACKET), sent, window, false, sent + trip);
    }
    let fits = 200 / 32 * PACKET;
    assert!(steady.window() > fits, "{}", steady.window());
    assert!(steady.window() < fits * 2, "{}", steady.window());
}
