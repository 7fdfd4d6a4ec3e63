use super::*;
use bytes::{Bytes, BytesMut};
use proptest::prelude::*;

fn bytes(hex: &str) -> Bytes {
    Bytes::from(hex::decode(hex.replace(' ', "")).unwrap())
}

fn data() -> impl Strategy<Value = Bytes> {
    prop::collection::vec(any::<u8>(), 0..64).prop_map(Bytes::from)
}

fn video_body() -> impl Strategy<Value = VideoBody> {
    let types = prop::sample::select(vec![
        FrameType::Key,
        FrameType::Inter,
        FrameType::Disposable,
        FrameType::GeneratedKey,
    ]);
    prop_oneof![
        data().prop_map(VideoBody::config),
        (types, -0x80_0000..0x80_0000, data())
            .prop_map(|(frame_type, cts, data)| VideoBody::coded(frame_type, cts, data)),
        Just(VideoBody {
            frame_type: FrameType::Key,
            packet: VideoPacket::End
        }),
        data().prop_map(|data| VideoBody {
            frame_type: FrameType::Key,
            packet: VideoPacket::Metadata(data)
        }),
        any::<u8>().prop_map(|command| VideoBody {
            frame_type: FrameType::Command,
            packet: VideoPacket::Command(command)
        }),
    ]
}

fn audio_body() -> impl Strategy<Value = AudioBody> {
    let codec = prop::sample::select(vec![AudioCodec::Aac, AudioCodec::Opus]);
    (codec, 0..3, data()).prop_map(|(codec, kind, data)| match kind {
        0 => AudioBody::config(codec, data),
        1 => AudioBody::coded(codec, data),
        _ => AudioBody {
            codec,
            packet: AudioPacket::End,
        },
    })
}

fn tags() -> impl Strategy<Value = Vec<Tag>> {
    let kind = prop::sample::select(vec![TagKind::Audio, TagKind::Video, TagKind::Script]);
    let tag = (kind, any::<u32>(), data()).prop_map(|(kind, timestamp, body)| Tag {
        kind,
        timestamp,
        body,
    });
    prop::collection::vec(tag, 0..8)
}

fn file(tags: &[Tag]) -> BytesMut {
    let mut out = BytesMut::from(&file_header(true, true)[..]);
    for tag in tags {
        tag.encode(&mut out).unwrap();
    }
    out
}

proptest! {
    #[test]
    fn video_bodies_survive_both_headers(body in video_body()) {
        prop_assert_eq!(VideoBody::parse(&body.encode()).unwrap(), body.clone());
        prop_assert_eq!(VideoBody::parse(&body.encode_enhanced()).unwrap(), body);
    }

    #[test]
    fn audio_bodies_survive(body in audio_body()) {
        prop_assert_eq!(AudioBody::parse(&body.encode()).unwrap(), body);
    }

    #[test]
    fn random_bodies_never_panic(body in data()) {
        let _ = VideoBody::parse(&body);
        let _ = AudioBody::parse(&body);
        for kind in [TagKind::Audio, TagKind::Video, TagKind::Script] {
            classify(kind, &body);
        }
    }

    #[test]
    fn a_file_reads_the_same_in_any_split(tags in tags(), cuts in prop::collection::vec(1usize..40, 1..50)) {
        let file = file(&tags);
        let mut reader = TagReader::default();
        let (mut at, mut read) = (0, Vec::new());
        for cut in cuts.iter().cycle() {
            let end = (at + cut).min(file.len());
            reader.push(&file[at..end]);
            while let Some(tag) = reader.next_tag().unwrap() {
                read.push(tag);
            }
            at = end;
            if at == file.len() {
                break;
            }
        }
        prop_assert_eq!(read, tags);
    }

    #[test]
    fn random_files_never_panic(data in data()) {
        let mut reader = TagReader::with_limit(1 << 16);
        reader.push(&file_header(true, true));
        reader.push(&data);
        while let Ok(Some(_)) = reader.next_tag() {}
        let mut reader = TagReader::default();
        reader.push(&data);
        let _ = reader.next_tag();
    }
}

#[test]
fn every_truncation_of_a_header_is_an_error() {
    let video = VideoBody::coded(FrameType::Key, 40, Bytes::new());
    let audio = AudioBody::coded(AudioCodec::Opus, Bytes::new());
    for whole in [video.encode(), video.encode_enhanced()] {
        for len in 0..whole.len() {
            let cut = VideoBody::parse(&whole.slice(..len)).unwrap_err();
            assert!(matches!(cut, FlvError::Truncated { have, .. } if have == len));
        }
    }
    let whole = audio.encode();
    for len in 0..whole.len() {
        assert!(AudioBody::parse(&whole.slice(..len)).is_err());
    }
}

