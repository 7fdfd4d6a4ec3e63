//! The client's side: one publish or one play.

use super::SessionError;
use super::reply::FOUR_CC;
use super::server::WINDOW;
use crate::amf0::Value;
use crate::grant::Act;
use crate::rtmp::{
    Command, Connect, Control, Heard, Message, MessageKind, Received, Status, Subflow, UserEvent,
    aggregate, code, data,
};
use std::collections::VecDeque;
use std::mem;

/// A picture of a call seldom exceeds it.
const CHUNK_SIZE: u32 = 60_000;

/// What the session wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum ClientOutput {
    /// Send this on the control stream.
    Send(Message),
    /// Publishing may begin, or media will come, on this message stream.
    Ready {
        /// The message stream.
        stream_id: u32,
    },
    /// The server said no; close.
    Refused(Status),
    /// Audio, video or data of what is played.
    Media(Message),
    /// The server says something about the stream that is not an end, such as that the publisher has gone.
    Status(Status),
    /// Make the next picture a keyframe.
    KeyframeRequest,
    /// What gets through, audio and video together.
    Bitrate {
        /// Per second.
        bits_per_second: u32,
    },
    /// What is published may come over one more connection, too.
    Subflow(Subflow),
    /// What came of what is published.
    Received(Received),
    /// What is published comes to the node so many milliseconds later than the quickest of late.
    Growth {
        /// Milliseconds.
        growth: u64,
    },
    /// The answer to [`ClientSession::ping`].
    Pong {
        /// What the ping carried.
        timestamp: u32,
    },
    /// The server ended the stream; close.
    Closed(Status),
}

/// One publish or play at a server.
///
/// **Driving.** Drain [`poll`](Self::poll) after construction, after each [`receive`](Self::receive) and after each other
/// method. Send media on the message stream that [`ClientOutput::Ready`] names, not before. An error means *close*.
#[derive(Debug)]
pub struct ClientSession {
    act: Act,
    name: String,
    step: Step,
    /// The window we announced.
    window: Option<u32>,
    outputs: VecDeque<ClientOutput>,
}

/// How far it is; each but the last waits for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Connect,
    CreateStream,
    Start { stream_id: u32 },
    Ready { stream_id: u32 },
    Over,
}

/// The transactions of the commands that are answered (or may be).
mod transaction {
    pub(super) const CONNECT: f64 = 1.0;
    pub(super) const RELEASE_STREAM: f64 = 2.0;
    pub(super) const FC_PUBLISH: f64 = 3.0;
    pub(super) const CREATE_STREAM: f64 = 4.0;
    pub(super) const START: f64 = 5.0;
    pub(super) const FC_UNPUBLISH: f64 = 6.0;
}

impl ClientSession {
    /// Connects and publishes. `name` carries the `?query`.
    pub fn publish(app: &str, tc_url: &str, name: &str) -> Self {
        Self::new(Act::Publish, app, tc_url, name)
    }

    /// Connects and plays. `name` carries the `?query`.
    pub fn play(app: &str, tc_url: &str, name: &str) -> Self {
        Self::new(Act::Play, app, tc_url, name)
    }

    fn new(act: Act, app: &str, tc_url: &str, name: &str) -> Self {
        let mut session = Self {
            act,
            name: name.to_owned(),
            step: Step::Connect,
            window: None,
            outputs: VecDeque::new(),
        };
        let connect = Connect {
            app: app.to_owned(),
            tc_url: tc_url.to_owned(),
            flash_ver: "FMLE/3.0 (compatible; Counterpart)".to_owned(),
            object_encoding: Some(0.0),
            four_cc_list: FOUR_CC.map(str::to_owned).into(),
        };
        let transaction = transaction::CONNECT;
        session.send(
            0,
            &Command::Connect {
                transaction,
                connect,
            },
        );
        session
    }

