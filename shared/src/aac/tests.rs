use super::*;
use proptest::prelude::*;

fn parse(hex: &str) -> Result<AudioSpecificConfig, AacError> {
    AudioSpecificConfig::parse(&hex::decode(hex).unwrap())
}

fn config() -> impl Strategy<Value = AudioSpecificConfig> {
    let sbr = (1u32..=96_000, any::<bool>()).prop_map(|(sample_rate, parametric_stereo)| Sbr {
        sample_rate,
        parametric_stereo,
    });
    (
        1u8..=4,
        1u32..=96_000,
        1u8..=7,
        any::<bool>(),
        prop::option::of(sbr),
    )
        .prop_map(
            |(object_type, sample_rate, channel_config, short_frames, sbr)| AudioSpecificConfig {
                object_type,
                sample_rate,
                channel_config,
                short_frames,
                sbr,
            },
        )
}

proptest! {
    #[test]
    fn configurations_survive(config in config()) {
        let encoded = config.encode();
        prop_assert_eq!(AudioSpecificConfig::parse(&encoded).unwrap(), config);
        for len in 0..encoded.len() {
            prop_assert!(AudioSpecificConfig::parse(&encoded[..len]).is_err());
        }
    }

    #[test]
    fn random_bytes_never_panic(data in prop::collection::vec(any::<u8>(), 0..20)) {
        let _ = AudioSpecificConfig::parse(&data);
        let _ = AdtsHeader::parse(&data);
    }

    #[test]
    fn adts_headers_survive(rate in 0usize..13, channels in 1u8..=7, len in 0usize..8000) {
        let config = AudioSpecificConfig::lc(super::config::RATES[rate], channels).unwrap();
        let encoded = AdtsHeader::encode(&config, len).unwrap();
        let parsed = AdtsHeader::parse(&encoded).unwrap();
        prop_assert_eq!(parsed, AdtsHeader { config, header_len: 7, frame_len: len + 7 });
    }
}

#[test]
fn configurations_of_real_encoders() {
    assert_eq!(parse("1190"), AudioSpecificConfig::lc(48_000, 2));
    assert_eq!(parse("1208"), AudioSpecificConfig::lc(44_100, 1));
    // ffmpeg adds "no SBR" in the backward compatible form.
    assert_eq!(parse("118856e500"), AudioSpecificConfig::lc(48_000, 1));
    assert_eq!(
        AudioSpecificConfig::lc(48_000, 1).unwrap().encode(),
        [0x11, 0x88]
    );
}

#[test]
fn both_ways_to_signal_he_aac() {
    let sbr = |parametric_stereo| {
        Some(Sbr {
            sample_rate: 44_100,
            parametric_stereo,
        })
    };
    let explicit = parse("2b920800").unwrap();
    assert_eq!((explicit.object_type, explicit.sample_rate), (2, 22_050));
    assert_eq!((explicit.channels(), explicit.sbr), (2, sbr(false)));
    let compatible = parse("139056e5a0").unwrap();
    assert_eq!(
        (compatible.sample_rate, compatible.sbr),
        (22_050, sbr(false))
    );
    let v2 = parse("eb8a0800").unwrap();
    assert_eq!((v2.channels(), v2.sbr), (1, sbr(true)));
}

#[test]
fn what_is_not_supported_is_named() {
    assert_eq!(parse("11"), Err(AacError::Truncated("AudioSpecificConfig")));
    assert_eq!(parse("1180"), Err(AacError::Channels(0)));
    assert_eq!(parse("1690"), Err(AacError::SampleRate(13)));
    assert_eq!(parse("f94640"), Err(AacError::ObjectType(42)));
    assert_eq!(AudioSpecificConfig::lc(0, 1), Err(AacError::SampleRate(0)));
    assert_eq!(AdtsHeader::parse(&[0; 7]), Err(AacError::NoSync));
    let config = AudioSpecificConfig::lc(48_000, 1).unwrap();
    assert_eq!(
        AdtsHeader::encode(&config, 8185),
        Err(AacError::FrameLength(8192))
    );
}
