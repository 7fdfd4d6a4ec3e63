//! Datagrams: pinned bytes, repeats, every truncation.

use super::*;

#[test]
fn the_bytes_are_pinned() {
    let messages = [audio(20, &[0xAA, 0xBB]), audio(40, &[0xCC])];
    let digits = "05 04 000014 000002 08 01000000 aabb 04 000028 000001 08 01000000 cc";
    let bytes: Bytes = hex::decode(digits.replace(' ', "")).unwrap().into();
    assert_eq!(write_datagram(5, &messages), bytes);
    assert_eq!(read_datagram(&bytes, MAX), Ok((5, messages.into())));
}

#[test]
fn payloads_share_the_datagram() {
    let datagram = write_datagram(0, &[audio(0, &[7; 100])]);
    let (_, messages) = read_datagram(&datagram, MAX).unwrap();
    assert_eq!(messages[0].payload.as_ptr(), datagram[13..].as_ptr());
}

#[test]
fn the_last_messages_are_repeated_as_far_as_they_fit() {
    let mut sender = AudioDatagrams::new();
    let mut push = |number: u8, repeats, max_size| {
        let datagram = sender.push(&audio(number.into(), &[number; 88]), repeats, max_size);
        let (first, messages) = read_datagram(&datagram?, MAX).unwrap();
        Some((
            first,
            messages
                .iter()
                .map(|message| message.timestamp)
                .collect::<Vec<_>>(),
        ))
    };
    assert_eq!(push(0, 2, 1200), Some((0, vec![0])));
    assert_eq!(push(1, 0, 1200), Some((1, vec![1])));
    assert_eq!(push(2, 2, 1200), Some((0, vec![0, 1, 2])));
    assert_eq!(push(3, 2, 208), Some((2, vec![2, 3])));
    assert_eq!(push(4, 2, 107), None);
    assert_eq!(push(5, 2, 108), Some((5, vec![5])));
    assert_eq!(push(6, usize::MAX, 1200), Some((0, (0..=6).collect())));
    for number in 7..20 {
        push(number, 0, 1200);
    }
    assert_eq!(
        push(20, usize::MAX, usize::MAX),
        Some((6, (6..=20).collect()))
    );
    assert_eq!(sender.sequence(), 21);
}

#[test]
fn what_has_no_room_goes_into_a_second_datagram() {
    let mut sender = AudioDatagrams::new();
    for number in 0..6 {
        sender.push(&audio(number, &[0; 88]), 0, 1200);
    }
    let read = |datagram: Option<Bytes>| {
        let (first, messages) = read_datagram(&datagram?, MAX).unwrap();
        Some((first, messages.len()))
    };
    let newest = sender.push(&audio(6, &[0; 88]), 5, 308);
    assert_eq!(read(newest), Some((4, 3)));
    assert_eq!(read(sender.rest(5, 308)), Some((1, 3)));
    assert_eq!(
        read(sender.rest(5, 208)),
        Some((2, 2)),
        "the newest of them"
    );
    assert_eq!(read(sender.rest(2, 308)), None);
    assert_eq!(read(sender.rest(0, 308)), None);
    assert_eq!(read(sender.rest(usize::MAX, 1200)), Some((0, 4)));
}

#[test]
fn what_does_not_belong_is_refused() {
    let fault = |digits: &str| {
        let bytes: Bytes = hex::decode(digits.replace(' ', "")).unwrap().into();
        read_datagram(&bytes, 100).unwrap_err()
    };
    assert_eq!(fault("00 c4"), QuicError::Format { format: 3 });
    assert_eq!(
        fault("00 03 000000 000000 14 00000000"),
        QuicError::Kind { kind: 20 }
    );
    let (length, max) = (101, 100);
    let too_long = QuicError::MessageTooLong { length, max };
    assert_eq!(fault("00 04 000000 000065 08 01000000"), too_long);
    let empty = "04 000000 000000 08 01000000";
    let overflow = QuicError::SequenceOverflow(MAX_VARINT);
    assert_eq!(
        fault(&format!("ffffffffffffffff {empty} {empty}")),
        overflow
    );
    assert_eq!(fault("00"), QuicError::Truncated { held: 0 });
    assert_eq!(fault(""), QuicError::Truncated { held: 0 });
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        sequence in any_sequence(),
        payloads in prop::collection::vec((any::<u32>(), any_payload()), 1..5),
    ) {
        let messages: Vec<Message> = payloads.iter().map(|(time, body)| audio(*time, body)).collect();
        let datagram = write_datagram(sequence, &messages);
        prop_assert_eq!(read_datagram(&datagram, MAX), Ok((sequence, messages)));
    }

    #[test]
    fn every_truncation_of_one_message_is_an_error(body in prop::collection::vec(any::<u8>(), 0..100)) {
        let datagram = write_datagram(70, &[audio(0, &body)]);
        for end in 0..datagram.len() {
            let cut = read_datagram(&datagram.slice(..end), MAX);
            let truncated = matches!(cut, Err(QuicError::Truncated { .. }));
            prop_assert!(truncated);
        }
    }

    #[test]
    fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = read_datagram(&bytes.into(), MAX);
    }
}
