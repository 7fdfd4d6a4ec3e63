//! What is encoded can be decoded and measured: the mark, the flash and the beep survive.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use bytes::Bytes;
use counterpart_native::WallTime;
use counterpart_native::decode::{BeepDetector, Decoded, SoundDecoder, VideoDecoder, luma};
use counterpart_native::encode::tone::Tone;
use counterpart_native::encode::{
    AudioCodec, AudioEncoder, AudioSettings, VideoEncoder, VideoSettings,
};
use counterpart_native::picture::{self, Picture, PictureSource, Size, flash, mark};
use openh264::formats::YUVSource;
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use std::time::{Duration, Instant};

const START: WallTime = WallTime::from_micros(1_795_000_000_400_000);

struct Camera {
    source: Box<dyn picture::Source>,
    picture: Picture,
    fps: u64,
    number: u64,
}

impl Camera {
    fn new(size: Size, fps: u64) -> Self {
        let source = PictureSource::Clock(size).open().unwrap();
        let picture = Picture::black(size);
        Self {
            source,
            picture,
            fps,
            number: 0,
        }
    }

    fn next(&mut self) -> (WallTime, &Picture) {
        let at = START.plus_micros(self.number * 1_000_000 / self.fps / 100 * 100);
        self.source
            .fill(&mut self.picture, self.number, at)
            .unwrap();
        picture::stamp(&mut self.picture, at);
        self.number += 1;
        (at, &self.picture)
    }
}

/// When this picture is taken.
fn due(number: u32, fps: u32) -> Duration {
    Duration::from_secs(number.into()) / fps
}

fn settings(bitrate: u32, fps: u32) -> VideoSettings {
    VideoSettings { bitrate, fps }
}

/// Encodes and decodes so many pictures and checks mark and flash of each; gives the bytes and how many were left out.
fn survive(size: Size, bitrate: u32, fps: u32, pictures: u32) -> (usize, u32) {
    let mut camera = Camera::new(size, u64::from(fps));
    let mut encoder = VideoEncoder::new(settings(bitrate, fps)).unwrap();
    let mut decoder = VideoDecoder::new().unwrap();
    let (mut bytes, mut left_out) = (0, 0);
    for number in 0..pictures {
        let (at, picture) = camera.next();
        let Some(coded) = encoder.encode(picture, due(number, fps)).unwrap() else {
            left_out += 1;
            continue;
        };
        bytes += coded.body.len();
        assert_eq!(coded.config.is_some(), number == 0);
        for body in coded.config.iter().chain([&coded.body]) {
            if let Decoded::Picture(picture) = decoder.decode(body).unwrap() {
                let luma = luma(&picture).unwrap();
                assert_eq!(mark::read(&luma), Some(at), "picture {number}");
                assert_eq!(flash::read(&luma), Some(flash::lit(at)));
            } else {
                assert_ne!(body, &coded.body, "picture {number} was not decoded");
            }
        }
    }
    (bytes, left_out)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 12,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(
            "tests/coding.proptest-regressions",
        ))),
        ..ProptestConfig::default()
    })]
    #[test]
    fn mark_and_flash_survive_low_bitrates(
        w in 10usize..60, h in 16usize..40, bitrate in 60_000u32..400_000, fps in 15u32..31,
    ) {
        let size = Size::new(w * 16, h * 16).unwrap();
        survive(size, bitrate, fps, 40);
    }
}

#[test]
fn mark_and_flash_survive_200_kbit_per_second() {
    let (bytes, left_out) = survive(Size::default(), 200_000, 25, 150);
    let rate = bytes * 8 / 6;
    println!("{rate} bit/s at 640x360, 200 kbit/s wanted, {left_out} pictures left out");
    assert!((150_000..240_000).contains(&rate), "{rate}");
    assert!(left_out < 20, "{left_out}");
}

