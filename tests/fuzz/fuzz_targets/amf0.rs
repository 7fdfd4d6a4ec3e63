//! Any bytes: no panic; what is read, written again, reads the same.
#![no_main]

use counterpart_shared::amf0::{read_all, write_all};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(values) = read_all(bytes) else { return };
    // Bytes are compared, because NaN equals nothing.
    let written = write_all(&values);
    let again = read_all(&written).expect("what was written can be read");
    assert_eq!(write_all(&again), written);
});
