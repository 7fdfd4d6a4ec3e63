use super::bits::BitReader;
use super::*;
use bytes::Bytes;
use proptest::prelude::*;

fn bytes(hex: &str) -> Bytes {
    Bytes::from(hex::decode(hex.replace(' ', "")).unwrap())
}

fn nal(hex: &str) -> Nal {
    Nal::new(bytes(hex)).unwrap()
}

/// A unit as an encoder makes it: escaped, ending in the stop bit.
fn encoded_nal() -> impl Strategy<Value = Nal> {
    let byte = prop_oneof![3 => 0u8..4, 1 => any::<u8>()];
    (any::<u8>(), prop::collection::vec(byte, 0..40)).prop_map(|(header, mut payload)| {
        payload.push(0x80);
        let mut unit = vec![header | 1];
        unit.extend(escape(&payload));
        Nal::new(unit.into()).unwrap()
    })
}

fn short_nal() -> impl Strategy<Value = Nal> {
    prop::collection::vec(any::<u8>(), 1..40).prop_map(|unit| Nal::new(unit.into()).unwrap())
}

fn config() -> impl Strategy<Value = DecoderConfig> {
    let sets = || prop::collection::vec(short_nal(), 0..4);
    let high = (0u8..4, 8u8..16, 8u8..16, sets()).prop_map(
        |(chroma_format, luma_bits, chroma_bits, sps_ext)| HighProfile {
            chroma_format,
            luma_bits,
            chroma_bits,
            sps_ext,
        },
    );
    let length_size = prop::sample::select(vec![1u8, 2, 4]);
    let head = (any::<u8>(), any::<u8>(), any::<u8>(), length_size);
    (head, sets(), sets(), prop::option::of(high)).prop_map(|(head, sps, pps, high)| {
        let (profile, constraints, level, length_size) = head;
        let profile = if high.is_some() { 100 } else { profile & 0x4F };
        DecoderConfig {
            profile,
            constraints,
            level,
            length_size,
            sps,
            pps,
            high,
        }
    })
}

proptest! {
    #[test]
    fn escaping_hides_every_start_code(payload in prop::collection::vec(0u8..5, 0..60)) {
        let escaped = escape(&payload);
        prop_assert!(!escaped.windows(3).any(|w| w[..2] == [0, 0] && w[2] < 3));
        prop_assert_eq!(&*unescape(&escaped), &payload[..]);
    }

    #[test]
    fn annex_b_and_avcc_hold_the_same_units(units in prop::collection::vec(encoded_nal(), 0..6)) {
        let stream = to_annex_b(&units);
        prop_assert_eq!(annex_b_units(&stream).collect::<Vec<_>>(), units.clone());
        let data = annex_b_to_avcc(&stream).unwrap();
        prop_assert_eq!(&avcc_to_annex_b(&data, 4).unwrap(), &stream);
        for size in [1, 2, 4] {
            let data = to_avcc(&units, size).unwrap();
            let read: Result<Vec<_>, _> = nal_units(&data, size).collect();
            prop_assert_eq!(read.unwrap(), units.clone());
        }
    }

    #[test]
    fn records_survive(config in config()) {
        let record = config.encode().unwrap();
        prop_assert_eq!(DecoderConfig::parse(&record).unwrap(), config);
        for len in 0..record.len() {
            let _ = DecoderConfig::parse(&record.slice(..len));
        }
    }

    #[test]
    fn random_bytes_never_panic(data in prop::collection::vec(any::<u8>(), 0..80)) {
        let data = Bytes::from(data);
        let _ = DecoderConfig::parse(&data);
        let _: Vec<_> = annex_b_units(&data).collect();
        for size in 0..6 {
            let _: Vec<_> = nal_units(&data, size).collect();
        }
        unescape(&data);
        if let Ok(nal) = Nal::new([&[0x67], &data[..]].concat().into()) {
            let _ = Sps::parse(&nal);
        }
    }
}

/// libx264, High, 640×360, 25 frames per second: eight rows are cropped.
const SPS_HIGH: &str = "6764001eacd940a02ff97011000003000100000300320f162d96";
/// libx264, Constrained Baseline, 640×480, 30 frames per second.
const SPS_BASELINE: &str = "6742c01ed900a03db0110000030001000003003c0f162e48";
/// libx264, High, 1920×1080, 30 frames per second: eight rows are cropped.
const SPS_HD: &str = "67640028acd940780227e5c044000003000400000300f03c60c658";

