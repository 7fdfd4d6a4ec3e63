//! Both links against the server's session, through bytes cut anywhere.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use bytes::{Bytes, BytesMut};
use counterpart_shared::flv::{
    AudioBody, AudioCodec, AudioPacket, FrameType, VideoBody, VideoPacket,
};
use counterpart_shared::opus::OpusHead;
use counterpart_shared::quic::{
    AudioDatagrams, MediaStreamReader, MediaStreamWriter, read_datagram,
};
use counterpart_shared::rtmp::chunk::{ChunkLimits, ChunkReader, ChunkWriter};
use counterpart_shared::rtmp::{Heard, Message, MessageKind, Received, Status, Subflow, code};
use counterpart_shared::session::{ServerOutput, ServerSession, SessionLimits};
use counterpart_wire::{Address, Event, Packet, PlayLink, PublishLink, Told};
use proptest::prelude::*;
use std::collections::VecDeque;

/// Parameter sets and a keyframe of 640×360 as OpenH264 makes them in Chromium, cut short.
const SPS: &[u8] = &[
    0x67, 0x42, 0xC0, 0x1F, 0x8C, 0x8D, 0x40, 0x50, 0x17, 0xFC, 0xB0, 0x0F, 0x08, 0x84, 0x6A,
];
const PPS: &[u8] = &[0x68, 0xCE, 0x3C, 0x80];
const KEY: &[u8] = &[0x65, 0xB8, 0x00, 0x04];
const INTER: &[u8] = &[0x61, 0xE0, 0x00, 0x20];

/// The node's side of the control stream.
struct Node {
    session: ServerSession,
    reader: ChunkReader,
    writer: ChunkWriter,
    refuses: bool,
    /// What it heard of the client that is no request.
    heard: Vec<ServerOutput>,
}

impl Node {
    fn new(refuses: bool) -> Self {
        Self {
            session: ServerSession::new(SessionLimits::default()),
            reader: ChunkReader::new(ChunkLimits::default()),
            writer: ChunkWriter::new(),
            refuses,
            heard: Vec::new(),
        }
    }

    /// Takes bytes and gives the answer.
    fn take(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.reader.push(bytes);
        let mut out = VecDeque::new();
        loop {
            while let Some(output) = self.session.poll() {
                match output {
                    ServerOutput::Send(message) => self.writer.write(&message, &mut out),
                    ServerOutput::Request(request) if self.refuses => {
                        let code = code::PUBLISH_BAD_NAME;
                        self.session.refuse(request.stream_id, code, "no grant");
                    }
                    ServerOutput::Request(request) => {
                        assert_eq!((&*request.name, request.grant()), ("c.caller", Some("J")));
                        self.session.accept(request.stream_id);
                    }
                    other => self.heard.push(other),
                }
            }
            match self.reader.next_message().unwrap() {
                Some(message) => self.session.receive(message).unwrap(),
                None => break Vec::from(out).concat(),
            }
        }
    }
}

/// Either link, as far as the control stream goes.
trait Link {
    fn hear(&mut self, bytes: &[u8], now: f64);
    fn next(&mut self, now: f64) -> Option<Event>;
}

impl Link for PublishLink {
    fn hear(&mut self, bytes: &[u8], now: f64) {
        self.receive(bytes, now);
    }

    fn next(&mut self, now: f64) -> Option<Event> {
        self.poll(now)
    }
}

impl Link for PlayLink {
    fn hear(&mut self, bytes: &[u8], now: f64) {
        self.receive(bytes, now);
    }

    fn next(&mut self, now: f64) -> Option<Event> {
        self.poll(now)
    }
}

fn address() -> Address {
    let pin = "ab".repeat(32);
    let url = format!("https://l.localhost:4433/rtmp/live/c.caller?grant=J#sha256={pin}");
    url.parse().unwrap()
}

/// Passes bytes to and fro, each way 20 ms, until nothing is on its way; what else came out.
fn talk(link: &mut impl Link, node: &mut Node, cut: usize) -> Vec<Event> {
    let (mut now, mut events) = (0.0, Vec::new());
    loop {
        let mut sent = Vec::new();
        while let Some(event) = link.next(now) {
            match event {
                Event::Send(bytes) => sent.extend_from_slice(&bytes),
                other => events.push(other),
            }
        }
        let answer = node.take(&sent);
        if answer.is_empty() && sent.is_empty() {
            return events;
        }
        now += 40.0;
        answer.chunks(cut).for_each(|part| link.hear(part, now));
    }
}

