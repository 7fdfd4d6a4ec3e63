//! Any bytes: no panic; a configuration or header that is read is written so that it reads the same.
#![no_main]

use counterpart_shared::aac::{AdtsHeader, AudioSpecificConfig};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(config) = AudioSpecificConfig::parse(data) {
        assert!((1..=8).contains(&config.channels()));
        assert_eq!(AudioSpecificConfig::parse(&config.encode()), Ok(config));
    }
    if let Ok(header) = AdtsHeader::parse(data) {
        let packet = header.frame_len - header.header_len;
        if let Ok(written) = AdtsHeader::encode(&header.config, packet) {
            let again = AdtsHeader::parse(&written).expect("what was written can be read");
            assert_eq!(again.config, header.config);
            assert_eq!(again.frame_len - again.header_len, packet);
        }
    }
});
