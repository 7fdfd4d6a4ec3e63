//! Any messages in any order at any time: no panic; order but for configurations that come late, nothing twice, nothing held beyond its
//! deadline, counts that add up.
#![no_main]

use arbitrary::Arbitrary;
use bytes::Bytes;
use counterpart_shared::flv::{TagKind, classify};
use counterpart_shared::quic::{Track, TrackLimits, TrackOutput, TrackReceiver};
use counterpart_shared::rtmp::{Message, MessageKind};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
struct Arrival<'a> {
    sequence: u8,
    far: bool,
    after: u8,
    payload: &'a [u8],
}

const LIMITS: TrackLimits = TrackLimits {
    patience: 100,
    max_held: 16,
    max_held_bytes: 200,
    request_interval: 300,
};

fuzz_target!(|input: (u8, Vec<Arrival<'_>>)| {
    let (track, arrivals) = input;
    let track = [Track::Video, Track::Audio, Track::Data][usize::from(track % 3)];
    let mut receiver = TrackReceiver::new(track, LIMITS);
    let (mut now, mut next, mut given, mut requested) = (0, 0, 0, None);
    let mut configured = None;
    let pushed = arrivals.len() as u64;
    let mut check = |output: TrackOutput, now: u64| match output {
        TrackOutput::Message { sequence, message } => {
            given += 1;
            let kind = match track {
                Track::Audio => TagKind::Audio,
                _ => TagKind::Video,
            };
            if track != Track::Data && classify(kind, &message.payload).is_config() {
                assert!(configured < Some(sequence));
                configured = Some(sequence);
                next = next.max(sequence + 1);
            } else {
                assert!(sequence >= next);
                next = sequence + 1;
            }
        }
        TrackOutput::Gap { from, to } => {
            assert!(from < to && from >= next);
            // Configurations inside the gap may follow.
            next = from;
        }
        TrackOutput::KeyframeRequest => {
            assert!(track == Track::Video);
            assert!(requested.is_none_or(|at| now >= at + LIMITS.request_interval));
            requested = Some(now);
        }
    };
    for arrival in arrivals {
        now += u64::from(arrival.after);
        let far = if arrival.far { u64::MAX / 2 } else { 0 };
        let message = Message {
            kind: MessageKind::Video,
            stream_id: 1,
            timestamp: 0,
            payload: Bytes::copy_from_slice(arrival.payload),
        };
        receiver.push(u64::from(arrival.sequence) + far, message, now);
        while let Some(output) = receiver.poll(now) {
            check(output, now);
        }
        assert!(receiver.deadline().is_none_or(|at| at > now));
    }
    now += LIMITS.patience + LIMITS.request_interval;
    while let Some(output) = receiver.poll(now) {
        check(output, now);
    }
    assert!(given + receiver.discarded() <= pushed);
});
