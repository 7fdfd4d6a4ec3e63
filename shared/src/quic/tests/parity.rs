//! Parity: pinned bytes, what it makes whole, what it refuses.

use super::*;
use std::collections::VecDeque;

/// One packet of parity for a stream of the bytes 0 to 99.
const PINNED: &str = "\
    00c040640400a2
    825a7a7d558ba35078a68e143ce2ca1c1510191f16131a1811141d1b12171e71
    9e16f910f57a9f799c13f609ec63869a91959e92999d96909b9f949893979c34
    70a4e04c07d8935912cd8685ce115a151b131d1f111917101e16181a141c12e7
    6ce86345c24fc8189f1295f473fe79e3eee4e9e6ebe1ece0ede7eae5e8e2ef";

/// A media stream of one picture, as its sender writes it.
fn stream(bytes: usize) -> (Message, Vec<u8>) {
    let payload: Vec<u8> = (0..bytes).map(|n| (n * 7 + n / 256) as u8).collect();
    let picture = video(40, &payload);
    let mut out = VecDeque::new();
    MediaStreamWriter::new(9).write(&picture, &mut out);
    (picture, Vec::from(out).concat())
}

fn all(recovery: &mut Recovery) -> Vec<Recovered> {
    std::iter::from_fn(|| recovery.poll()).collect()
}

#[test]
fn the_bytes_are_pinned() {
    let symbols = Bytes::from(vec![0xAB; 64]);
    let parity = Parity {
        stream: 300,
        length: 3_000,
        count: 20,
        first: 6,
        symbols,
    };
    let bytes = [&hex::decode("412cc04bb81406").unwrap()[..], &[0xAB; 64]].concat();
    assert_eq!(parity.write(), bytes);
    assert_eq!(Parity::read(&bytes.into()), Ok(Some(parity)));
    let datagram = write_datagram(300, &[audio(20, &[0xAA])]);
    assert_eq!(Parity::read(&datagram), Ok(None));
}

#[test]
fn the_code_is_pinned() {
    let content: Vec<u8> = (0..100).collect();
    let datagrams = protect(0, &content, 1, 1_000);
    let digits = PINNED.replace([' ', '\n'], "");
    assert_eq!(datagrams, [Bytes::from(hex::decode(digits).unwrap())]);
}

#[test]
fn a_whole_stream_needs_no_parity() {
    let (picture, content) = stream(3_000);
    let mut recovery = Recovery::new(MAX);
    recovery.chunk(4, 1_000, &content[1_000..]);
    assert_eq!(all(&mut recovery), []);
    recovery.chunk(4, 0, &content[..1_000]);
    recovery.end(4, true);
    assert_eq!(all(&mut recovery), [Recovered::Message(9, picture)]);
}

#[test]
fn parity_stands_in_for_what_is_lost_whatever_comes_first() {
    let (picture, content) = stream(4_000);
    let parity = protect(4, &content, 2, 1_160);
    let chunks: Vec<_> = content.chunks(1_150).zip((0..).step_by(1_150)).collect();
    for (lost_one, lost_two) in [(0, 1), (0, 3), (1, 2), (2, 3)] {
        let mut recovery = Recovery::new(MAX);
        for datagram in &parity {
            let parity = Parity::read(datagram).unwrap().unwrap();
            recovery.parity(parity);
        }
        assert_eq!(all(&mut recovery), []);
        for (place, (chunk, offset)) in chunks.iter().enumerate() {
            if place != lost_one && place != lost_two {
                recovery.chunk(4, *offset, chunk);
            }
        }
        let expected = [Recovered::Message(9, picture.clone()), Recovered::Whole(4)];
        assert_eq!(all(&mut recovery), expected, "{lost_one} {lost_two}");
        recovery.chunk(4, 0, &content[..10]);
        recovery.end(4, false);
        assert_eq!(all(&mut recovery), [], "it needs nothing more");
    }
}

#[test]
fn parity_alone_is_enough() {
    let (picture, content) = stream(600);
    let parity = protect(7, &content, 3, 1_100);
    assert_eq!(parity.len(), 3);
    let mut recovery = Recovery::new(MAX);
    recovery.parity(Parity::read(&parity[1]).unwrap().unwrap());
    let expected = [Recovered::Message(9, picture), Recovered::Whole(7)];
    assert_eq!(all(&mut recovery), expected);
}

#[test]
fn what_cannot_be_is_refused() {
    let (_, content) = stream(600);
    let good = protect(7, &content, 1, 1_100).remove(0);
    for cut in 0..good.len() {
        let read = Parity::read(&good.slice(..cut));
        let symbols = cut
            .checked_sub(6)
            .filter(|rest| rest % 32 == 0 && *rest > 0);
        assert_eq!(
            matches!(read, Ok(Some(_))),
            symbols.is_some(),
            "{cut}: {read:?}"
        );
    }
    let parity = Parity::read(&good).unwrap().unwrap();
    for wrong in [
        Parity {
            length: 0,
            ..parity.clone()
        },
        Parity {
            length: 200_000,
            ..parity.clone()
        },
        Parity {
            count: 1,
            ..parity.clone()
        },
        Parity {
            count: 20_000,
            ..parity.clone()
        },
    ] {
        let read = Parity::read(&wrong.write());
        assert!(matches!(read, Err(QuicError::Parity { .. })), "{read:?}");
    }
    let mut recovery = Recovery::new(MAX);
    let other = Parity {
        length: 700,
        symbols: parity.symbols.slice(..32),
        ..parity.clone()
    };
    recovery.parity(other);
    recovery.parity(parity);
    let outcome = all(&mut recovery);
    assert!(
        matches!(outcome[..], [Recovered::Fault(7, QuicError::Parity { .. })]),
        "{outcome:?}"
    );
    recovery.chunk(8, u64::MAX - 1, &[0; 10]);
    recovery.chunk(9, 0, &[0; 40]);
    let outcome = all(&mut recovery);
    assert!(
        matches!(
            outcome[..],
            [Recovered::Fault(8, _), Recovered::Fault(9, _)]
        ),
        "{outcome:?}"
    );
}

#[test]
fn streams_that_nobody_reads_are_forgotten() {
    let (picture, content) = stream(600);
    let mut recovery = Recovery::new(MAX);
    recovery.chunk(0, 100, &content[100..]);
    for stream in 1..2_000 {
        recovery.parity(
            Parity::read(&protect(stream, &content, 1, 200)[0])
                .unwrap()
                .unwrap(),
        );
    }
    recovery.chunk(0, 0, &content[..100]);
    assert_eq!(all(&mut recovery), [Recovered::Message(9, picture)]);
}