fn ready(events: &[Event]) -> bool {
    events.contains(&Event::Ready)
}

fn annex_b(units: &[&[u8]]) -> Bytes {
    let units = units.iter().flat_map(|unit| [&[0, 0, 0, 1], *unit]);
    Bytes::from(units.collect::<Vec<_>>().concat())
}

fn read_stream(bytes: &[u8]) -> Vec<(u64, Message)> {
    let mut reader = MediaStreamReader::new(1 << 20);
    reader.push(bytes);
    let mut messages = Vec::new();
    while let Some(message) = reader.next_message().unwrap() {
        messages.push(message);
    }
    reader.finish().unwrap();
    messages
}

proptest! {
    #[test]
    fn a_session_begins_whatever_the_split(cut in 1_usize..300) {
        let (mut publish, mut play) = (PublishLink::new(&address()), PlayLink::new(&address()));
        let events = talk(&mut publish, &mut Node::new(false), cut);
        prop_assert!(ready(&events));
        prop_assert!(events.contains(&Event::RoundTrip(40.0)));
        prop_assert!(ready(&talk(&mut play, &mut Node::new(false), cut)));
    }
}

#[test]
fn a_refusal_comes_with_its_words() {
    let mut link = PublishLink::new(&address());
    let events = talk(&mut link, &mut Node::new(true), 64);
    let told = Told {
        code: code::PUBLISH_BAD_NAME.into(),
        text: "no grant".into(),
    };
    assert_eq!(events.last(), Some(&Event::Refused(told)));
    assert_eq!(link.picture(annex_b(&[SPS, PPS, KEY]), 0.0), Ok(None));
}

#[test]
fn the_nodes_wishes_and_its_end_come_out() {
    let (mut link, mut node) = (PublishLink::new(&address()), Node::new(false));
    talk(&mut link, &mut node, 64);
    node.session.request_keyframe(1);
    node.session.limit_bitrate(1, 300_000);
    let events = talk(&mut link, &mut node, 7);
    assert!(events.contains(&Event::KeyframeRequest));
    assert!(events.contains(&Event::Bitrate(300_000)));
    link.close();
    talk(&mut link, &mut node, 64);
    assert_eq!(node.heard, [ServerOutput::Closed { stream_id: 1 }]);

    let (mut link, mut node) = (PlayLink::new(&address()), Node::new(false));
    talk(&mut link, &mut node, 64);
    node.session
        .end(1, &Status::notice(code::PLAY_STOP, "the call is over"));
    let events = talk(&mut link, &mut node, 64);
    assert!(matches!(events.last(), Some(Event::Closed(told)) if told.code == code::PLAY_STOP));
}

#[test]
fn a_round_trip_is_a_pings_whatever_comes_before_its_answer() {
    let (mut link, mut node) = (PublishLink::new(&address()), Node::new(false));
    talk(&mut link, &mut node, 64);
    link.ping(100.0);
    let mut ping = Vec::new();
    while let Some(Event::Send(bytes)) = link.poll(100.0) {
        ping.extend_from_slice(&bytes);
    }
    node.session.request_keyframe(1);
    link.receive(&node.take(&[]), 106.0);
    assert_eq!(link.poll(106.0), Some(Event::KeyframeRequest));
    assert_eq!(link.poll(106.0), None);
    link.receive(&node.take(&ping), 209.0);
    assert_eq!(link.poll(209.0), Some(Event::RoundTrip(109.0)));
}

#[test]
fn bytes_that_are_no_session_end_it() {
    let mut link = PlayLink::new(&address());
    while link.poll(0.0).is_some() {}
    link.receive(&[0x02, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0], 1.0);
    let events: Vec<Event> = std::iter::from_fn(|| link.poll(1.0)).collect();
    assert!(
        matches!(events.last(), Some(Event::Failed(_))),
        "{events:?}"
    );
}