#[test]
fn a_picture_without_mark_has_none_after_decoding() {
    let mut source = PictureSource::default().open().unwrap();
    let mut picture = Picture::black(Size::default());
    source.fill(&mut picture, 0, START).unwrap();
    let mut encoder = VideoEncoder::new(settings(500_000, 25)).unwrap();
    let coded = encoder.encode(&picture, Duration::ZERO).unwrap().unwrap();
    let mut decoder = VideoDecoder::new().unwrap();
    decoder.decode(&coded.config.unwrap()).unwrap();
    let Decoded::Picture(picture) = decoder.decode(&coded.body).unwrap() else {
        panic!("the first picture decodes");
    };
    assert_eq!(mark::read(&luma(&picture).unwrap()), None);
}

#[test]
fn keyframes_come_on_request_and_with_a_bitrate_far_from_the_last() {
    let mut camera = Camera::new(Size::default(), 25);
    let mut encoder = VideoEncoder::new(settings(400_000, 25)).unwrap();
    encoder.force_keyframe().unwrap();
    let mut keys = Vec::new();
    for number in 0..200 {
        match number {
            10 => encoder.force_keyframe().unwrap(),
            15 => encoder.set_bitrate(500_000).unwrap(),
            20 => encoder.set_bitrate(150_000).unwrap(),
            _ => {}
        }
        let coded = encoder.encode(camera.next().1, due(number, 25)).unwrap();
        if coded.is_some_and(|coded| coded.keyframe) {
            keys.push(number);
        }
    }
    assert_eq!(keys[..3], [0, 10, 20]);
    assert_eq!(
        keys[3..],
        [170],
        "six seconds later comes the next, at so low a bitrate"
    );
}

#[test]
fn another_size_begins_with_a_keyframe_and_its_configuration() {
    let mut encoder = VideoEncoder::new(settings(100_000, 25)).unwrap();
    let mut decoder = VideoDecoder::new().unwrap();
    let sizes = [Size::default(), Size::default().eighths(4).unwrap()];
    let mut number = 0;
    for size in [sizes[0], sizes[1], sizes[0]] {
        let mut whole = Camera::new(sizes[0], 25);
        let mut sent = Picture::black(size);
        for place in 0..30 {
            picture::shrink(whole.next().1, &mut sent);
            let at = START.plus_micros(number * 40_000);
            picture::stamp(&mut sent, at);
            let coded = encoder.encode(&sent, due(number as u32, 25)).unwrap();
            number += 1;
            let Some(coded) = coded else { continue };
            assert_eq!(
                (coded.keyframe, coded.config.is_some()),
                (place == 0, place == 0)
            );
            if let Some(config) = &coded.config {
                decoder.decode(config).unwrap();
            }
            let Decoded::Picture(picture) = decoder.decode(&coded.body).unwrap() else {
                panic!("picture {place} at {size} decodes");
            };
            assert_eq!(picture.dimensions(), (size.width(), size.height()));
            assert_eq!(mark::read(&luma(&picture).unwrap()), Some(at));
        }
    }
}

#[test]
fn an_open_encoder_follows_another_bitrate_without_a_keyframe() {
    let mut camera = Camera::new(Size::default(), 25);
    let mut encoder = VideoEncoder::new(settings(100_000, 25)).unwrap();
    let mut bytes = [0; 4];
    for number in 0..140 {
        match number {
            50 => encoder.set_bitrate(60_000).unwrap(),
            100 => encoder.set_bitrate(130_000).unwrap(),
            _ => {}
        }
        let coded = encoder.encode(camera.next().1, due(number, 25)).unwrap();
        let Some(coded) = coded else { continue };
        assert_eq!(coded.keyframe, number == 0, "{number}");
        bytes[number as usize / 50] += coded.body.len();
    }
    let kbps = |place: usize, seconds: f64| bytes[place] as f64 * 8.0 / 1000.0 / seconds;
    let [before, less, more] = [kbps(0, 2.0), kbps(1, 2.0), kbps(2, 1.6)];
    assert!((85.0..125.0).contains(&before), "{before}");
    assert!((50.0..75.0).contains(&less), "{less}");
    assert!((95.0..150.0).contains(&more), "{more}");
}

