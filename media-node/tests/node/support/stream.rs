//! Messages of a small stream: 640 × 480, AAC, keyframes when asked for.

use bytes::Bytes;
use counterpart_shared::aac::AudioSpecificConfig;
use counterpart_shared::flv::{AudioBody, AudioCodec, FrameType, VideoBody};
use counterpart_shared::h264::{DecoderConfig, Nal};
use counterpart_shared::rtmp::{Message, MessageKind};

/// An SPS of x264: baseline, 704 × 480 or so; the tests ask what the node reads in it.
const SPS: [u8; 24] = [
    0x67, 0x64, 0x00, 0x1e, 0xac, 0xd9, 0x40, 0xa0, 0x2f, 0xf9, 0x70, 0x11, 0x00, 0x00, 0x03, 0x00,
    0x01, 0x00, 0x00, 0x03, 0x00, 0x32, 0x0f, 0x16,
];

fn message(kind: MessageKind, timestamp: u32, payload: Bytes) -> Message {
    Message {
        kind,
        stream_id: 1,
        timestamp,
        payload,
    }
}

pub(crate) fn video_config() -> Message {
    let mut sps = SPS.to_vec();
    sps.extend([0x2d, 0x96]);
    let sps = Nal::new(sps.into()).unwrap();
    let pps = Nal::new(Bytes::from_static(&[0x68, 0xeb, 0xe3, 0xcb, 0x22, 0xc0])).unwrap();
    let config = DecoderConfig::from_parameter_sets(sps, pps).unwrap();
    let body = VideoBody::config(config.encode().unwrap()).encode();
    message(MessageKind::Video, 0, body)
}

pub(crate) fn audio_config() -> Message {
    let config = AudioSpecificConfig::lc(48_000, 1).unwrap().encode();
    let body = AudioBody::config(AudioCodec::Aac, config.into()).encode();
    message(MessageKind::Audio, 0, body)
}

/// A picture whose body is about this long; the time stands in it too.
fn picture(kind: FrameType, nal: u8, time: u32, len: usize) -> Message {
    let mut data = vec![0; len.max(16)];
    let size = data.len() as u32 - 4;
    data[..4].copy_from_slice(&size.to_be_bytes());
    data[4] = nal;
    data[8..12].copy_from_slice(&time.to_be_bytes());
    let body = VideoBody::coded(kind, 0, data.into()).encode();
    message(MessageKind::Video, time, body)
}

pub(crate) fn key(time: u32) -> Message {
    picture(FrameType::Key, 0x65, time, 3_000)
}

pub(crate) fn inter(time: u32) -> Message {
    picture(FrameType::Inter, 0x61, time, 500)
}

pub(crate) fn big_key(time: u32, len: usize) -> Message {
    picture(FrameType::Key, 0x65, time, len)
}

pub(crate) fn big_inter(time: u32, len: usize) -> Message {
    picture(FrameType::Inter, 0x61, time, len)
}

pub(crate) fn big_disposable(time: u32, len: usize) -> Message {
    picture(FrameType::Inter, 0x01, time, len)
}

/// What the publisher wrote as the picture's time.
pub(crate) fn time_inside(message: &Message) -> u32 {
    let body = &message.payload[5 + 8..5 + 12];
    u32::from_be_bytes(body.try_into().unwrap())
}

pub(crate) fn audio(time: u32) -> Message {
    let mut data = vec![0x21; 80];
    data[..4].copy_from_slice(&time.to_be_bytes());
    let body = AudioBody::coded(AudioCodec::Aac, data.into()).encode();
    message(MessageKind::Audio, time, body)
}

/// Configurations and the first keyframe.
pub(crate) fn beginning() -> Vec<Message> {
    vec![video_config(), audio_config(), key(0), audio(0)]
}

pub(crate) fn is_picture(message: &Message) -> bool {
    message.kind == MessageKind::Video && message.payload[1] == 1
}