#[test]
fn a_configuration_goes_in_front_of_each_keyframe() {
    let mut link = PublishLink::new(&address());
    assert_eq!(
        link.picture(annex_b(&[SPS, PPS, KEY]), 0.0),
        Ok(None),
        "before it is ready"
    );
    talk(&mut link, &mut Node::new(false), 64);
    let mut send = |units: &[&[u8]], time| {
        let bytes = link.picture(annex_b(units), time).unwrap().unwrap();
        read_stream(&bytes)
    };
    let first = send(&[SPS, PPS, KEY], 33.4);
    let numbers: Vec<_> = first
        .iter()
        .map(|(sequence, m)| (*sequence, m.timestamp, m.stream_id))
        .collect();
    assert_eq!(numbers, [(0, 33, 1), (1, 33, 1)]);
    let bodies: Vec<_> = first
        .iter()
        .map(|(_, m)| VideoBody::parse(&m.payload).unwrap())
        .collect();
    assert!(matches!(&bodies[0].packet, VideoPacket::Config(record) if record.ends_with(PPS)));
    let data = Bytes::from([&[0, 0, 0, 4], KEY].concat());
    assert_eq!(bodies[1], VideoBody::coded(FrameType::Key, 0, data));
    let second = send(&[INTER], 66.7);
    assert_eq!((second.len(), second[0].0), (1, 2));
    let again = send(&[SPS, PPS, KEY], 100.0);
    assert_eq!((again.len(), again[0].0), (2, 3));
    assert_eq!(again[0].1.payload, first[0].1.payload);
    assert_eq!(send(&[INTER], 133.3)[0].0, 5);
}

#[test]
fn sound_is_announced_on_a_stream_and_travels_in_datagrams_that_repeat() {
    let mut link = PublishLink::new(&address());
    assert_eq!(link.sound_config(1, 312, 48_000), None);
    let mut node = Node::new(false);
    talk(&mut link, &mut node, 64);
    let config = read_stream(&link.sound_config(1, 312, 48_000).unwrap());
    let body = AudioBody::parse(&config[0].1.payload).unwrap();
    let head = OpusHead::new(1, 312, 48_000).encode();
    assert_eq!(
        (config[0].0, body),
        (0, AudioBody::config(AudioCodec::Opus, head.into()))
    );
    let packet = Bytes::from_static(&[0x78, 1, 2, 3]);
    let sound = |link: &mut PublishLink, time: f64| {
        let Some(Packet::Datagram(datagram)) = link.sound(packet.clone(), time, 1200) else {
            panic!("it fits")
        };
        let (first, messages) = read_datagram(&datagram, 1 << 20).unwrap();
        let times: Vec<_> = messages.iter().map(|m| m.timestamp).collect();
        (first, times)
    };
    sound(&mut link, 20.0);
    assert_eq!(sound(&mut link, 40.0), (2, vec![40]), "nothing is lost");
    lose(&mut link, &mut node);
    assert_eq!(sound(&mut link, 60.0), (1, vec![20, 40, 60]));
    let long = link.sound(packet, 80.0, 10);
    assert!(matches!(long, Some(Packet::Stream(bytes)) if read_stream(&bytes)[0].0 == 4));
}

/// The node reports that a tenth is lost.
fn lose(link: &mut PublishLink, node: &mut Node) {
    for (expected, missing) in [(0, 0), (100, 10), (200, 20)] {
        let received = Received {
            expected,
            missing,
            round_trip: 50,
            pictures: 0,
        };
        node.session.report_received(1, received);
        let answer = node.take(&[]);
        let now = expected as f64 * 20.0;
        link.receive(&answer, now);
        let told: Vec<_> = std::iter::from_fn(|| link.poll(now)).collect();
        assert!(told.contains(&Event::Received(received)), "{told:?}");
    }
}

#[test]
fn where_packets_are_lost_a_picture_can_come_without_its_stream() {
    let (mut sender, mut node) = (PublishLink::new(&address()), Node::new(false));
    talk(&mut sender, &mut node, 64);
    let slices = [KEY, &[7; 3_000]].concat();
    let key = annex_b(&[SPS, PPS, &slices]);
    assert_eq!((sender.sequence(), sender.loss()), (0, 0.0));
    let content = sender.picture(key, 0.0).unwrap().unwrap();
    assert_eq!(sender.sequence(), 2, "a configuration and a picture");
    lose(&mut sender, &mut node);
    assert!(sender.loss() > 0.02, "{}", sender.loss());
    let datagrams = sender.stand_in(&content, 1_000);
    let (mut link, _) = playing();
    for datagram in datagrams.iter().skip(2) {
        assert!(datagram.len() <= 1_000);
        link.push_datagram(datagram.clone(), 1.0);
    }
    let stream = link.open_stream();
    link.push_stream(stream, &content[..100], 1.0);
    let events = events(&mut link, 1.0);
    assert!(
        matches!(
            &events[..],
            [
                Event::Whole(1),
                Event::VideoConfig { .. },
                Event::Picture { key: true, .. }
            ]
        ),
        "{events:?}"
    );
}

