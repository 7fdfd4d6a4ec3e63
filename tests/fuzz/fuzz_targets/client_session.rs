//! A client's session against any bytes through the chunk reader, and against any order of a server's messages. No panic;
//! media only while it plays; nothing more after its end.
#![no_main]

use arbitrary::Arbitrary;
use bytes::Bytes;
use counterpart_shared::amf0::Value;
use counterpart_shared::rtmp::chunk::{ChunkLimits, ChunkReader};
use counterpart_shared::rtmp::{Command, Message, MessageKind, Status, code};
use counterpart_shared::session::{ClientOutput, ClientSession};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
enum Input<'a> {
    Bytes(&'a [u8]),
    Operations(Vec<Operation<'a>>),
}

#[derive(Debug, Arbitrary)]
enum Operation<'a> {
    Result(u8, f64),
    Error(u8),
    Status { code: u8, error: bool },
    KeyframeRequest,
    Bitrate(f64),
    Message(u8, u8, &'a [u8]),
    RequestKeyframe,
    Close,
}

const CODES: [&str; 5] = [
    code::PUBLISH_START,
    code::PLAY_START,
    code::PLAY_STOP,
    code::PLAY_UNPUBLISH_NOTIFY,
    code::CONNECT_CLOSED,
];

struct World {
    client: ClientSession,
    plays: bool,
    over: bool,
}

impl World {
    fn new(plays: bool) -> Self {
        let client = match plays {
            true => ClientSession::play("live", "rtmp://h/live", "s?grant=g"),
            false => ClientSession::publish("live", "rtmp://h/live", "s?grant=g"),
        };
        let over = false;
        Self {
            client,
            plays,
            over,
        }
    }

    fn drain(&mut self) {
        while let Some(output) = self.client.poll() {
            match output {
                ClientOutput::Ready { .. } => assert!(!self.over),
                ClientOutput::Media(_) => assert!(self.plays && !self.over),
                ClientOutput::Refused(_) | ClientOutput::Closed(_) => {
                    assert!(!self.over);
                    self.over = true;
                }
                _ => {}
            }
        }
    }

    fn receive(&mut self, message: Message) -> bool {
        let alive = self.client.receive(message).is_ok();
        self.drain();
        alive
    }

    fn perform(&mut self, operation: Operation<'_>) -> bool {
        let command = match operation {
            Operation::Result(transaction, value) => Command::Result {
                transaction: transaction.into(),
                values: vec![Value::Null, value.into()],
            },
            Operation::Error(transaction) => Command::Error {
                transaction: transaction.into(),
                status: Status::error(code::CALL_FAILED, ""),
            },
            Operation::Status { code, error } => {
                let code = CODES[usize::from(code) % CODES.len()];
                let status = if error { Status::error } else { Status::notice };
                Command::OnStatus(status(code, "".to_owned()))
            }
            Operation::KeyframeRequest => Command::OnKeyframeRequest,
            Operation::Bitrate(bits_per_second) => Command::OnBitrate { bits_per_second },
            Operation::Message(kind, stream_id, payload) => {
                return self.receive(Message {
                    kind: MessageKind::from(kind),
                    stream_id: stream_id.into(),
                    timestamp: 0,
                    payload: Bytes::copy_from_slice(payload),
                });
            }
            Operation::RequestKeyframe => {
                self.client.request_keyframe();
                self.drain();
                return true;
            }
            Operation::Close => {
                self.client.close();
                self.over = true;
                self.drain();
                return true;
            }
        };
        self.receive(command.to_message(1))
    }
}

fuzz_target!(|input: (bool, Input<'_>)| {
    let (plays, input) = input;
    let mut world = World::new(plays);
    world.drain();
    match input {
        Input::Bytes(bytes) => {
            let mut reader = ChunkReader::new(ChunkLimits::default());
            reader.push(bytes);
            while let Ok(Some(message)) = reader.next_message() {
                if !world.receive(message) {
                    return;
                }
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
