//! Bytes that are pinned, most of them from the examples of the specification.

use super::*;

#[test]
fn audio_as_in_section_5_3_2_1() {
    // Four messages of 32 bytes, 20 ms apart: types 0, 2, 3, 3 on chunk stream 3.
    let body = "ab".repeat(32);
    let bytes = bytes(&format!(
        "03 0003e8 000020 08 39300000 {body} 83 000014 {body} c3 {body} c3 {body}"
    ));
    assert_eq!(bytes.len(), 44 + 36 + 33 + 33);
    let (found, fault) = read_new(&bytes);
    let times: Vec<u32> = found.iter().map(|message| message.timestamp).collect();
    assert_eq!((times, fault), (vec![1000, 1020, 1040, 1060], None));
    assert!(found.iter().all(|message| message.stream_id == 12345));
}

#[test]
fn video_as_in_section_5_3_2_2() {
    // One message of 307 bytes in chunks of 128.
    let piece = |length: usize| "cd".repeat(length);
    let read = bytes(&format!(
        "04 0003e8 000133 09 3a300000 {} c4 {} c4 {}",
        piece(128),
        piece(128),
        piece(51)
    ));
    assert_eq!(read.len(), 140 + 129 + 52);
    let expected = video(1000, &[0xCD; 307]).on(12346);
    assert_eq!(read_new(&read), (vec![expected.clone()], None));
    let mut ours = read;
    ours[0] = 0x06;
    ours[140] = 0xC6;
    ours[269] = 0xC6;
    assert_eq!(written(&[expected]), ours);
}

#[test]
fn the_chunk_streams_that_are_written_are_pinned() {
    let first = |kind| written(&[message(kind, 0, b"x")])[0];
    assert_eq!(first(MessageKind::UserControl), 2);
    assert_eq!(first(MessageKind::CommandAmf0), 3);
    assert_eq!(first(MessageKind::Audio), 4);
    assert_eq!(first(MessageKind::DataAmf0), 5);
    assert_eq!(first(MessageKind::Video), 6);
}

#[test]
fn extended_timestamps_are_written_in_every_chunk() {
    let message = audio(0x0100_0000, &[0xEE; 130]);
    let expected = bytes(&format!(
        "04 ffffff 000082 08 01000000 01000000 {} c4 01000000 eeee",
        "ee".repeat(128)
    ));
    assert_eq!(written(std::slice::from_ref(&message)), expected);
    assert_eq!(read_new(&expected), (vec![message], None));
}

#[test]
fn the_greatest_plain_and_the_least_extended_timestamp() {
    let plain = bytes("04 fffffe 000001 08 01000000 aa");
    assert_eq!(written(&[audio(0xFF_FFFE, &[0xAA])]), plain);
    let extended = bytes("04 ffffff 000001 08 01000000 00ffffff aa");
    assert_eq!(written(&[audio(0xFF_FFFF, &[0xAA])]), extended);
}

#[test]
fn chunk_stream_ids_of_one_two_and_three_bytes() {
    // The same number may be written in two ways; it names the same chunk stream.
    let read = bytes(
        "3f 000001 000001 08 01000000 aa
         0000 000002 000001 08 01000000 bb
         010000 000003 000001 08 01000000 cc
         01ffff 000004 000001 08 01000000 dd
         c1ffff ee 40ff 000005 000001 08 11 c0ff 22",
    );
    let (found, fault) = read_new(&read);
    assert_eq!(fault, None);
    let times: Vec<u32> = found.iter().map(|message| message.timestamp).collect();
    assert_eq!(times, [1, 2, 3, 4, 8, 5, 10]);
}

#[test]
fn control_messages_are_pinned() {
    let pairs = [
        (
            Control::SetChunkSize(60_000),
            "02 000000 000004 01 00000000 0000ea60",
        ),
        (Control::Abort(6), "02 000000 000004 02 00000000 00000006"),
        (
            Control::Acknowledgement(9),
            "02 000000 000004 03 00000000 00000009",
        ),
    ];
    for (control, digits) in pairs {
        assert_eq!(written(&[control.to_message()]), bytes(digits));
    }
}

#[test]
fn sound_goes_between_the_chunks_of_a_picture() {
    let (picture, sound) = (video(1_000, &[0xCD; 307]), audio(1_001, &[0xAB; 3]));
    let (mut writer, mut out) = (ChunkWriter::new(), VecDeque::new());
    let mut chunks = writer.begin_on(1, picture.clone());
    assert!(chunks.write(&mut out));
    writer.write(&sound, &mut out);
    assert!(chunks.write(&mut out) && !chunks.write(&mut out));
    let piece = |length: usize| "cd".repeat(length);
    let expected = bytes(&format!(
        "06 0003e8 000133 09 01000000 {} 04 0003e9 000003 08 01000000 ababab c6 {} c6 {}",
        piece(128),
        piece(128),
        piece(51)
    ));
    let written = Vec::from(out).concat();
    assert_eq!(written, expected);
    assert_eq!(read_new(&written), (vec![sound, picture], None));
}