    /// Takes a message from the peer.
    ///
    /// # Errors
    /// See [`SessionError`].
    pub fn receive(&mut self, message: Message) -> Result<(), SessionError> {
        use MessageKind::{CommandAmf0, CommandAmf3};
        if message.is_media() {
            return self.take_media(message);
        }
        if matches!(message.kind, CommandAmf0 | CommandAmf3) {
            self.take_command(Command::from_message(&message)?);
            return Ok(());
        }
        match Control::from_message(&message)? {
            Some(Control::User(UserEvent::PingRequest(timestamp))) => {
                self.send_control(Control::User(UserEvent::PingResponse(timestamp)));
            }
            Some(Control::User(UserEvent::PingResponse(timestamp))) => {
                self.outputs.push_back(ClientOutput::Pong { timestamp });
            }
            Some(Control::SetPeerBandwidth { window, .. }) => self.set_window(window),
            _ => {}
        }
        Ok(())
    }

    /// What is to be done next.
    pub fn poll(&mut self) -> Option<ClientOutput> {
        self.outputs.pop_front()
    }

    /// The message stream, once it is ready.
    pub fn stream_id(&self) -> Option<u32> {
        match self.step {
            Step::Ready { stream_id } => Some(stream_id),
            _ => None,
        }
    }

    /// Asks for a keyframe of what is played; the caller throttles.
    pub fn request_keyframe(&mut self) {
        if let (Act::Play, Some(stream_id)) = (self.act, self.stream_id()) {
            self.send(stream_id, &Command::RequestKeyframe);
        }
    }

    /// Tells the node when sound of what is played came.
    pub fn hear(&mut self, heard: Heard) {
        if let (Act::Play, Some(stream_id)) = (self.act, self.stream_id()) {
            self.send(stream_id, &Command::Heard(heard));
        }
    }

    /// Tells the node whether others fill the publisher's link too, and he holds his own.
    pub fn contend(&mut self, contends: bool) {
        if let (Act::Publish, Some(stream_id)) = (self.act, self.stream_id()) {
            self.send(stream_id, &Command::Contend { contends });
        }
    }

    /// Sends a Ping Request, answered by [`ClientOutput::Pong`].
    pub fn ping(&mut self, timestamp: u32) {
        self.send_control(Control::User(UserEvent::PingRequest(timestamp)));
    }

    /// Says goodbye; send what `poll` gives, then close.
    pub fn close(&mut self) {
        let step = mem::replace(&mut self.step, Step::Over);
        let (Step::Start { stream_id } | Step::Ready { stream_id }) = step else {
            return;
        };
        if self.act == Act::Publish {
            let goodbye = Command::FcUnpublish {
                transaction: transaction::FC_UNPUBLISH,
                name: self.name.clone(),
            };
            self.send(0, &goodbye);
        }
        self.send(0, &Command::DeleteStream { stream_id });
    }

    fn take_media(&mut self, message: Message) -> Result<(), SessionError> {
        let (Step::Start { stream_id } | Step::Ready { stream_id }) = self.step else {
            return Ok(());
        };
        if self.act != Act::Play || message.stream_id != stream_id {
            return Ok(());
        }
        let parts = match message.kind {
            MessageKind::Aggregate => aggregate::split(&message)?,
            _ => vec![message],
        };
        let media = parts
            .into_iter()
            .map(data::plain)
            .filter(|part| !data::is_notice(part));
        self.outputs.extend(media.map(ClientOutput::Media));
        Ok(())
    }

