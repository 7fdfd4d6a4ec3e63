//! Order, gaps, duplicates, bounds; and a seeded network that loses, doubles and reorders.

use super::*;
use TrackOutput::{Gap, KeyframeRequest};

const LIMITS: TrackLimits = TrackLimits {
    patience: 100,
    max_held: 8,
    max_held_bytes: 10_000,
    request_interval: 500,
};

fn configuration() -> Message {
    message(MessageKind::Video, 0, &[0x17, 0, 0, 0, 0, 1])
}

fn keyframe() -> Message {
    message(MessageKind::Video, 0, &[0x17, 1, 0, 0, 0, 0, 0, 0, 1, 0x65])
}

fn picture() -> Message {
    message(MessageKind::Video, 0, &[0x27, 1, 0, 0, 0, 0, 0, 0, 1, 0x41])
}

fn enhanced_keyframe() -> Message {
    message(MessageKind::Video, 0, b"\x93avc1\0\0\0\x01\x65")
}

fn sound() -> Message {
    audio(0, &[0xAF, 1, 2])
}

fn given(sequence: u64, message: Message) -> TrackOutput {
    TrackOutput::Message { sequence, message }
}

/// Takes one message and gives what comes out.
fn step(track: &mut TrackReceiver, sequence: u64, message: Message, now: u64) -> Vec<TrackOutput> {
    track.push(sequence, message, now);
    drain(track, now)
}

fn drain(track: &mut TrackReceiver, now: u64) -> Vec<TrackOutput> {
    std::iter::from_fn(|| track.poll(now)).collect()
}

#[test]
fn order_is_restored_and_duplicates_are_dropped() {
    let mut track = TrackReceiver::new(Track::Audio, LIMITS);
    assert_eq!(step(&mut track, 1, sound(), 0), []);
    assert_eq!(step(&mut track, 1, sound(), 0), []);
    assert_eq!(track.deadline(), Some(80));
    assert_eq!(
        step(&mut track, 0, sound(), 50),
        [given(0, sound()), given(1, sound())]
    );
    assert_eq!(step(&mut track, 0, sound(), 50), []);
    assert_eq!(track.deadline(), None);
    assert_eq!((track.discarded(), track.lost()), (2, 0));
}

#[test]
fn audio_goes_on_behind_a_gap() {
    let mut track = TrackReceiver::new(Track::Audio, LIMITS);
    let sound = |sequence: u32| audio(sequence * 20, &[0xAF, 1, 2]);
    assert_eq!(step(&mut track, 2, sound(2), 40), []);
    assert_eq!(step(&mut track, 5, sound(5), 100), []);
    assert_eq!(drain(&mut track, 119), []);
    assert_eq!(
        drain(&mut track, 120),
        [Gap { from: 0, to: 2 }, given(2, sound(2))]
    );
    assert_eq!(track.deadline(), Some(180));
    // It comes too late, and so late may come others: they are waited for as long as is allowed.
    assert_eq!(step(&mut track, 1, sound(1), 130), []);
    assert_eq!(track.deadline(), Some(200));
    assert_eq!(
        drain(&mut track, 200),
        [Gap { from: 3, to: 5 }, given(5, sound(5))]
    );
    assert_eq!((track.discarded(), track.lost()), (1, 4));
}