#[test]
fn a_lost_picture_leaves_an_error_or_nothing_but_no_panic() {
    let mut camera = Camera::new(Size::default(), 25);
    let mut encoder = VideoEncoder::new(settings(400_000, 25)).unwrap();
    let mut decoder = VideoDecoder::new().unwrap();
    for number in 0..100 {
        let Some(coded) = encoder.encode(camera.next().1, due(number, 25)).unwrap() else {
            continue;
        };
        if let Some(config) = &coded.config {
            decoder.decode(config).unwrap();
        }
        if number % 7 == 3 {
            continue;
        }
        let _ = decoder.decode(&coded.body);
        let cut = coded.body.slice(..coded.body.len() / 2);
        let _ = decoder.decode(&cut);
    }
}

#[test]
fn coding_takes_a_fraction_of_the_time_that_a_picture_lasts() {
    let mut camera = Camera::new(Size::default(), 25);
    let mut encoder = VideoEncoder::new(settings(600_000, 25)).unwrap();
    let mut decoder = VideoDecoder::new().unwrap();
    let (mut draw, mut encode, mut decode) = (0.0, 0.0, 0.0);
    for number in 0..100 {
        let begin = Instant::now();
        let picture = camera.next().1;
        draw += begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        let coded = encoder.encode(picture, due(number, 25));
        let coded = coded.unwrap().unwrap();
        encode += begin.elapsed().as_secs_f64();
        coded.config.iter().for_each(|config| {
            decoder.decode(config).unwrap();
        });
        let begin = Instant::now();
        decoder.decode(&coded.body).unwrap();
        decode += begin.elapsed().as_secs_f64();
    }
    println!(
        "640x360, ms a picture: draw {:.2}, encode {:.2}, decode {:.2}",
        draw * 10.0,
        encode * 10.0,
        decode * 10.0
    );
}

/// Encodes and decodes three seconds; gives where beeps begin, in milliseconds since the start.
fn beeps(codec: AudioCodec, channels: u8) -> Vec<f64> {
    let settings = AudioSettings {
        codec,
        channels,
        bitrate: 48_000 * u32::from(channels),
    };
    let mut encoder = AudioEncoder::new(settings).unwrap();
    let mut decoder = SoundDecoder::new();
    decoder.decode(&encoder.config().unwrap()).unwrap();
    let mut tone = Tone::new(START, 300.0);
    let mut detector = BeepDetector::new();
    let mut samples = vec![0; encoder.block()];
    let mut found = Vec::new();
    for _ in 0..3 * 48_000 / samples.len() {
        tone.fill(&mut samples);
        let Some(packet) = encoder.encode(&samples).unwrap() else {
            continue;
        };
        let sound = decoder.decode(&packet.body).unwrap().unwrap();
        assert_eq!(sound.rate, 48_000);
        assert_eq!(sound.samples.len(), samples.len());
        found.extend(detector.push(&sound.samples, sound.rate, sound.start(packet.offset_ms())));
    }
    found
}

#[test]
fn the_beep_begins_where_it_did_before_coding() {
    for codec in [AudioCodec::Opus, AudioCodec::Aac] {
        for channels in [1, 2] {
            let found = beeps(codec, channels);
            println!("{codec}, {channels} channels: {found:?}");
            assert_eq!(found.len(), 3, "{codec}, {channels}: {found:?}");
            for (found, expected) in found.iter().zip([600.0, 1600.0, 2600.0]) {
                assert!((found - expected).abs() < 4.0, "{codec}: {found}");
            }
        }
    }
}

#[test]
fn foreign_bytes_are_an_error_not_a_panic() {
    let mut video = VideoDecoder::new().unwrap();
    let mut sound = SoundDecoder::new();
    for body in [
        &b""[..],
        b"\x17",
        b"\x17\x01\0\0\0\0\0\0\x09x",
        b"\xaf\x01zz",
        b"\x99Opus",
    ] {
        let body = Bytes::from_static(body);
        assert!(video.decode(&body).is_err(), "{body:?}");
        assert!(sound.decode(&body).is_err(), "{body:?}");
    }
}
