use super::*;
use proptest::prelude::*;

fn head() -> impl Strategy<Value = OpusHead> {
    let mapping = (1u8..=255, 1u8..=8).prop_flat_map(|(family, channels)| {
        prop::collection::vec(0..channels, usize::from(channels)).prop_map(move |table| {
            let mapping = ChannelMapping {
                family,
                streams: channels,
                coupled: 0,
                table,
            };
            (channels, Some(mapping))
        })
    });
    let channels = prop_oneof![(1u8..=2).prop_map(|channels| (channels, None)), mapping];
    (channels, any::<u16>(), any::<u32>(), any::<i16>()).prop_map(
        |((channels, mapping), pre_skip, input_rate, gain)| OpusHead {
            channels,
            pre_skip,
            input_rate,
            gain,
            mapping,
        },
    )
}

proptest! {
    #[test]
    fn heads_survive(head in head()) {
        let encoded = head.encode();
        for len in 0..encoded.len() {
            prop_assert!(OpusHead::parse(&encoded[..len]).is_err());
        }
        prop_assert_eq!(OpusHead::parse(&encoded).unwrap(), head);
    }

    #[test]
    fn random_bytes_never_panic(data in prop::collection::vec(any::<u8>(), 0..40)) {
        let _ = OpusHead::parse(&data);
        let _ = OpusHead::parse(&[b"OpusHead", &data[..]].concat());
        let _ = packet_samples(&data);
    }
}

#[test]
fn a_head_as_libopus_writes_it() {
    let head = OpusHead::new(2, 312, 48_000);
    assert_eq!(
        hex::encode(head.encode()),
        "4f707573486561640102380180bb0000000000"
    );
}

#[test]
fn packets_last_as_long_as_their_toc_says() {
    // SILK 20 ms, SILK 60 ms, hybrid 10 ms, CELT 2.5 ms, CELT 20 ms: one frame each.
    for (toc, samples) in [
        (0x08, 960),
        (0x18, 2880),
        (0x60, 480),
        (0x80, 120),
        (0xF8, 960),
    ] {
        assert_eq!(packet_samples(&[toc]), Ok(samples));
    }
    assert_eq!(packet_samples(&[0xF9]), Ok(1920));
    assert_eq!(packet_samples(&[0xFB, 6]), Ok(5760));
    assert_eq!(
        packet_samples(&[0xFB, 7]),
        Err(OpusError::Duration {
            frames: 7,
            samples: 960
        })
    );
    assert_eq!(
        packet_samples(&[0xFB, 0]),
        Err(OpusError::Duration {
            frames: 0,
            samples: 960
        })
    );
    assert_eq!(
        packet_samples(&[]),
        Err(OpusError::Truncated("Opus packet"))
    );
    assert_eq!(
        packet_samples(&[0xFB]),
        Err(OpusError::Truncated("Opus packet"))
    );
}

#[test]
fn bad_heads_are_refused() {
    let mut head = OpusHead::new(2, 0, 48_000).encode();
    head[9] = 3;
    assert_eq!(
        OpusHead::parse(&head),
        Err(OpusError::Channels {
            channels: 3,
            family: 0
        })
    );
    head[8] = 0x10;
    assert_eq!(OpusHead::parse(&head), Err(OpusError::Version(0x10)));
    assert_eq!(OpusHead::parse(b"OpusTags"), Err(OpusError::NoMagic));
}
