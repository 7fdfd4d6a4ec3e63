//! What goes on a stream.

use super::*;
use bytes::Bytes;
use counterpart_shared::rtmp::{Message, MessageKind};

fn frame(timestamp: u32, payload: &'static [u8]) -> Frame {
    let message = Message {
        kind: MessageKind::Video,
        stream_id: 1,
        timestamp,
        payload: Bytes::from_static(payload),
    };
    Frame::new(message, clock::now()).expect("a body that classifies")
}

#[test]
fn each_keyframe_has_the_configuration_in_front_of_it() {
    let config: &[u8] = &[0x17, 0, 0, 0, 0, 1, 0x42];
    let key: &[u8] = &[0x17, 1, 0, 0, 0, 0, 0, 0, 2, 0x65, 0];
    let inter: &[u8] = &[0x27, 1, 0, 0, 0, 0, 0, 0, 2, 0x61, 0];
    let mut configuration = None;
    for (time, body, with) in [
        (0, key, vec![(0, key)]),
        (1, config, vec![]),
        (2, key, vec![(2, config), (2, key)]),
        (3, inter, vec![(3, inter)]),
        (4, key, vec![(4, config), (4, key)]),
    ] {
        let frames = configured(&mut configuration, &frame(time, body));
        let told = |frame: &Frame| (frame.message.timestamp, frame.message.payload.to_vec());
        let frames: Vec<_> = frames.iter().map(told).collect();
        let with: Vec<_> = with.into_iter().map(|(t, b)| (t, b.to_vec())).collect();
        assert_eq!(frames, with);
    }
}
