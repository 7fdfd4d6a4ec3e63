//! Peers as they are: each speaks a little differently.

use super::*;

/// The live-pusher: an audio chunk, of type 0 on its own chunk stream, between the chunks of one picture, and extended
/// timestamps in type-3 chunks.
#[test]
fn audio_between_the_chunks_of_a_picture() {
    let piece = |length: usize| "cd".repeat(length);
    let read = bytes(&format!(
        "06 ffffff 000104 09 01000000 01000005 {}
         04 ffffff 000002 08 01000000 01000003 aaaa
         c6 01000005 {}
         84 000017 bbbb
         c6 01000005 {}",
        piece(128),
        piece(128),
        piece(4)
    ));
    let expected = vec![
        audio(0x0100_0003, &[0xAA; 2]),
        audio(0x0100_001A, &[0xBB; 2]),
        video(0x0100_0005, &[0xCD; 260]),
    ];
    assert_eq!(read_new(&read), (expected, None));
}

/// A peer that leaves the extended timestamp out of type-3 chunks.
#[test]
fn extended_timestamps_that_are_not_repeated() {
    let body: Vec<u8> = (0..=255).collect();
    let mut read = bytes("06 ffffff 000100 09 01000000 01000005");
    read.extend(&body[..128]);
    read.push(0xC6);
    read.extend(&body[128..]);
    assert_eq!(read_new(&read), (vec![video(0x0100_0005, &body)], None));
}

/// The same, where the payload begins as the timestamp does, and ends before it could be whole.
#[test]
fn payload_that_looks_like_the_timestamp_for_a_while() {
    let mut body = vec![0xCD; 128];
    body.extend([0x01, 0x00]);
    let mut read = bytes("06 ffffff 000082 09 01000000 01000005");
    read.extend(&body[..128]);
    read.extend([0xC6, 0x01, 0x00]);
    read.extend(bytes("04 000001 000001 08 01000000 aa"));
    let expected = vec![video(0x0100_0005, &body), audio(1, &[0xAA])];
    assert_eq!(read_new(&read), (expected, None));
}

/// An extended delta, repeated as a delta by one peer and as the absolute time by another.
#[test]
fn extended_deltas_in_type_3() {
    for repeated in ["01000000", "0100000a"] {
        let read = bytes(&format!(
            "06 00000a 000001 09 01000000 aa
             46 ffffff 000081 09 01000000 {} c6 {repeated} bb",
            "cd".repeat(128)
        ));
        let (found, fault) = read_new(&read);
        assert_eq!(fault, None);
        assert_eq!(found[1].timestamp, 0x0100_000A);
        assert_eq!(found[1].payload.len(), 129);
        assert_eq!(found[1].payload[128], 0xBB);
    }
}

/// librtmp repeats the extended timestamp also where a type-3 chunk begins a message.
#[test]
fn a_message_that_begins_with_type_3_and_an_extended_timestamp() {
    let read = bytes("06 ffffff 000001 09 01000000 01000000 aa c6 01000000 bb");
    let expected = vec![video(0x0100_0000, &[0xAA]), video(0x0200_0000, &[0xBB])];
    assert_eq!(read_new(&read), (expected, None));
}

/// Pushers that use one chunk stream for audio and video: a step back is 2^32 - n in the extended timestamp.
#[test]
fn a_shared_chunk_stream_with_a_negative_delta() {
    let read = bytes(
        "04 0003e8 000001 09 01000000 aa
         44 ffffff 000001 08 ffffffec bb
         44 000028 000001 09 cc",
    );
    let expected = vec![
        video(1000, &[0xAA]),
        audio(980, &[0xBB]),
        video(1020, &[0xCC]),
    ];
    assert_eq!(read_new(&read), (expected, None));
}

/// Audio that is announced late begins on a chunk stream of its own, with its own absolute time.
#[test]
fn late_audio() {
    let read = bytes(
        "06 000000 000001 09 01000000 aa
         86 000028 bb c6 cc
         04 000050 000001 08 01000000 dd
         c6 ee 84 000014 ff",
    );
    let (found, fault) = read_new(&read);
    let times: Vec<u32> = found.iter().map(|message| message.timestamp).collect();
    assert_eq!((times, fault), (vec![0, 40, 80, 80, 120, 100], None));
}

/// librtmp's ping answers begin on chunk stream 2 with type 1, without a full header before.
#[test]
fn a_chunk_stream_that_begins_with_type_1() {
    let read = bytes("42 000000 000006 04 0007 00000001");
    let (found, fault) = read_new(&read);
    assert_eq!(fault, None);
    assert_eq!((found[0].stream_id, found[0].timestamp), (0, 0));
}

#[test]
fn messages_of_no_length() {
    let read = bytes("04 000001 000000 08 01000000 84 000002 c4 06 000009 000001 09 01000000 aa");
    let expected = vec![
        audio(1, &[]),
        audio(3, &[]),
        audio(5, &[]),
        video(9, &[0xAA]),
    ];
    assert_eq!(read_new(&read), (expected, None));
}

/// A chunk size counts from the next chunk on, also inside a message of another chunk stream.
#[test]
fn the_chunk_size_changes_inside_a_message() {
    let piece = |length: usize| "cd".repeat(length);
    let read = bytes(&format!(
        "06 000000 00012c 09 01000000 {} 02 000000 000004 01 00000000 00000004 c6 {} c6 {}",
        piece(128),
        piece(4),
        piece(4)
    ));
    let mut reader = ChunkReader::new(ChunkLimits::default());
    assert_eq!(super::read(&mut reader, &read), (vec![], None));
    assert_eq!(reader.buffered(), 136);
}

#[test]
fn an_aborted_message_is_forgotten() {
    let read = bytes(&format!(
        "06 000001 0000c8 09 01000000 {} 02 000000 000004 02 00000000 00000006
         06 000002 000001 09 01000000 aa",
        "cd".repeat(128)
    ));
    assert_eq!(read_new(&read), (vec![video(2, &[0xAA])], None));
}

#[test]
fn acknowledgements_come_at_half_the_window() {
    let mut reader = ChunkReader::new(ChunkLimits::default());
    let window = written(&[Control::WindowAcknowledgementSize(100).to_message()]);
    super::read(&mut reader, &window);
    assert_eq!(reader.acknowledgement(), None);
    super::read(&mut reader, &written(&[audio(0, &[0; 22])]));
    let acknowledged = Control::Acknowledgement(50).to_message();
    assert_eq!(reader.acknowledgement(), Some(acknowledged));
    assert_eq!(reader.acknowledgement(), None);
}

#[test]
fn a_peer_without_a_window_is_acknowledged_too() {
    let mut reader = ChunkReader::new(ChunkLimits::default());
    let bytes = written(&[video(0, &[0; 1 << 20])]);
    super::read(&mut reader, &bytes);
    assert_eq!(reader.acknowledgement(), None);
    super::read(&mut reader, &bytes);
    assert!(reader.acknowledgement().is_some());
}
