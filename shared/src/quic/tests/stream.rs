//! Media streams: pinned bytes, any split, every truncation, the bounds.

use super::*;
use std::collections::VecDeque;

fn written(sequence: u64, messages: &[Message]) -> Vec<u8> {
    let mut writer = MediaStreamWriter::new(sequence);
    let mut out = VecDeque::new();
    for message in messages {
        writer.write(message, &mut out);
    }
    Vec::from(out).concat()
}

type Read = (Vec<(u64, Message)>, Option<QuicError>);

fn read(reader: &mut MediaStreamReader, bytes: &[u8]) -> Read {
    reader.push(bytes);
    let mut messages = Vec::new();
    loop {
        match reader.next_message() {
            Ok(Some(message)) => messages.push(message),
            Ok(None) => return (messages, None),
            Err(fault) => return (messages, Some(fault)),
        }
    }
}

fn fault(digits: &str) -> Option<QuicError> {
    let bytes = hex::decode(digits.replace(' ', "")).unwrap();
    read(&mut MediaStreamReader::new(MAX), &bytes).1
}

#[test]
fn the_bytes_are_pinned() {
    let messages = [audio(20, &[0xAA, 0xBB]), audio(0x0100_0000, &[0xCC])];
    let digits = "44d2 04 000014 000002 08 01000000 aabb 04 ffffff 000001 08 01000000 01000000 cc";
    let bytes = hex::decode(digits.replace(' ', "")).unwrap();
    assert_eq!(written(1234, &messages), bytes);
    let mut reader = MediaStreamReader::new(MAX);
    let [first, second] = messages;
    assert_eq!(
        read(&mut reader, &bytes),
        (vec![(1234, first), (1235, second)], None)
    );
    assert_eq!(reader.finish(), Ok(()));
}

#[test]
fn a_long_payload_is_one_shared_chunk() {
    let picture = message(MessageKind::Video, 0, &[7; 100_000]);
    let mut out = VecDeque::new();
    MediaStreamWriter::new(0).write_on(9, &picture, &mut out);
    let lengths: Vec<usize> = out.iter().map(Bytes::len).collect();
    assert_eq!(lengths, [1, 12, 100_000]);
    assert_eq!(out[2].as_ptr(), picture.payload.as_ptr());
}

#[test]
fn what_does_not_belong_is_refused() {
    assert_eq!(fault("00 c4"), Some(QuicError::Format { format: 3 }));
    assert_eq!(
        fault("00 44 000000 000000 08"),
        Some(QuicError::Format { format: 1 })
    );
    assert_eq!(
        fault("00 03 000000 000000 14 00000000"),
        Some(QuicError::Kind { kind: 20 })
    );
    let first = "00 04 000000 000000 08 01000000";
    let mixed = |kind, stream_id| Some(QuicError::Mixed { kind, stream_id });
    assert_eq!(
        fault(&format!("{first} 06 000000 000000 09 01000000")),
        mixed(9, 1)
    );
    assert_eq!(
        fault(&format!("{first} 04 000000 000000 08 02000000")),
        mixed(8, 2)
    );
    let (length, max) = (MAX + 1, MAX);
    let too_long = QuicError::MessageTooLong { length, max };
    assert_eq!(fault("00 06 000000 400001 09 01000000"), Some(too_long));
    let overflow = QuicError::SequenceOverflow(MAX_VARINT);
    let last = format!("ffffffffffffffff {} {}", &first[3..], &first[3..]);
    assert_eq!(fault(&last), Some(overflow));
}

#[test]
fn a_stream_of_no_message_is_not_whole() {
    let mut reader = MediaStreamReader::new(MAX);
    assert_eq!(reader.finish(), Err(QuicError::Truncated { held: 0 }));
    reader.push(&[5]);
    assert_eq!(reader.finish(), Err(QuicError::Truncated { held: 0 }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read_in_any_split(
        sequence in any_sequence(),
        payloads in prop::collection::vec((any::<u32>(), any_payload()), 1..5),
        cuts in prop::collection::vec(1_usize..700, 1..10),
    ) {
        let messages: Vec<Message> = payloads.iter().map(|(time, body)| audio(*time, body)).collect();
        let bytes = written(sequence, &messages);
        let mut reader = MediaStreamReader::new(MAX);
        let (mut rest, mut found) = (&bytes[..], Vec::new());
        for cut in cuts.iter().cycle() {
            if rest.is_empty() { break; }
            let (part, left) = rest.split_at(rest.len().min(*cut));
            let (some, fault) = read(&mut reader, part);
            prop_assert_eq!(fault, None);
            found.extend(some);
            rest = left;
        }
        let expected: Vec<_> = (sequence..).zip(messages).collect();
        prop_assert_eq!(found, expected);
        prop_assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn every_truncation_is_seen_at_the_end(sequence in any_sequence(), body in any_payload()) {
        let bytes = written(sequence, &[audio(0, &body)]);
        for end in 0..bytes.len() {
            let mut reader = MediaStreamReader::new(MAX);
            prop_assert_eq!(read(&mut reader, &bytes[..end]), (vec![], None));
            let truncated = matches!(reader.finish(), Err(QuicError::Truncated { .. }));
            prop_assert!(truncated);
        }
    }

    #[test]
    fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut reader = MediaStreamReader::new(MAX);
        read(&mut reader, &bytes);
        let _ = reader.finish();
    }
}
