//! Any bytes in two splits: no panic, the same messages and the same fault; what was read, written again, reads the same.
#![no_main]

use counterpart_shared::quic::{MediaStreamReader, MediaStreamWriter, QuicError};
use counterpart_shared::rtmp::Message;
use libfuzzer_sys::fuzz_target;
use std::collections::VecDeque;

type Read = (
    Vec<(u64, Message)>,
    Option<QuicError>,
    Result<(), QuicError>,
);

fn read(bytes: &[u8], size: usize) -> Read {
    let mut reader = MediaStreamReader::new(1 << 20);
    let mut messages = Vec::new();
    for part in bytes.chunks(size) {
        reader.push(part);
        loop {
            match reader.next_message() {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break,
                Err(fault) => return (messages, Some(fault), Ok(())),
            }
        }
    }
    (messages, None, reader.finish())
}

fuzz_target!(|input: (u8, &[u8])| {
    let (size, bytes) = input;
    let whole = read(bytes, bytes.len().max(1));
    assert_eq!(whole, read(bytes, usize::from(size).max(1)));

    let (messages, ..) = whole;
    let Some(&(first, _)) = messages.first() else {
        return;
    };
    let (mut writer, mut out) = (MediaStreamWriter::new(first), VecDeque::new());
    for (_, message) in &messages {
        writer.write(message, &mut out);
    }
    let written = Vec::from(out).concat();
    assert_eq!(read(&written, written.len()), (messages, None, Ok(())));
});
