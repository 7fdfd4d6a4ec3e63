//! A server's session: against any bytes through the chunk reader, and against any order of meaningful operations. No
//! panic; media comes only from accepted publishes; what it sends, a client's session can read.
#![no_main]

use arbitrary::Arbitrary;
use bytes::Bytes;
use counterpart_shared::grant::Act;
use counterpart_shared::rtmp::chunk::{ChunkLimits, ChunkReader};
use counterpart_shared::rtmp::{Command, Connect, Message, MessageKind, Status, code};
use counterpart_shared::session::{ClientSession, ServerOutput, ServerSession, SessionLimits};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeMap;

#[derive(Debug, Arbitrary)]
enum Input<'a> {
    Bytes(&'a [u8]),
    Operations(Vec<Operation<'a>>),
}

#[derive(Debug, Arbitrary)]
enum Operation<'a> {
    Connect { app: &'a str, tc_url: &'a str },
    CreateStream(f64),
    Publish(u8, &'a str),
    Play(u8, &'a str),
    FcPublish(f64, &'a str),
    FcUnpublish(f64, &'a str),
    Delete(u8),
    Close(u8),
    Pause(u8, bool),
    RequestKeyframe(u8),
    Message(u8, u8, &'a [u8]),
    Accept(u8),
    Refuse(u8),
    End(u8),
    Bitrate(u8, u32),
}

struct World {
    server: ServerSession,
    client: ClientSession,
    /// What runs on which message stream, by the outputs alone.
    asked: BTreeMap<u32, Act>,
    running: BTreeMap<u32, Act>,
}

impl World {
    fn new() -> Self {
        Self {
            server: ServerSession::new(SessionLimits::default()),
            client: ClientSession::play("live", "", "s"),
            asked: BTreeMap::new(),
            running: BTreeMap::new(),
        }
    }

    fn drain(&mut self) {
        while let Some(output) = self.server.poll() {
            match output {
                ServerOutput::Send(message) => {
                    self.client
                        .receive(message)
                        .expect("our own messages can be read");
                    while self.client.poll().is_some() {}
                }
                ServerOutput::Request(request) => {
                    assert!(!self.running.contains_key(&request.stream_id));
                    self.asked.insert(request.stream_id, request.act);
                }
                ServerOutput::Media(message) => {
                    assert_eq!(self.running.get(&message.stream_id), Some(&Act::Publish));
                }
                ServerOutput::Closed { stream_id } => {
                    let asked = self.asked.remove(&stream_id);
                    let running = self.running.remove(&stream_id);
                    assert!(asked.or(running).is_some());
                }
                ServerOutput::Contend { stream_id, .. } => {
                    assert_eq!(self.running.get(&stream_id), Some(&Act::Publish));
                }
                ServerOutput::KeyframeRequest { stream_id }
                | ServerOutput::Heard { stream_id, .. }
                | ServerOutput::Pause { stream_id, .. } => {
                    assert_eq!(self.running.get(&stream_id), Some(&Act::Play));
                }
                ServerOutput::Pong { .. } => {}
            }
        }
    }

    fn receive(&mut self, message: Message) -> bool {
        let alive = self.server.receive(message).is_ok();
        self.drain();
        alive
    }

    fn accept(&mut self, stream_id: u32) {
        self.server.accept(stream_id);
        if let Some(act) = self.asked.remove(&stream_id) {
            self.running.insert(stream_id, act);
        }
        self.drain();
    }

    fn perform(&mut self, operation: Operation<'_>) -> bool {
        let (stream_id, command) = match operation {
            Operation::Connect { app, tc_url } => {
                let (app, tc_url) = (app.to_owned(), tc_url.to_owned());
                let connect = Connect {
                    app,
                    tc_url,
                    ..Connect::default()
                };
                (
                    0,
                    Command::Connect {
                        transaction: 1.0,
                        connect,
                    },
                )
            }
            Operation::CreateStream(transaction) => (0, Command::CreateStream { transaction }),
            Operation::Publish(stream_id, name) => {
                let (name, kind) = (name.to_owned(), "live".to_owned());
                (
                    stream_id,
                    Command::Publish {
                        transaction: 5.0,
                        name,
                        kind,
                    },
                )
            }
            Operation::Play(stream_id, name) => (
                stream_id,
                Command::Play {
                    transaction: 5.0,
                    name: name.to_owned(),
                },
            ),
            Operation::FcPublish(transaction, name) => (
                0,
                Command::FcPublish {
                    transaction,
                    name: name.to_owned(),
                },
            ),
            Operation::FcUnpublish(transaction, name) => (
                0,
                Command::FcUnpublish {
                    transaction,
                    name: name.to_owned(),
                },
            ),
            Operation::Delete(stream_id) => (
                0,
                Command::DeleteStream {
                    stream_id: stream_id.into(),
                },
            ),
            Operation::Close(stream_id) => (stream_id, Command::CloseStream),
            Operation::Pause(stream_id, paused) => (
                stream_id,
                Command::Pause {
                    transaction: 0.0,
                    paused,
                },
            ),
            Operation::RequestKeyframe(stream_id) => (stream_id, Command::RequestKeyframe),
            Operation::Message(kind, stream_id, payload) => {
                return self.receive(Message {
                    kind: MessageKind::from(kind),
                    stream_id: stream_id.into(),
                    timestamp: 0,
                    payload: Bytes::copy_from_slice(payload),
                });
            }
            Operation::Accept(stream_id) => {
                self.accept(stream_id.into());
                return true;
            }
            Operation::Refuse(stream_id) => {
                self.server
                    .refuse(stream_id.into(), code::PUBLISH_BAD_NAME, "no");
                self.asked.remove(&stream_id.into());
                self.drain();
                return true;
            }
            Operation::End(stream_id) => {
                let status = Status::notice(code::PLAY_STOP, "over");
                self.server.end(stream_id.into(), &status);
                self.asked.remove(&stream_id.into());
                self.running.remove(&stream_id.into());
                self.drain();
                return true;
            }
            Operation::Bitrate(stream_id, bits_per_second) => {
                self.server.limit_bitrate(stream_id.into(), bits_per_second);
                self.server.request_keyframe(stream_id.into());
                self.drain();
                return true;
            }
        };
        self.receive(command.to_message(stream_id.into()))
    }
}

fuzz_target!(|input: Input<'_>| {
    let mut world = World::new();
    match input {
        Input::Bytes(bytes) => {
            let mut reader = ChunkReader::new(ChunkLimits::default());
            reader.push(bytes);
            while let Ok(Some(message)) = reader.next_message() {
                let stream_id = message.stream_id;
                if !world.receive(message) {
                    return;
                }
                world.accept(stream_id);
            }
        }
        Input::Operations(operations) => {
            for operation in operations {
                if !world.perform(operation) {
                    return;
                }
            }
        }
    }
});
