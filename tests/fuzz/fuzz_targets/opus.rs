//! Any bytes: no panic; a head that is read is written so that it reads the same; no packet is longer than 120 ms.
#![no_main]

use counterpart_shared::opus::{OpusHead, packet_samples};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    for head in [data.to_vec(), [b"OpusHead", data].concat()] {
        if let Ok(head) = OpusHead::parse(&head) {
            assert!(head.channels > 0);
            assert_eq!(OpusHead::parse(&head.encode()), Ok(head));
        }
    }
    if let Ok(samples) = packet_samples(data) {
        assert!((120..=5_760).contains(&samples));
    }
});