    fn take_command(&mut self, command: Command) {
        match command {
            Command::Result {
                transaction,
                values,
            } => self.take_result(transaction, &values),
            Command::Error {
                transaction,
                status,
            } if self.awaits(transaction) => self.end(status),
            Command::OnStatus(status) => self.take_status(status),
            Command::OnKeyframeRequest => self.outputs.push_back(ClientOutput::KeyframeRequest),
            Command::OnBitrate { bits_per_second } => {
                let bits_per_second = bits_per_second as u32;
                self.outputs
                    .push_back(ClientOutput::Bitrate { bits_per_second });
            }
            Command::OnSubflow(subflow) => self.outputs.push_back(ClientOutput::Subflow(subflow)),
            Command::OnReceived(received) => {
                self.outputs.push_back(ClientOutput::Received(received));
            }
            Command::OnGrowth { growth } => {
                self.outputs.push_back(ClientOutput::Growth { growth });
            }
            _ => {}
        }
    }

    fn take_result(&mut self, transaction: f64, values: &[Value]) {
        if !self.awaits(transaction) {
            return;
        }
        if self.step == Step::Connect {
            return self.create_stream();
        }
        match values.get(1).and_then(Value::as_number) {
            Some(stream_id) => self.start(stream_id as u32),
            None => self.end(Status::error(
                code::CALL_FAILED,
                "createStream gave no number",
            )),
        }
    }

    fn awaits(&self, transaction: f64) -> bool {
        match self.step {
            Step::Connect => transaction == transaction::CONNECT,
            Step::CreateStream => transaction == transaction::CREATE_STREAM,
            Step::Start { .. } => transaction == transaction::START,
            Step::Ready { .. } | Step::Over => false,
        }
    }

    fn create_stream(&mut self) {
        self.step = Step::CreateStream;
        self.set_window(WINDOW);
        self.send_control(Control::SetChunkSize(CHUNK_SIZE));
        if self.act == Act::Publish {
            let (transaction, name) = (transaction::RELEASE_STREAM, self.name.clone());
            self.send(0, &Command::ReleaseStream { transaction, name });
            let (transaction, name) = (transaction::FC_PUBLISH, self.name.clone());
            self.send(0, &Command::FcPublish { transaction, name });
        }
        let transaction = transaction::CREATE_STREAM;
        self.send(0, &Command::CreateStream { transaction });
    }

    fn start(&mut self, stream_id: u32) {
        self.step = Step::Start { stream_id };
        let (transaction, name) = (transaction::START, self.name.clone());
        let kind = "live".to_owned();
        let command = match self.act {
            Act::Publish => Command::Publish {
                transaction,
                name,
                kind,
            },
            Act::Play | Act::Review => Command::Play { transaction, name },
        };
        self.send(stream_id, &command);
    }

    fn take_status(&mut self, status: Status) {
        let begins = match self.act {
            Act::Publish => code::PUBLISH_START,
            Act::Play | Act::Review => code::PLAY_START,
        };
        let ends = [
            code::UNPUBLISH_SUCCESS,
            code::PLAY_STOP,
            code::CONNECT_CLOSED,
        ];
        match self.step {
            Step::Start { stream_id } if status.code == begins => {
                self.step = Step::Ready { stream_id };
                self.outputs.push_back(ClientOutput::Ready { stream_id });
            }
            Step::Over => {}
            _ if status.is_error() || ends.contains(&status.code.as_str()) => self.end(status),
            _ => self.outputs.push_back(ClientOutput::Status(status)),
        }
    }

    fn end(&mut self, status: Status) {
        self.outputs.push_back(match self.step {
            Step::Ready { .. } => ClientOutput::Closed(status),
            _ => ClientOutput::Refused(status),
        });
        self.step = Step::Over;
    }

    /// §5.4.5: a limit is answered by the window, unless that is what we announced last.
    fn set_window(&mut self, window: u32) {
        if self.window.replace(window) != Some(window) {
            self.send_control(Control::WindowAcknowledgementSize(window));
        }
    }

    fn send(&mut self, stream_id: u32, command: &Command) {
        let message = command.to_message(stream_id);
        self.outputs.push_back(ClientOutput::Send(message));
    }

    fn send_control(&mut self, control: Control) {
        self.outputs
            .push_back(ClientOutput::Send(control.to_message()));
    }
}