#[test]
fn a_configuration_is_given_however_late_it_comes() {
    let mut track = TrackReceiver::new(Track::Audio, LIMITS);
    let sound = |sequence: u32| audio(sequence * 20, &[0xAF, 1, 2]);
    let head = |rate| audio(0, &[0xAF, 0, rate, 0x90]);
    let gap = Gap { from: 0, to: 1 };
    assert_eq!(step(&mut track, 1, sound(1), 20), []);
    assert_eq!(drain(&mut track, 100), [gap, given(1, sound(1))]);
    assert_eq!(track.lost(), 1);
    let late = step(&mut track, 0, head(0x11), 500);
    assert_eq!(late, [given(0, head(0x11))]);
    assert_eq!(step(&mut track, 0, head(0x11), 500), [], "the same again");
    // It says nothing of how late sound is: that is still waited for as in the beginning.
    assert_eq!(step(&mut track, 3, sound(25), 500), []);
    assert_eq!(track.deadline(), Some(580));
    let gap = Gap { from: 2, to: 3 };
    assert_eq!(drain(&mut track, 580), [gap, given(3, sound(25))]);
    // Nor when what is missing before it comes: in three packets of sound, as in the beginning.
    assert_eq!(step(&mut track, 5, head(0x12), 600), []);
    assert_eq!(track.deadline(), Some(700));
    let newer = step(&mut track, 4, sound(31), 620);
    assert_eq!(newer, [given(4, sound(31)), given(5, head(0x12))]);
    assert_eq!(step(&mut track, 2, head(0x11), 700), [], "one of before");
    assert_eq!((track.discarded(), track.lost()), (2, 1));
}

#[test]
fn video_goes_on_at_the_next_keyframe() {
    let mut track = TrackReceiver::new(Track::Video, LIMITS);
    assert_eq!(step(&mut track, 0, keyframe(), 0), [given(0, keyframe())]);
    assert_eq!(step(&mut track, 2, picture(), 10), []);
    assert_eq!(
        drain(&mut track, 110),
        [Gap { from: 1, to: 2 }, KeyframeRequest]
    );
    assert_eq!(step(&mut track, 3, picture(), 120), []);
    assert_eq!(
        step(&mut track, 4, enhanced_keyframe(), 130),
        [given(4, enhanced_keyframe())]
    );
    assert_eq!(step(&mut track, 5, picture(), 140), [given(5, picture())]);
    assert_eq!(track.lost(), 3);
}

#[test]
fn a_keyframe_that_waits_behind_the_gap_ends_it_without_a_request() {
    let mut track = TrackReceiver::new(Track::Video, LIMITS);
    for sequence in [1, 2] {
        assert_eq!(step(&mut track, sequence, picture(), 0), []);
    }
    assert_eq!(step(&mut track, 4, configuration(), 10), []);
    assert_eq!(step(&mut track, 5, keyframe(), 10), []);
    let expected = [
        Gap { from: 0, to: 1 },
        Gap { from: 3, to: 5 },
        given(4, configuration()),
        given(5, keyframe()),
    ];
    assert_eq!(drain(&mut track, 100), expected);
    assert_eq!(track.lost(), 4);
}

/// A message of the same content and another time.
fn at(timestamp: u32, message: Message) -> Message {
    Message {
        timestamp,
        ..message
    }
}

#[test]
fn a_keyframe_behind_an_outage_is_not_held_for_what_is_older() {
    let mut track = TrackReceiver::new(Track::Video, LIMITS);
    let way = 1_000;
    step(&mut track, 0, at(0, keyframe()), way);
    step(&mut track, 1, at(33, picture()), way + 33);
    // For a second nothing comes, and then what is of now.
    assert_eq!(step(&mut track, 30, at(990, keyframe()), way + 990), []);
    let on = way + 990 + 80;
    assert_eq!(track.deadline(), Some(on), "some packets of patience");
    let expected = [Gap { from: 2, to: 30 }, given(30, at(990, keyframe()))];
    assert_eq!(drain(&mut track, on), expected);
    // What comes of before is late by half a second, and is held for nothing.
    assert_eq!(step(&mut track, 20, at(660, keyframe()), on + 20), []);
    let late = at(1_023, picture());
    assert_eq!(
        step(&mut track, 31, late.clone(), on + 20),
        [given(31, late)]
    );
}

#[test]
fn a_keyframe_waits_for_what_comes_as_late_as_others_did() {
    let mut track = TrackReceiver::new(Track::Video, LIMITS);
    step(&mut track, 0, at(0, keyframe()), 1_000);
    // Sent again, as is usual on this path.
    step(&mut track, 1, at(33, picture()), 1_118);
    assert_eq!(step(&mut track, 3, at(99, keyframe()), 1_099), []);
    assert_eq!(track.deadline(), Some(1_099 + 95));
    let both = [given(2, at(66, picture())), given(3, at(99, keyframe()))];
    assert_eq!(step(&mut track, 2, at(66, picture()), 1_150), both);
}