#[test]
fn a_further_connection_leads_to_the_same_port() {
    let (mut link, mut node) = (PublishLink::new(&address()), Node::new(false));
    talk(&mut link, &mut node, 64);
    let subflow = Subflow {
        host: "other.localhost".into(),
        ticket: "77".into(),
        sha256: "cd".repeat(32),
    };
    node.session.offer_subflow(1, subflow.clone());
    let heard = talk(&mut link, &mut node, 64);
    let [Event::Subflow(to)] = &heard[..] else {
        panic!("{heard:?}")
    };
    assert_eq!(to.url(), "https://other.localhost:4433/rtmp/subflow/77");
    assert_eq!(to.sha256(), [0xCD; 32]);
    let sha256 = "no".to_owned();
    node.session.offer_subflow(1, Subflow { sha256, ..subflow });
    let heard = talk(&mut link, &mut node, 64);
    assert!(matches!(&heard[..], [Event::Failed(_)]), "{heard:?}");
}

/// A message as the node sends it.
fn message(kind: MessageKind, timestamp: u32, payload: Bytes) -> Message {
    Message {
        kind,
        stream_id: 1,
        timestamp,
        payload,
    }
}

fn picture(timestamp: u32, frame_type: FrameType) -> Message {
    let data = Bytes::from(
        [
            &[0, 0, 0, 4][..],
            if frame_type.is_key() { KEY } else { INTER },
        ]
        .concat(),
    );
    message(
        MessageKind::Video,
        timestamp,
        VideoBody::coded(frame_type, 0, data).encode(),
    )
}

fn push(link: &mut PlayLink, sequence: u64, messages: &[Message], now: f64, cut: usize) {
    let (mut out, mut writer) = (VecDeque::new(), MediaStreamWriter::new(sequence));
    messages
        .iter()
        .for_each(|message| writer.write(message, &mut out));
    let bytes = out.iter().fold(BytesMut::new(), |mut all, part| {
        all.extend_from_slice(part);
        all
    });
    let stream = link.open_stream();
    bytes
        .chunks(cut)
        .for_each(|part| link.push_stream(stream, part, now));
    link.end_stream(stream, now);
}

fn events(link: &mut PlayLink, now: f64) -> Vec<Event> {
    std::iter::from_fn(|| link.poll(now))
        .filter(|event| !matches!(event, Event::Send(_)))
        .collect()
}

fn playing() -> (PlayLink, Node) {
    let (mut link, mut node) = (PlayLink::new(&address()), Node::new(false));
    talk(&mut link, &mut node, 64);
    (link, node)
}

