//! Any bytes in two splits, for both sides: no panic, the same bytes taken and sent.
#![no_main]

use bytes::Bytes;
use counterpart_shared::rtmp::handshake::{
    ClientHandshake, HandshakeError, RANDOM, ServerHandshake,
};
use libfuzzer_sys::fuzz_target;

macro_rules! run {
    ($side:ident, $bytes:expr, $size:expr) => {{
        let mut side = $side::new([7; RANDOM]);
        let (mut taken, mut sent) = (0, Vec::<Bytes>::new());
        sent.extend(side.output());
        let mut fault: Option<HandshakeError> = None;
        for part in $bytes.chunks($size) {
            match side.push(part) {
                Ok(length) => taken += length,
                Err(error) => {
                    fault = Some(error);
                    break;
                }
            }
            sent.extend(side.output());
            if side.is_done() {
                break;
            }
        }
        (taken, sent.concat(), side.is_done(), fault)
    }};
}

fuzz_target!(|input: (u16, &[u8])| {
    let (size, start) = input;
    let size = usize::from(size).max(1);
    // Long enough to be whole, whatever the fuzzer's own length is.
    let bytes = [start, &[3; 3100]].concat();
    let whole = bytes.len();
    let server = run!(ServerHandshake, bytes, size);
    let client = run!(ClientHandshake, bytes, size);
    assert_eq!(server, run!(ServerHandshake, bytes, whole));
    assert_eq!(client, run!(ClientHandshake, bytes, whole));
    assert!(server.2 || server.3.is_some());
    assert!(server.0 <= 3073 && client.0 <= 3073);
});
