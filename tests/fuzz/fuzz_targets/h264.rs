//! Any bytes: no panic; records and units that are read are written so that they read the same; sizes stay in bounds.
#![no_main]

use bytes::Bytes;
use counterpart_shared::h264::{
    DecoderConfig, Nal, Sps, annex_b_units, avcc_to_annex_b, escape, nal_units, to_annex_b,
    to_avcc, unescape,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let bytes = Bytes::copy_from_slice(data);
    if let Ok(config) = DecoderConfig::parse(&bytes) {
        let record = config.encode().expect("what was read can be written");
        assert_eq!(DecoderConfig::parse(&record), Ok(config));
    }
    let units: Vec<Nal> = annex_b_units(&bytes).collect();
    assert_eq!(
        annex_b_units(&to_annex_b(&units)).collect::<Vec<_>>(),
        units
    );
    let data4 = to_avcc(&units, 4).expect("units of an input are short");
    assert_eq!(
        nal_units(&data4, 4).collect::<Result<Vec<_>, _>>(),
        Ok(units)
    );
    for size in 0..6 {
        let read: Result<Vec<Nal>, _> = nal_units(&bytes, size).collect();
        assert_eq!(read.is_ok(), avcc_to_annex_b(&bytes, size).is_ok());
    }
    assert_eq!(unescape(&escape(data)), data);
    for unit in [
        data.to_vec(),
        [&[0x67], data].concat(),
        [&[0x67], &*escape(data)].concat(),
    ] {
        let Ok(nal) = Nal::new(unit.into()) else {
            continue;
        };
        if let Ok(sps) = Sps::parse(&nal) {
            assert!((1..=16_384).contains(&sps.width) && (1..=16_384).contains(&sps.height));
        }
    }
});
