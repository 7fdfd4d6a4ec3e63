//! What a peer may not do.

use super::*;

fn fault(digits: &str) -> Option<ChunkError> {
    read_new(&bytes(digits)).1
}

#[test]
fn a_compressed_header_needs_a_full_one_before() {
    for (digits, format) in [("85 000000", 2), ("c5", 3)] {
        let expected = ChunkError::NoPreviousHeader { csid: 5, format };
        assert_eq!(fault(digits), Some(expected));
    }
}

#[test]
fn a_header_inside_a_message_is_refused() {
    let begun = format!("06 000000 0000c8 09 01000000 {}", "cd".repeat(128));
    for (header, format) in [
        ("06 000000 000001 09 01000000", 0),
        ("46 000000 000001 09", 1),
        ("86 000000", 2),
    ] {
        let expected = ChunkError::HeaderInsideMessage {
            csid: 6,
            format,
            received: 128,
            length: 200,
        };
        assert_eq!(fault(&format!("{begun} {header}")), Some(expected));
    }
}

#[test]
fn a_fault_stays_and_comes_after_what_was_whole() {
    let read = bytes("04 000001 000001 08 01000000 aa c5 04 000002 000001 08 01000000 bb");
    let mut reader = ChunkReader::new(ChunkLimits::default());
    let expected = ChunkError::NoPreviousHeader { csid: 5, format: 3 };
    let (found, fault) = super::read(&mut reader, &read);
    assert_eq!(
        (found, fault),
        (vec![audio(1, &[0xAA])], Some(expected.clone()))
    );
    assert_eq!(super::read(&mut reader, &read), (vec![], Some(expected)));
}

#[test]
fn a_message_is_bounded_by_its_header() {
    let max = ChunkLimits::default().max_message;
    let expected = ChunkError::MessageTooLong {
        csid: 6,
        length: max + 1,
        max,
    };
    assert_eq!(fault("06 000000 400001 09 01000000"), Some(expected));
    assert_eq!(fault("06 000000 400000 09 01000000"), None);
}

#[test]
fn chunk_streams_are_bounded() {
    let mut reader = ChunkReader::new(ChunkLimits {
        max_chunk_streams: 2,
        ..ChunkLimits::default()
    });
    let begun = |csid: u8| [&[csid][..], &bytes("000000 000000 08 01000000")].concat();
    for csid in [3, 4, 3] {
        assert_eq!(read(&mut reader, &begun(csid)).1, None);
    }
    let expected = ChunkError::TooManyChunkStreams { csid: 5, max: 2 };
    assert_eq!(read(&mut reader, &begun(5)).1, Some(expected));
}

#[test]
fn partial_messages_are_bounded_together() {
    let mut reader = ChunkReader::new(ChunkLimits {
        max_buffered: 300,
        ..ChunkLimits::default()
    });
    let begun = |csid: u8| [&[csid][..], &bytes("000000 0000c8 08 01000000"), &[0; 128]].concat();
    assert_eq!(read(&mut reader, &begun(3)).1, None);
    assert_eq!(read(&mut reader, &begun(4)).1, None);
    assert_eq!(reader.buffered(), 256);
    let fault = read(&mut reader, &begun(5)).1;
    let expected = ChunkError::TooMuchBuffered {
        buffered: 384,
        max: 300,
    };
    assert_eq!(fault, Some(expected));
}

#[test]
fn chunk_sizes_are_bounded() {
    let max = ChunkLimits::default().max_chunk;
    for size in [0, 0x8000_0000] {
        let set = format!("02 000000 000004 01 00000000 {size:08x}");
        assert_eq!(fault(&set), Some(ChunkError::ChunkSize { size, max }));
    }
    assert_eq!(fault("02 000000 000004 01 00000000 7fffffff"), None);
}

#[test]
fn a_control_message_that_is_too_short_is_refused() {
    let shown = fault("02 000000 000003 01 00000000 000001")
        .unwrap()
        .to_string();
    assert_eq!(shown, "control message of type 1 has 3 bytes, 4 are needed");
}

#[test]
fn a_claimed_length_allocates_little() {
    let mut reader = ChunkReader::new(ChunkLimits::default());
    for csid in 3..63 {
        let header = bytes("000000 400000 09 01000000");
        reader.push(&[&[csid][..], &header, &[0; 128]].concat());
    }
    let allocated: usize = reader.allocated();
    assert!(allocated <= 60 * 64 * 1024, "{allocated}");
}
