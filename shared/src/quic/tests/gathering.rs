//! What a page sends and is sent: streams without numbers, and parity that is enough alone.

use super::*;
use std::collections::VecDeque;

fn stream(sequence: u64, messages: &[Message]) -> Vec<u8> {
    let mut out = VecDeque::new();
    let mut writer = MediaStreamWriter::new(sequence);
    messages
        .iter()
        .for_each(|message| writer.write(message, &mut out));
    Vec::from(out).concat()
}

fn picture(bytes: usize) -> Message {
    let payload: Vec<u8> = (0..bytes).map(|n| (n * 7 + n / 256) as u8).collect();
    video(40, &payload)
}

fn all(gathering: &mut Gathering) -> Vec<Gathered> {
    std::iter::from_fn(|| gathering.poll()).collect()
}

#[test]
fn parity_alone_gives_a_picture_and_its_stream_is_stopped() {
    let (config, picture) = (video(40, &[0x17, 0]), picture(3_000));
    let content = stream(9, &[config.clone(), picture.clone()]);
    let datagrams = whole(9, &content, 2, 1_000);
    assert!(datagrams.iter().all(|datagram| datagram.len() <= 1_000));
    let mut gathering = Gathering::new(MAX);
    // Its beginning is late, and two datagrams are lost.
    for datagram in &datagrams[2..] {
        gathering.datagram(datagram).unwrap();
    }
    let both = [Gathered::Message(9, config), Gathered::Message(10, picture)];
    assert_eq!(all(&mut gathering), both);
    gathering.chunk(5, &content[..400]);
    assert_eq!(all(&mut gathering), [Gathered::Whole(5)]);
    gathering.end(5, false);
    gathering.datagram(&datagrams[0]).unwrap();
    assert_eq!(all(&mut gathering), []);
}

#[test]
fn a_picture_whose_stream_was_lost_still_comes_by_parity() {
    let picture = picture(3_000);
    let content = stream(4, std::slice::from_ref(&picture));
    let datagrams = whole(4, &content, 0, 1_000);
    let mut gathering = Gathering::new(MAX);
    gathering.datagram(&datagrams[0]).unwrap();
    gathering.chunk(0, &content[..100]);
    gathering.end(0, false);
    for datagram in &datagrams[1..] {
        gathering.datagram(datagram).unwrap();
    }
    assert_eq!(all(&mut gathering), [Gathered::Message(4, picture)]);
}

#[test]
fn parity_that_does_not_fit_stops_no_other_stream() {
    let content = stream(4, &[picture(3_000)]);
    let mut gathering = Gathering::new(MAX);
    gathering.chunk(0, &stream(0, &[picture(3_000)])[..500]);
    gathering
        .datagram(&whole(4, &content, 0, 1_000)[0])
        .unwrap();
    let other = whole(4, &content[..2_000], 0, 1_000);
    gathering.datagram(&other[0]).unwrap();
    assert_eq!(all(&mut gathering), []);
}

#[test]
fn a_sender_cannot_fill_the_memory() {
    let mut gathering = Gathering::new(MAX);
    let content = stream(0, &[picture(4_000_000)]);
    let faulty = (0..32).find(|number| {
        gathering.chunk(*number, &content[..content.len() - 1]);
        all(&mut gathering).contains(&Gathered::Fault(
            *number,
            QuicError::MessageTooLong {
                length: (content.len() - 1) * (*number as usize + 1),
                max: 64 << 20,
            },
        ))
    });
    assert_eq!(faulty, Some(16));
    // Those that have ended count no more.
    for number in 0..=16 {
        gathering.end(number, false);
    }
    let another = picture(4_000_000);
    gathering.chunk(40, &stream(9, std::slice::from_ref(&another)));
    assert_eq!(all(&mut gathering), [Gathered::Message(9, another)]);
}

#[test]
fn what_came_of_the_stream_helps() {
    let picture = picture(3_000);
    let content = stream(4, std::slice::from_ref(&picture));
    let datagrams = whole(4, &content, 0, 1_000);
    let mut gathering = Gathering::new(MAX);
    gathering.chunk(0, &content[..1_100]);
    for datagram in &datagrams[1..] {
        gathering.datagram(datagram).unwrap();
    }
    let expected = [Gathered::Message(4, picture), Gathered::Whole(0)];
    assert_eq!(all(&mut gathering), expected);
}

#[test]
fn only_pictures_have_parity() {
    let (picture, sound) = (picture(3_000), audio(40, &[0xAF, 0, 1]));
    let mut gathering = Gathering::new(MAX);
    for datagram in whole(0, &stream(0, std::slice::from_ref(&picture)), 0, 1_000) {
        gathering.datagram(&datagram).unwrap();
    }
    assert_eq!(all(&mut gathering), [Gathered::Message(0, picture)]);
    let bytes = stream(0, std::slice::from_ref(&sound));
    gathering.chunk(7, &bytes);
    gathering.end(7, true);
    assert_eq!(all(&mut gathering), [Gathered::Message(0, sound)]);
}

#[test]
fn datagrams_of_sound_are_counted_by_the_newest_in_each() {
    let mut gathering = Gathering::new(MAX);
    assert_eq!(gathering.received(), (0, 0));
    let datagram = |first, count: u32| {
        let messages: Vec<_> = (0..count).map(|n| audio(n, &[1])).collect();
        write_datagram(first, &messages)
    };
    for (first, count) in [(3, 1), (3, 2), (4, 3), (9, 1)] {
        gathering.datagram(&datagram(first, count)).unwrap();
    }
    // 3, 4, 6 and 9 of 3 to 9.
    assert_eq!(gathering.received(), (7, 3));
    assert!(gathering.datagram(&Bytes::from_static(&[0xFF])).is_err());
    assert_eq!(gathering.received(), (7, 3));
}

#[test]
fn a_stream_that_cannot_be_read_is_told_and_no_other_suffers() {
    let mut gathering = Gathering::new(MAX);
    gathering.chunk(1, &[0, 0x44, 0, 0, 0, 0, 0, 0, 0, 9]);
    assert!(matches!(all(&mut gathering)[..], [Gathered::Fault(1, _)]));
    // Too short to tell what it is.
    gathering.chunk(2, &[0, 6]);
    gathering.end(2, true);
    assert!(matches!(all(&mut gathering)[..], [Gathered::Fault(2, _)]));
    let picture = picture(100);
    gathering.chunk(3, &stream(0, std::slice::from_ref(&picture)));
    assert_eq!(all(&mut gathering), [Gathered::Message(0, picture)]);
}

proptest! {
    #[test]
    fn any_split_gives_the_same(payload in any_payload(), sequence in 0_u64..1 << 40, cut in 1_usize..500, is_sound: bool) {
        let message = if is_sound { audio(7, &payload) } else { video(7, &payload) };
        let mut gathering = Gathering::new(MAX);
        for part in stream(sequence, std::slice::from_ref(&message)).chunks(cut) {
            gathering.chunk(1, part);
        }
        gathering.end(1, true);
        prop_assert_eq!(all(&mut gathering), [Gathered::Message(sequence, message)]);
    }

    #[test]
    fn anything_may_come(bytes in prop::collection::vec(any::<u8>(), 0..200), cut in 1_usize..50) {
        let mut gathering = Gathering::new(MAX);
        for part in bytes.chunks(cut) {
            gathering.chunk(1, part);
            let _ = gathering.datagram(&Bytes::copy_from_slice(part));
        }
        gathering.end(1, true);
        while gathering.poll().is_some() {}
    }
}