#[test]
fn bodies_as_ffmpeg_writes_them() {
    let config = VideoBody::parse(&bytes("17 00 000000 0142c01e")).unwrap();
    assert_eq!(config, VideoBody::config(bytes("0142c01e")));
    let picture = VideoBody::parse(&bytes("27 01 000050 00000001 41")).unwrap();
    assert_eq!(
        picture,
        VideoBody::coded(FrameType::Inter, 80, bytes("0000000141"))
    );
    let early = VideoBody::parse(&bytes("27 01 ffffd8 00")).unwrap();
    assert_eq!(early, VideoBody::coded(FrameType::Inter, -40, bytes("00")));
    let sound = AudioBody::parse(&bytes("af 01 21")).unwrap();
    assert_eq!(sound, AudioBody::coded(AudioCodec::Aac, bytes("21")));
}

#[test]
fn bodies_with_enhanced_headers() {
    let picture = VideoBody::parse(&bytes("91 61766331 000050 ff")).unwrap();
    assert_eq!(picture, VideoBody::coded(FrameType::Key, 80, bytes("ff")));
    let picture = VideoBody::parse(&bytes("a3 61766331 ff")).unwrap();
    assert_eq!(picture, VideoBody::coded(FrameType::Inter, 0, bytes("ff")));
    let sound = AudioBody::parse(&bytes("91 4f707573 fc")).unwrap();
    assert_eq!(sound, AudioBody::coded(AudioCodec::Opus, bytes("fc")));
    assert_eq!(sound.encode(), bytes("91 4f707573 fc"));
}

#[test]
fn what_is_not_supported_is_named() {
    let video = |hex| VideoBody::parse(&bytes(hex)).unwrap_err();
    assert_eq!(video("90 68766331"), FlvError::FourCc(*b"hvc1"));
    assert_eq!(video("96 61766331"), FlvError::PacketType(6));
    assert_eq!(video("12 00 000000"), FlvError::VideoCodec(2));
    assert_eq!(video("07 00 000000"), FlvError::FrameType(0));
    assert_eq!(video("17 03 000000"), FlvError::PacketType(3));
    let audio = |hex| AudioBody::parse(&bytes(hex)).unwrap_err();
    assert_eq!(audio("2f 00"), FlvError::AudioFormat(2));
    assert_eq!(audio("91 664c6143"), FlvError::FourCc(*b"fLaC"));
    assert_eq!(audio("95 4f707573"), FlvError::PacketType(5));
    assert_eq!(
        video("90 68766331").to_string(),
        "codec 'hvc1' is not supported"
    );
}

#[test]
fn a_tag_carries_the_upper_byte_of_its_time_last() {
    let header = tag_header(TagKind::Video, 0x0102_0304, 5).unwrap();
    assert_eq!(hex::encode(header), "0900000502030401000000");
    assert_eq!(tag_trailer(5), [0, 0, 0, 16]);
    assert!(tag_header(TagKind::Video, 0, MAX_TAG_BODY + 1).is_err());
}

#[test]
fn bad_files_are_refused_at_once() {
    let first = |data: &[u8]| {
        let mut reader = TagReader::with_limit(100);
        reader.push(data);
        reader.next_tag()
    };
    assert_eq!(first(b"FLV"), Ok(None));
    assert_eq!(first(b"RIFF"), Err(FlvError::NotFlv(*b"RIFF")));
    assert_eq!(
        first(b"FLV\x01\x05\0\0\0\x08"),
        Err(FlvError::HeaderLength(8))
    );
    let mut file = file_header(true, true).to_vec();
    file.extend(tag_header(TagKind::Audio, 0, 101).unwrap());
    assert_eq!(
        first(&file),
        Err(FlvError::TooLarge {
            len: 101,
            limit: 100
        })
    );
    file[13] = 0x28;
    assert_eq!(first(&file), Err(FlvError::TagType(0x28)));
}

#[test]
fn frames_are_classified_by_what_depends_on_them() {
    let video = |hex| classify(TagKind::Video, &bytes(hex));
    assert_eq!(video("17 00 000000 01"), FrameKind::VideoConfig);
    assert_eq!(video("17 01 000000 00000001 65"), FrameKind::VideoKey);
    assert_eq!(video("27 01 000000 00000001 41"), FrameKind::VideoInter);
    assert_eq!(
        video("27 01 000000 00000001 01"),
        FrameKind::VideoDisposable
    );
    assert_eq!(
        video("37 01 000000 00000001 41"),
        FrameKind::VideoDisposable
    );
    // An SEI before the slice says nothing about the picture.
    assert_eq!(
        video("27 01 000000 00000001 06 00000001 41"),
        FrameKind::VideoInter
    );
    assert_eq!(
        video("27 01 000000 00000001 06 00000001 01"),
        FrameKind::VideoDisposable
    );
    // Lengths that lie must not make a picture droppable.
    assert_eq!(video("27 01 000000 000000ff 01"), FrameKind::VideoInter);
    assert_eq!(video("57 00"), FrameKind::Other);
    assert_eq!(video(""), FrameKind::Other);
    let audio = |hex| classify(TagKind::Audio, &bytes(hex));
    assert_eq!(audio("af 00 1190"), FrameKind::AudioConfig);
    assert_eq!(audio("af 01 21"), FrameKind::Audio);
    assert_eq!(audio("91 4f707573 fc"), FrameKind::Audio);
    assert_eq!(classify(TagKind::Script, &Bytes::new()), FrameKind::Data);
}