#[test]
fn requests_are_repeated_but_throttled() {
    let mut track = TrackReceiver::new(Track::Video, LIMITS);
    step(&mut track, 1, picture(), 0);
    assert_eq!(
        drain(&mut track, 100),
        [Gap { from: 0, to: 1 }, KeyframeRequest]
    );
    assert_eq!(track.deadline(), Some(600));
    assert_eq!(step(&mut track, 2, picture(), 200), []);
    assert_eq!(drain(&mut track, 600), [KeyframeRequest]);
    assert_eq!(step(&mut track, 3, keyframe(), 700), [given(3, keyframe())]);
    assert_eq!(track.deadline(), None);
    assert_eq!(step(&mut track, 5, picture(), 800), []);
    assert_eq!(drain(&mut track, 900), [Gap { from: 4, to: 5 }]);
    assert_eq!(track.deadline(), Some(1100));
    assert_eq!(drain(&mut track, 1100), [KeyframeRequest]);
}

#[test]
fn what_waits_is_bounded_in_number_and_bytes() {
    let mut track = TrackReceiver::new(Track::Audio, LIMITS);
    for sequence in 1..=8 {
        assert_eq!(step(&mut track, sequence, sound(), 0), []);
    }
    assert_eq!(step(&mut track, 9, sound(), 0).len(), 10);
    assert_eq!(step(&mut track, 11, audio(0, &[0; 10_000]), 0), []);
    assert_eq!(
        step(&mut track, 12, sound(), 0)[0],
        Gap { from: 10, to: 11 }
    );
}

#[test]
fn impossible_sequences_are_discarded() {
    let mut track = TrackReceiver::new(Track::Data, LIMITS);
    assert_eq!(step(&mut track, u64::MAX, sound(), u64::MAX), []);
    assert_eq!(step(&mut track, MAX_VARINT, sound(), u64::MAX).len(), 2);
    assert_eq!(track.discarded(), 1);
}

#[derive(Debug, Clone)]
struct Arrival {
    sequence: u64,
    after: u64,
}

fn arrivals() -> impl Strategy<Value = Vec<Arrival>> {
    let arrival = (0_u64..40, 0_u64..60);
    prop::collection::vec(
        arrival.prop_map(|(sequence, after)| Arrival { sequence, after }),
        0..80,
    )
}

proptest! {
    /// Whatever the network does: order, no message twice, nothing given up that is given, nothing held for ever.
    #[test]
    fn any_network_gives_order(arrivals in arrivals(), video: bool, period in 1_u64..12) {
        let track = if video { Track::Video } else { Track::Audio };
        let mut receiver = TrackReceiver::new(track, LIMITS);
        let (mut now, mut next, mut given) = (0, 0, 0);
        let body = |sequence: u64| match (video, sequence % period) {
            (false, _) => sound(),
            (true, 0) => keyframe(),
            (true, _) => picture(),
        };
        let mut outputs = Vec::new();
        for arrival in &arrivals {
            now += arrival.after;
            outputs.extend(step(&mut receiver, arrival.sequence, body(arrival.sequence), now));
        }
        outputs.extend(drain(&mut receiver, now + LIMITS.patience));
        for output in outputs {
            match output {
                TrackOutput::Message { sequence, .. } => {
                    prop_assert!(sequence >= next);
                    prop_assert!(video || sequence == next);
                    next = sequence + 1;
                    given += 1;
                }
                Gap { from, to } => {
                    prop_assert!(next <= from && from < to);
                    next = to;
                }
                KeyframeRequest => prop_assert!(video),
            }
        }
        prop_assert_eq!(receiver.gap_deadline(), None);
        prop_assert!(given + receiver.discarded() <= arrivals.len() as u64);
    }
}