#[test]
fn sizes_and_rates_of_real_encoders() {
    let sps = Sps::parse(&nal(SPS_HIGH)).unwrap();
    assert_eq!((sps.profile, sps.level), (100, 30));
    assert_eq!((sps.width, sps.height), (640, 360));
    assert_eq!(sps.frame_rate, Some((50, 2)));
    let sps = Sps::parse(&nal(SPS_BASELINE)).unwrap();
    assert_eq!((sps.profile, sps.constraints, sps.level), (66, 0xC0, 30));
    assert_eq!(
        (sps.width, sps.height, sps.frame_rate),
        (640, 480, Some((60, 2)))
    );
    let sps = Sps::parse(&nal(SPS_HD)).unwrap();
    assert_eq!((sps.width, sps.height), (1920, 1080));
    assert_eq!(sps.frame_rate, Some((60, 2)));
}

#[test]
fn every_truncation_of_an_sps_is_handled() {
    for whole in [SPS_HIGH, SPS_BASELINE, SPS_HD] {
        let whole = nal(whole);
        for len in 1..whole.bytes().len() {
            let _ = Sps::parse(&Nal::new(whole.bytes().slice(..len)).unwrap());
        }
        let head = Nal::new(whole.bytes().slice(..4)).unwrap();
        assert_eq!(
            Sps::parse(&head),
            Err(H264Error::Truncated("sequence parameter set"))
        );
    }
}

#[test]
fn huge_pictures_are_refused() {
    // Baseline; ue values 0,0,0,0, gaps 0, then the width as a 31-bit number.
    let mut bits = bits::BitWriter::default();
    for byte in [66, 0, 30] {
        bits.bits(8, byte);
    }
    bits.bits(5, 0b11111);
    bits.bits(1, 0);
    bits.bits(31, 1);
    bits.bits(30, 0);
    bits.bits(32, 1 << 31);
    let unit = [vec![0x67], escape(&bits.finish())].concat();
    let refused = Sps::parse(&Nal::new(unit.into()).unwrap()).unwrap_err();
    assert!(
        matches!(refused, H264Error::OutOfBounds { what: "width", .. }),
        "{refused}"
    );
}

#[test]
fn a_record_from_parameter_sets() {
    let pps = nal("68ce3c80");
    let config = DecoderConfig::from_parameter_sets(nal(SPS_BASELINE), pps.clone()).unwrap();
    assert_eq!(
        hex::encode(config.encode().unwrap()),
        "0142c01effe100186742c01ed900a03db0110000030001000003003c0f162e4801000468ce3c80"
    );
    assert_eq!(config.codec_string(), "avc1.42c01e");
    let high = DecoderConfig::from_parameter_sets(nal(SPS_HIGH), pps.clone()).unwrap();
    assert!(hex::encode(high.encode().unwrap()).ends_with("68ce3c80fdf8f800"));
    let swapped = DecoderConfig::from_parameter_sets(pps, nal(SPS_HIGH));
    assert_eq!(swapped, Err(H264Error::NotParameterSet(8)));
}

#[test]
fn faults_carry_their_numbers() {
    let units = |hex, size| nal_units(&bytes(hex), size).collect::<Result<Vec<_>, _>>();
    assert_eq!(
        units("00000005 41", 4),
        Err(H264Error::NalLength { len: 5, left: 1 })
    );
    assert_eq!(
        units("0000", 4),
        Err(H264Error::NalLength { len: 4, left: 2 })
    );
    assert_eq!(units("00", 3), Err(H264Error::LengthSize(3)));
    assert_eq!(units("00000000 00000001 41", 4).unwrap(), [nal("41")]);
    let long = Nal::new(vec![1; 256].into()).unwrap();
    assert_eq!(
        to_avcc([&long], 1),
        Err(H264Error::TooLarge {
            len: 256,
            limit: 255
        })
    );
    assert_eq!(
        DecoderConfig::parse(&bytes("00 64001e ff e0 00")),
        Err(H264Error::Version(0))
    );
}

#[test]
fn start_codes_of_both_lengths_and_padding() {
    let stream = bytes("ff 000001 0910 00000001 6742 000000 000001 000001 65 0000");
    let units: Vec<Nal> = annex_b_units(&stream).collect();
    assert_eq!(units, [nal("0910"), nal("6742"), nal("65")]);
}

#[test]
fn exp_golomb_codes() {
    // 1, 010, 011, 00100, 00101 = 0, 1, 2, 3, 4 (table 9-2).
    let data = [0b1010_0110, 0b0100_0010, 0b1000_0000];
    let mut bits = BitReader::new(&data);
    let codes: Vec<_> = (0..5).map(|_| bits.ue().unwrap()).collect();
    assert_eq!(codes, [0, 1, 2, 3, 4]);
    let mut bits = BitReader::new(&data);
    let signed: Vec<_> = (0..5).map(|_| bits.se().unwrap()).collect();
    assert_eq!(signed, [0, 1, -1, 2, -2]);
    assert_eq!(BitReader::new(&[0; 8]).ue(), None);
    let largest = [0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF];
    assert_eq!(BitReader::new(&largest).ue(), Some(u32::MAX - 1));
}