#[test]
fn pictures_come_out_in_order_with_what_a_decoder_wants() {
    let mut sender = PublishLink::new(&address());
    talk(&mut sender, &mut Node::new(false), 64);
    let key = sender
        .picture(annex_b(&[SPS, PPS, KEY]), 0.0)
        .unwrap()
        .unwrap();
    let (mut link, _) = playing();
    push(&mut link, 2, &[picture(33, FrameType::Inter)], 0.0, 5);
    assert_eq!(events(&mut link, 0.0), []);
    let stream = link.open_stream();
    key.chunks(3)
        .for_each(|part| link.push_stream(stream, part, 1.0));
    let events = events(&mut link, 1.0);
    assert!(matches!(&events[0], Event::VideoConfig { codec, .. } if codec == "avc1.42c01f"));
    let pictures: Vec<_> = events[1..]
        .iter()
        .map(|event| match event {
            Event::Picture { time, key, .. } => (*time, *key),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(pictures, [(0.0, true), (33.0, false)]);
}

#[test]
fn a_picture_is_held_where_others_come_late() {
    let (mut link, _) = playing();
    // One that comes 200 ms late, and those behind it, which come with it.
    let mut hold = |sequence: u64| {
        let time = 33 * sequence as u32;
        let kind = match sequence {
            0 => FrameType::Key,
            _ => FrameType::Inter,
        };
        let now = f64::from(time) + 50.0;
        let now = if sequence < 30 {
            now
        } else {
            now.max(30.0 * 33.0 + 250.0)
        };
        push(&mut link, sequence, &[picture(time, kind)], now, 99);
        match events(&mut link, now)[..] {
            [Event::Picture { hold, .. }] => hold,
            ref other => panic!("{sequence}: {other:?}"),
        }
    };
    let holds: Vec<_> = (0..40).map(&mut hold).collect();
    assert_eq!(holds[..31], [0.0; 31], "nothing was late before");
    assert_eq!(
        holds[37..],
        [90.0; 3],
        "by what of 200 ms anybody would see"
    );
}

#[test]
fn a_gap_is_waited_for_then_named_and_a_keyframe_asked_for() {
    let (mut link, mut node) = playing();
    push(&mut link, 0, &[picture(0, FrameType::Key)], 0.0, 99);
    assert_eq!(events(&mut link, 0.0).len(), 1);
    push(&mut link, 2, &[picture(66, FrameType::Inter)], 10.0, 99);
    assert_eq!(events(&mut link, 10.0), []);
    // Three round trips of 40 ms are less than the least that is waited.
    assert_eq!(link.deadline(), Some(160.0));
    let gap = events(&mut link, 160.0);
    assert!(
        matches!(gap[..], [Event::Gap { messages: 1, .. }]),
        "{gap:?}"
    );
    talk(&mut link, &mut node, 64);
    push(&mut link, 3, &[picture(99, FrameType::Key)], 170.0, 99);
    assert!(matches!(
        events(&mut link, 170.0)[..],
        [Event::Picture { key: true, .. }]
    ));
}

#[test]
fn sound_comes_out_once_although_datagrams_repeat_it() {
    let (mut link, _) = playing();
    let head = OpusHead::new(1, 312, 48_000).encode();
    let config = AudioBody::config(AudioCodec::Opus, head.clone().into()).encode();
    let mut datagrams = AudioDatagrams::new();
    let mut send = |payload: Bytes, timestamp| {
        datagrams
            .push(&message(MessageKind::Audio, timestamp, payload), 1, 1200)
            .unwrap()
    };
    let coded = AudioBody::coded(AudioCodec::Opus, Bytes::from_static(&[0x78, 9])).encode();
    let all = [send(config, 0), send(coded.clone(), 20), send(coded, 40)];
    // The first is lost, and the second brings it again.
    link.push_datagram(all[1].clone(), 1.0);
    link.push_datagram(all[2].clone(), 21.0);
    link.push_datagram(Bytes::from_static(&[0xFF]), 22.0);
    let events = events(&mut link, 22.0);
    let description = Bytes::from(head);
    let (codec, rate, channels) = ("opus".to_owned(), 48_000, 1);
    assert_eq!(
        events[0],
        Event::AudioConfig {
            codec,
            rate,
            channels,
            description
        }
    );
    let times: Vec<_> = events[1..]
        .iter()
        .map(|event| match event {
            Event::Sound { time, .. } => *time,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(times, [20.0, 40.0]);
    let body = AudioBody::parse(&Bytes::from_static(&[0xAF, 1, 7])).unwrap();
    assert_eq!(body.packet, AudioPacket::Coded(Bytes::from_static(&[7])));
}

#[test]
fn a_player_tells_when_sound_came() {
    let (mut link, mut node) = playing();
    let mut datagrams = AudioDatagrams::new();
    let coded = AudioBody::coded(AudioCodec::Opus, Bytes::from_static(&[0x78, 9])).encode();
    let sound = message(MessageKind::Audio, 7_020, coded);
    let datagram = datagrams.push(&sound, 0, 1200).unwrap();
    link.push_datagram(datagram, 1_050.0);
    talk(&mut link, &mut node, 64);
    let (stream_id, timestamp, clock) = (1, 7_020, 1_050);
    let heard = Heard { timestamp, clock };
    assert_eq!(node.heard, [ServerOutput::Heard { stream_id, heard }]);
}
