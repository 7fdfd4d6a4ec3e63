//! Any bytes in two splits: no panic, the same messages and the same fault; what was read, written again, reads the same.
#![no_main]

use bytes::Bytes;
use counterpart_shared::rtmp::Message;
use counterpart_shared::rtmp::chunk::{ChunkError, ChunkLimits, ChunkReader, ChunkWriter};
use libfuzzer_sys::fuzz_target;
use std::collections::VecDeque;

fn read<'a>(parts: impl Iterator<Item = &'a [u8]>) -> (Vec<Message>, Option<ChunkError>) {
    let mut reader = ChunkReader::new(ChunkLimits::default());
    let mut messages = Vec::new();
    for part in parts {
        reader.push(part);
        loop {
            match reader.next_message() {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break,
                Err(fault) => return (messages, Some(fault)),
            }
        }
        let _ = reader.acknowledgement();
        assert!(reader.buffered() as u64 <= reader.received());
    }
    (messages, None)
}

fuzz_target!(|input: (u8, &[u8])| {
    let (size, bytes) = input;
    let (messages, fault) = read(std::iter::once(bytes));
    let split = read(bytes.chunks(usize::from(size).max(1)));
    assert_eq!((&messages, &fault), (&split.0, &split.1));

    let (mut writer, mut out) = (ChunkWriter::new(), VecDeque::new());
    for message in &messages {
        writer.write(message, &mut out);
    }
    let parts: Vec<Bytes> = out.into();
    let again = read(parts.iter().map(|part| &part[..]));
    assert_eq!(again, (messages, None));
});
