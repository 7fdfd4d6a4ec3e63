//! The server's side.

use super::request::{Request, Target};
use super::{SessionError, reply};
use crate::amf0::Value;
use crate::grant::Act;
use crate::rtmp::{
    Command, Connect, Control, Fc, Heard, Message, MessageKind, PeerBandwidth, Received, Status,
    Subflow, UserEvent, aggregate, code, data,
};
use std::collections::{BTreeMap, VecDeque};
use std::mem;

/// What the client is to acknowledge, and what we let it leave unacknowledged.
pub(super) const WINDOW: u32 = 2_500_000;
/// Sound goes between the chunks of a picture, which at 300 kbit/s take 55 ms each.
const CHUNK_SIZE: u32 = 2_048;

/// What a client may make us keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// Message streams at a time.
    pub max_streams: usize,
    /// Bytes of a name, an app, a tcUrl; a grant is part of one of them.
    pub max_name: usize,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self {
            max_streams: 8,
            max_name: 8192,
        }
    }
}

/// What the session wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum ServerOutput {
    /// Send this on the control stream.
    Send(Message),
    /// Decide, then call [`ServerSession::accept`] or [`ServerSession::refuse`].
    Request(Request),
    /// Audio, video or data of an accepted publish; data is plain AMF0 without `@setDataFrame`.
    Media(Message),
    /// The client ended what was on this message stream.
    Closed {
        /// The message stream.
        stream_id: u32,
    },
    /// The player on this message stream cannot decode on.
    KeyframeRequest {
        /// The message stream.
        stream_id: u32,
    },
    /// Sound came to the player on this message stream.
    Heard {
        /// The message stream.
        stream_id: u32,
        /// Which, and when.
        heard: Heard,
    },
    /// The publisher on this message stream holds his own on a link that others fill too, or does not any more.
    Contend {
        /// The message stream.
        stream_id: u32,
        /// Whether he does.
        contends: bool,
    },
    /// The player on this message stream pauses or resumes.
    Pause {
        /// The message stream.
        stream_id: u32,
        /// Whether it pauses.
        paused: bool,
    },
    /// The answer to [`ServerSession::ping`].
    Pong {
        /// What the ping carried.
        timestamp: u32,
    },
}

/// One client's session.
///
/// **Driving.** For each message from the peer: [`receive`](Self::receive), then [`poll`](Self::poll) until `None`,
/// performing what comes out. An error means *close*; what `poll` still holds is worth sending first. After any other
/// method, drain `poll` too. Collect all [`ServerOutput::Send`] of one read from the carrier and write them at once: the
/// client waits for the last of them.
///
/// A [`ServerOutput::Request`] stays open until [`accept`](Self::accept) or [`refuse`](Self::refuse); media that comes
/// earlier, or for a message stream that publishes nothing (any more), is dropped and counted.
#[derive(Debug)]
pub struct ServerSession {
    limits: SessionLimits,
    connected: Option<(Connect, Target)>,
    /// Whether the client used `FCPublish`, and so waits for its answer.
    answers_fc: bool,
    streams: BTreeMap<u32, Stream>,
    last_stream_id: u32,
    outputs: VecDeque<ServerOutput>,
    dropped: u64,
}

/// What happens on a message stream.
#[derive(Debug, Clone, PartialEq)]
enum Stream {
    /// Nothing.
    Idle,
    /// A request is open.
    Asked(Request),
    /// A request was accepted.
    Running(Request),
}

