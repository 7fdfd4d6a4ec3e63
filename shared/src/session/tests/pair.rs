//! A client and a server, with chunks in any split between them.

use super::*;
use crate::rtmp::chunk::{ChunkLimits, ChunkReader, ChunkWriter};
use proptest::prelude::*;
use std::collections::VecDeque;

/// One direction: messages in, messages out, through bytes.
struct Wire {
    writer: ChunkWriter,
    reader: ChunkReader,
    bytes: VecDeque<Bytes>,
}

impl Wire {
    fn new() -> Self {
        Self {
            writer: ChunkWriter::new(),
            reader: ChunkReader::new(ChunkLimits::default()),
            bytes: VecDeque::new(),
        }
    }

    fn send(&mut self, message: &Message) {
        self.writer.write(message, &mut self.bytes);
    }

    fn arrive(&mut self, cuts: &[usize]) -> Vec<Message> {
        let bytes = Vec::from(std::mem::take(&mut self.bytes)).concat();
        let (mut rest, mut messages) = (&bytes[..], Vec::new());
        for cut in cuts.iter().cycle() {
            let (part, left) = rest.split_at(rest.len().min(*cut));
            self.reader.push(part);
            while let Some(message) = self.reader.next_message().unwrap() {
                messages.push(message);
            }
            rest = left;
            if rest.is_empty() {
                break;
            }
        }
        messages
    }
}

/// What the server's owner decides, and what both owners saw.
struct Pair {
    client: ClientSession,
    server: ServerSession,
    up: Wire,
    down: Wire,
    refusal: Option<&'static str>,
    at_server: Vec<ServerOutput>,
    at_client: Vec<ClientOutput>,
}

impl Pair {
    fn new(client: ClientSession, refusal: Option<&'static str>) -> Self {
        Self {
            client,
            server: ServerSession::new(SessionLimits::default()),
            up: Wire::new(),
            down: Wire::new(),
            refusal,
            at_server: Vec::new(),
            at_client: Vec::new(),
        }
    }

    /// Until nothing is on its way.
    fn run(&mut self, cuts: &[usize]) {
        while self.perform() {
            for message in self.up.arrive(cuts) {
                self.server.receive(message).unwrap();
                self.decide();
            }
            for message in self.down.arrive(cuts) {
                self.client.receive(message).unwrap();
            }
        }
    }

    fn perform(&mut self) -> bool {
        for output in drain_client(&mut self.client) {
            match output {
                ClientOutput::Send(message) => self.up.send(&message),
                other => self.at_client.push(other),
            }
        }
        self.decide();
        !self.up.bytes.is_empty() || !self.down.bytes.is_empty()
    }

    fn decide(&mut self) {
        for output in drain(&mut self.server) {
            match output {
                ServerOutput::Send(message) => self.down.send(&message),
                ServerOutput::Request(request) => {
                    match self.refusal {
                        Some(code) => self.server.refuse(request.stream_id, code, "no"),
                        None => self.server.accept(request.stream_id),
                    }
                    self.at_server.push(ServerOutput::Request(request));
                    self.decide();
                }
                other => self.at_server.push(other),
            }
        }
    }
}

fn cuts() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(1_usize..200, 1..8)
}

fn request(act: Act) -> ServerOutput {
    ServerOutput::Request(Request {
        act,
        stream_id: 1,
        app: "live".into(),
        name: "c1.caller".into(),
        query: "grant=a.b.c".into(),
    })
}

const NAME: &str = "c1.caller?grant=a.b.c";
const READY: ClientOutput = ClientOutput::Ready { stream_id: 1 };

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn publish(cuts in cuts()) {
        let client = ClientSession::publish("live", "rtmp://h:1935/live", NAME);
        let mut pair = Pair::new(client, None);
        pair.run(&cuts);
        prop_assert_eq!(&pair.at_client, &[READY]);
        let picture = message(MessageKind::Video, 1, &[7; 70_000]);
        for media in [&picture, &audio(1)] {
            pair.up.send(media);
        }
        pair.server.request_keyframe(1);
        pair.server.limit_bitrate(1, 300_000);
        pair.server.report_growth(1, 40);
        pair.run(&cuts);
        pair.client.hear(HEARD);
        pair.client.contend(true);
        pair.run(&cuts);
        pair.client.close();
        pair.run(&cuts);
        let contend = ServerOutput::Contend { stream_id: 1, contends: true };
        let closed = ServerOutput::Closed { stream_id: 1 };
        let media = [picture, audio(1)].map(ServerOutput::Media);
        let expected = [&[request(Act::Publish)][..], &media, &[contend, closed]].concat();
        prop_assert_eq!(pair.at_server, expected);
        let bits_per_second = 300_000;
        let bitrate = ClientOutput::Bitrate { bits_per_second };
        let growth = ClientOutput::Growth { growth: 40 };
        let expected = [READY, ClientOutput::KeyframeRequest, bitrate, growth];
        prop_assert_eq!(pair.at_client, expected);
    }

    #[test]
    fn play(cuts in cuts()) {
        let client = ClientSession::play("live", "rtmp://h:1935/live", NAME);
        let mut pair = Pair::new(client, None);
        pair.run(&cuts);
        pair.down.send(&audio(1));
        pair.client.request_keyframe();
        pair.client.contend(true);
        pair.client.hear(HEARD);
        pair.run(&cuts);
        pair.server.end(1, &Status::notice(code::PLAY_STOP, "over"));
        pair.run(&cuts);
        let keyframe = ServerOutput::KeyframeRequest { stream_id: 1 };
        let heard = ServerOutput::Heard { stream_id: 1, heard: HEARD };
        let expected = [request(Act::Play), keyframe, heard];
        prop_assert_eq!(pair.at_server, expected);
        let reset = ClientOutput::Status(Status::notice(code::PLAY_RESET, "playing from now on"));
        let closed = ClientOutput::Closed(Status::notice(code::PLAY_STOP, "over"));
        let expected = [reset, READY, ClientOutput::Media(audio(1)), closed];
        prop_assert_eq!(pair.at_client, expected);
    }

    #[test]
    fn refusals(cuts in cuts(), publish: bool) {
        let (client, code, act) = match publish {
            true => (ClientSession::publish("live", "", NAME), code::PUBLISH_BAD_NAME, Act::Publish),
            false => (ClientSession::play("live", "", NAME), code::PLAY_STREAM_NOT_FOUND, Act::Play),
        };
        let mut pair = Pair::new(client, Some(code));
        pair.run(&cuts);
        prop_assert_eq!(pair.at_server, [request(act)]);
        let refused = ClientOutput::Refused(Status::error(code, "no"));
        prop_assert_eq!(pair.at_client, [refused]);
    }

    #[test]
    fn garbage_never_panics(messages in prop::collection::vec((any::<u8>(), 0_u32..3, prop::collection::vec(any::<u8>(), 0..60)), 0..20)) {
        let mut server = ServerSession::new(SessionLimits::default());
        let mut client = ClientSession::play("live", "", "s");
        for (kind, stream_id, payload) in messages {
            let message = message(kind.into(), stream_id, &payload);
            let _ = server.receive(message.clone());
            let _ = client.receive(message);
            drain(&mut server);
            drain_client(&mut client);
        }
    }
}
