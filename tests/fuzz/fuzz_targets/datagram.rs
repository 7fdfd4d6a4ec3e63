//! Any bytes: no panic; a datagram is what a media stream of the same bytes is; what was read, written again, reads the same.
#![no_main]

use bytes::Bytes;
use counterpart_shared::quic::{MediaStreamReader, read_datagram, write_datagram};
use libfuzzer_sys::fuzz_target;

const MAX: usize = 2000;

fuzz_target!(|bytes: &[u8]| {
    let read = read_datagram(&Bytes::copy_from_slice(bytes), MAX);
    let mut stream = MediaStreamReader::new(MAX);
    stream.push(bytes);
    let mut messages = Vec::new();
    while let Ok(Some((_, message))) = stream.next_message() {
        messages.push(message);
    }
    let whole = stream.next_message().is_ok() && stream.finish().is_ok();
    assert_eq!(read.is_ok(), whole);

    let Ok((sequence, found)) = read else { return };
    assert_eq!(found, messages);
    let written = write_datagram(sequence, &found);
    assert_eq!(read_datagram(&written, MAX), Ok((sequence, found)));
});