impl ServerSession {
    /// At the start of a connection, after the handshake where there is one.
    pub fn new(limits: SessionLimits) -> Self {
        Self {
            limits,
            connected: None,
            answers_fc: false,
            streams: BTreeMap::new(),
            last_stream_id: 0,
            outputs: VecDeque::new(),
            dropped: 0,
        }
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
            let command = Command::from_message(&message)?;
            return self.take_command(message.stream_id, command);
        }
        match Control::from_message(&message)? {
            Some(Control::User(UserEvent::PingRequest(timestamp))) => {
                self.send_control(Control::User(UserEvent::PingResponse(timestamp)));
            }
            Some(Control::User(UserEvent::PingResponse(timestamp))) => {
                self.outputs.push_back(ServerOutput::Pong { timestamp });
            }
            _ => {}
        }
        Ok(())
    }

    /// What is to be done next.
    pub fn poll(&mut self) -> Option<ServerOutput> {
        self.outputs.pop_front()
    }

    /// What the client said in `connect`, once it has.
    pub fn connect(&self) -> Option<&Connect> {
        self.connected.as_ref().map(|(connect, _)| connect)
    }

    /// Grants the request on this message stream. Without an open request nothing happens.
    pub fn accept(&mut self, stream_id: u32) {
        let Some(request) = self.answer(stream_id) else {
            return;
        };
        self.send_control(Control::User(UserEvent::StreamBegin(stream_id)));
        match request.act {
            Act::Publish => self.begin_publish(stream_id),
            Act::Play | Act::Review => self.begin_play(stream_id),
        }
        self.streams.insert(stream_id, Stream::Running(request));
    }

    /// Refuses the request on this message stream; see [`code`]. Without an open request nothing happens.
    pub fn refuse(&mut self, stream_id: u32, code: &str, description: &str) {
        if self.answer(stream_id).is_some() {
            self.notify(stream_id, &Status::error(code, description));
        }
    }

    /// Tells the client something about a message stream, such as [`code::PLAY_UNPUBLISH_NOTIFY`].
    pub fn notify(&mut self, stream_id: u32, status: &Status) {
        self.send(stream_id, &Command::OnStatus(status.clone()));
    }

    /// Ends what is on this message stream from our side: with this status, and Stream EOF for a player.
    pub fn end(&mut self, stream_id: u32, status: &Status) {
        let Some(stream) = self.streams.get_mut(&stream_id) else {
            return;
        };
        let ended = mem::replace(stream, Stream::Idle);
        if ended.runs(Act::Play) {
            self.send_control(Control::User(UserEvent::StreamEof(stream_id)));
        }
        if ended != Stream::Idle {
            self.notify(stream_id, status);
        }
    }

    /// Asks the publisher on this message stream for a keyframe, in a command of our own.
    pub fn request_keyframe(&mut self, stream_id: u32) {
        if self.runs(stream_id, Act::Publish) {
            self.send(stream_id, &Command::OnKeyframeRequest);
        }
    }

    /// Tells the publisher on this message stream what gets through, in a command of our own.
    pub fn limit_bitrate(&mut self, stream_id: u32, bits_per_second: u32) {
        if self.runs(stream_id, Act::Publish) {
            let bits_per_second = bits_per_second.into();
            self.send(stream_id, &Command::OnBitrate { bits_per_second });
        }
    }

    /// Offers the publisher on this message stream one more connection, in a command of our own.
    pub fn offer_subflow(&mut self, stream_id: u32, subflow: Subflow) {
        if self.runs(stream_id, Act::Publish) {
            self.send(stream_id, &Command::OnSubflow(subflow));
        }
    }

    /// Tells the publisher on this message stream what came, in a command of our own.
    pub fn report_received(&mut self, stream_id: u32, received: Received) {
        if self.runs(stream_id, Act::Publish) {
            self.send(stream_id, &Command::OnReceived(received));
        }
    }

    /// Tells the publisher on this message stream how many milliseconds later than the quickest of late his media come, in a command of our own.
    pub fn report_growth(&mut self, stream_id: u32, growth: u64) {
        if self.runs(stream_id, Act::Publish) {
            self.send(stream_id, &Command::OnGrowth { growth });
        }
    }

    /// Sends a Ping Request, answered by [`ServerOutput::Pong`].
    pub fn ping(&mut self, timestamp: u32) {
        self.send_control(Control::User(UserEvent::PingRequest(timestamp)));
    }

    /// Media messages that came for no accepted publish.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    fn take_media(&mut self, message: Message) -> Result<(), SessionError> {
        if !self.runs(message.stream_id, Act::Publish) {
            self.dropped += 1;
            return Ok(());
        }
        let parts = match message.kind {
            MessageKind::Aggregate => aggregate::split(&message)?,
            _ => vec![message],
        };
        let plain = parts.into_iter().map(data::plain);
        self.outputs.extend(plain.map(ServerOutput::Media));
        Ok(())
    }

    fn take_command(&mut self, stream_id: u32, command: Command) -> Result<(), SessionError> {
        if let Command::Connect {
            transaction,
            connect,
        } = command
        {
            return self.take_connect(transaction, connect);
        }
        if self.connected.is_none() {
            let command = command.name().chars().take(80).collect();
            return Err(SessionError::NotConnected { command });
        }
        match command {
            Command::CreateStream { transaction } => self.create_stream(transaction)?,
            Command::Publish { name, .. } => self.ask(Act::Publish, stream_id, &name)?,
            Command::Play { name, .. } => self.ask(Act::Play, stream_id, &name)?,
            Command::DeleteStream { stream_id } => self.close(stream_id, true),
            Command::CloseStream => self.close(stream_id, false),
            Command::Pause { paused, .. } => self.pause(stream_id, paused),
            Command::RequestKeyframe if self.runs(stream_id, Act::Play) => {
                let request = ServerOutput::KeyframeRequest { stream_id };
                self.outputs.push_back(request);
            }
            Command::Heard(heard) if self.runs(stream_id, Act::Play) => {
                let heard = ServerOutput::Heard { stream_id, heard };
                self.outputs.push_back(heard);
            }
            Command::Contend { contends } if self.runs(stream_id, Act::Publish) => {
                let contend = ServerOutput::Contend {
                    stream_id,
                    contends,
                };
                self.outputs.push_back(contend);
            }
            other => self.answer_call(stream_id, other),
        }
        Ok(())
    }

    /// §7.2.1.1, in the order of that section's figure.
    fn take_connect(&mut self, transaction: f64, connect: Connect) -> Result<(), SessionError> {
        if self.connected.is_some() {
            return Err(SessionError::ConnectedTwice);
        }
        self.check_length("app", &connect.app)?;
        self.check_length("tcUrl", &connect.tc_url)?;
        self.send_control(Control::WindowAcknowledgementSize(WINDOW));
        self.send_control(Control::SetPeerBandwidth {
            window: WINDOW,
            limit: PeerBandwidth::Dynamic,
        });
        self.send_control(Control::SetChunkSize(CHUNK_SIZE));
        self.send_control(Control::User(UserEvent::StreamBegin(0)));
        self.send(0, &reply::connected(transaction, &connect));
        let target = Target::of(&connect);
        self.connected = Some((connect, target));
        Ok(())
    }

    fn create_stream(&mut self, transaction: f64) -> Result<(), SessionError> {
        let max = self.limits.max_streams;
        let next = self.last_stream_id.checked_add(1);
        let next = next.filter(|_| self.streams.len() < max);
        let stream_id = next.ok_or(SessionError::TooManyStreams { max })?;
        self.last_stream_id = stream_id;
        self.streams.insert(stream_id, Stream::Idle);
        self.send(0, &reply::result(transaction, f64::from(stream_id)));
        Ok(())
    }

    fn ask(&mut self, act: Act, stream_id: u32, name: &str) -> Result<(), SessionError> {
        self.check_length("stream name", name)?;
        let (_, target) = self
            .connected
            .as_ref()
            .expect("commands before connect are refused");
        let request = target.request(act, stream_id, name);
        match self.streams.get_mut(&stream_id) {
            Some(stream @ Stream::Idle) => *stream = Stream::Asked(request.clone()),
            _ => {
                let command = reply::command_of(act);
                return Err(SessionError::StreamNotFree { command, stream_id });
            }
        }
        self.outputs.push_back(ServerOutput::Request(request));
        Ok(())
    }

    /// Takes the open request of a message stream, which is idle then.
    fn answer(&mut self, stream_id: u32) -> Option<Request> {
        let stream = self.streams.get_mut(&stream_id)?;
        match mem::replace(stream, Stream::Idle) {
            Stream::Asked(request) => Some(request),
            other => {
                *stream = other;
                None
            }
        }
    }

    fn begin_publish(&mut self, stream_id: u32) {
        let status = Status::notice(code::PUBLISH_START, "publishing");
        if self.answers_fc {
            self.send(stream_id, &reply::on_fc(Fc::Publish, &status));
        }
        self.notify(stream_id, &status);
    }

    fn begin_play(&mut self, stream_id: u32) {
        self.notify(
            stream_id,
            &Status::notice(code::PLAY_RESET, "playing from now on"),
        );
        self.notify(stream_id, &Status::notice(code::PLAY_START, "playing"));
        for message in reply::before_media(stream_id) {
            self.outputs.push_back(ServerOutput::Send(message));
        }
    }

    /// Ends what is on a message stream as the client wants it, and the message stream itself when it is `deleted`.
    fn close(&mut self, stream_id: u32, deleted: bool) {
        let Some(stream) = self.streams.remove(&stream_id) else {
            return;
        };
        if stream.runs(Act::Publish) {
            let status = Status::notice(code::UNPUBLISH_SUCCESS, "publishing has ended");
            self.notify(stream_id, &status);
        }
        if stream != Stream::Idle {
            self.outputs.push_back(ServerOutput::Closed { stream_id });
        }
        if !deleted {
            self.streams.insert(stream_id, Stream::Idle);
        }
    }

    fn pause(&mut self, stream_id: u32, paused: bool) {
        if !self.runs(stream_id, Act::Play) {
            return;
        }
        let code = if paused {
            code::PAUSE_NOTIFY
        } else {
            code::UNPAUSE_NOTIFY
        };
        self.notify(stream_id, &Status::notice(code, ""));
        self.outputs
            .push_back(ServerOutput::Pause { stream_id, paused });
    }

    /// Commands that only want to hear something.
    fn answer_call(&mut self, stream_id: u32, command: Command) {
        let transaction = command.transaction();
        match command {
            Command::ReleaseStream { .. } => self.send_result(transaction),
            Command::FcPublish { .. } => {
                self.answers_fc = true;
                self.send_result(transaction);
            }
            Command::FcUnpublish { name, .. } => self.unpublish(transaction, &name),
            Command::FcSubscribe { .. } => {
                let status = Status::notice(code::PLAY_START, "");
                self.send(stream_id, &reply::on_fc(Fc::Subscribe, &status));
            }
            Command::GetStreamLength { .. } => self.send(0, &reply::result(transaction, 0.0)),
            Command::Other { name, .. } if transaction != 0.0 => {
                self.send(0, &reply::unknown(transaction, &name));
            }
            _ => {}
        }
    }

    /// `FCUnpublish` names a stream and not a message stream.
    fn unpublish(&mut self, transaction: f64, name: &str) {
        let name = name.split('?').next().unwrap_or(name).trim_matches('/');
        let publishes = |stream: &Stream| stream.runs(Act::Publish) && stream.name() == Some(name);
        let ended = self.streams.iter().find(|(_, stream)| publishes(stream));
        let ended = ended.map(|(stream_id, _)| *stream_id);
        self.send_result(transaction);
        if let Some(stream_id) = ended {
            let status = Status::notice(code::UNPUBLISH_SUCCESS, "publishing has ended");
            self.send(stream_id, &reply::on_fc(Fc::Unpublish, &status));
            self.close(stream_id, false);
        }
    }

    fn send_result(&mut self, transaction: f64) {
        if transaction != 0.0 {
            self.send(0, &reply::result(transaction, Value::Undefined));
        }
    }

    fn send(&mut self, stream_id: u32, command: &Command) {
        let message = command.to_message(stream_id);
        self.outputs.push_back(ServerOutput::Send(message));
    }

    fn send_control(&mut self, control: Control) {
        self.outputs
            .push_back(ServerOutput::Send(control.to_message()));
    }

    fn runs(&self, stream_id: u32, act: Act) -> bool {
        self.streams
            .get(&stream_id)
            .is_some_and(|stream| stream.runs(act))
    }

    fn check_length(&self, part: &'static str, text: &str) -> Result<(), SessionError> {
        let (length, max) = (text.len(), self.limits.max_name);
        if length > max {
            return Err(SessionError::TooLong { part, length, max });
        }
        Ok(())
    }
}

impl Stream {
    fn runs(&self, act: Act) -> bool {
        matches!(self, Stream::Running(request) if request.act == act)
    }

    fn name(&self) -> Option<&str> {
        match self {
            Stream::Asked(request) | Stream::Running(request) => Some(&request.name),
            Stream::Idle => None,
        }
    }
}
