//! The one stream.

use bytes::BytesMut;
use counterpart_shared::flv::{FrameKind, TagKind, classify};
use counterpart_shared::grant::Act;
use counterpart_shared::rtmp::chunk::{ChunkLimits, ChunkReader, ChunkWriter};
use counterpart_shared::rtmp::{Heard, Message, MessageKind, Status, code};
use counterpart_shared::session::{Request, ServerOutput, ServerSession, SessionLimits};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{broadcast, mpsc, watch};

/// What a publisher or player is told.
#[derive(Debug, Clone)]
pub(crate) enum Order {
    Keyframe,
    Bitrate(u32),
    End,
}

pub(crate) struct Hub {
    pub(crate) media: broadcast::Sender<Message>,
    pub(crate) orders: broadcast::Sender<Order>,
    /// What a player said last of when sound came.
    pub(crate) heard: watch::Sender<Option<Heard>>,
    configs: Mutex<Vec<Message>>,
}

impl Hub {
    pub(crate) fn new() -> Self {
        Self {
            media: broadcast::Sender::new(1024),
            orders: broadcast::Sender::new(64),
            heard: watch::Sender::default(),
            configs: Mutex::default(),
        }
    }

    pub(crate) fn publish(&self, message: Message) {
        if kind(&message).is_config() || message.kind == MessageKind::DataAmf0 {
            let mut configs = self.configs.lock().unwrap();
            configs.retain(|known| known.kind != message.kind);
            configs.push(message.clone());
        }
        let _ = self.media.send(message);
    }

    fn configs(&self) -> Vec<Message> {
        self.configs.lock().unwrap().clone()
    }
}

pub(crate) fn kind(message: &Message) -> FrameKind {
    match message.kind {
        MessageKind::Video => classify(TagKind::Video, &message.payload),
        MessageKind::Audio => classify(TagKind::Audio, &message.payload),
        _ => FrameKind::Data,
    }
}

/// One client on a byte stream. `out` takes the media of a player instead of the stream.
pub(crate) async fn serve(
    hub: Arc<Hub>,
    mut reader: impl AsyncRead + Unpin,
    mut writer: impl AsyncWrite + Unpin,
    first: &[u8],
    out: Option<mpsc::Sender<Message>>,
) {
    let mut client = Client::new(hub.clone(), out);
    client.chunks.push(first);
    let (mut media, mut orders) = (hub.media.subscribe(), hub.orders.subscribe());
    let mut buffer = BytesMut::new();
    loop {
        let over = client.perform().await;
        for piece in client.pending.drain(..) {
            if writer.write_all(&piece).await.is_err() {
                return;
            }
        }
        if over {
            let _ = writer.shutdown().await;
            return;
        }
        tokio::select! {
            count = reader.read_buf(&mut buffer) => match count {
                Ok(1..) => {
                    client.chunks.push(&buffer);
                    buffer.clear();
                }
                _ => return,
            },
            Ok(message) = media.recv() => client.forward(message).await,
            Ok(order) = orders.recv() => client.order(&order),
        }
    }
}

struct Client {
    hub: Arc<Hub>,
    session: ServerSession,
    chunks: ChunkReader,
    writer: ChunkWriter,
    pending: VecDeque<bytes::Bytes>,
    request: Option<Request>,
    out: Option<mpsc::Sender<Message>>,
    /// A player who has had a keyframe.
    running: bool,
    ended: bool,
}

impl Client {
    fn new(hub: Arc<Hub>, out: Option<mpsc::Sender<Message>>) -> Self {
        Self {
            hub,
            session: ServerSession::new(SessionLimits::default()),
            chunks: ChunkReader::new(ChunkLimits::default()),
            writer: ChunkWriter::new(),
            pending: VecDeque::new(),
            request: None,
            out,
            running: false,
            ended: false,
        }
    }

    /// Whether it is over.
    async fn perform(&mut self) -> bool {
        loop {
            while let Some(output) = self.session.poll() {
                self.output(output).await;
            }
            match self.chunks.next_message().unwrap() {
                Some(message) => self.session.receive(message).unwrap(),
                None => return self.ended,
            }
        }
    }

    async fn output(&mut self, output: ServerOutput) {
        match output {
            ServerOutput::Send(message) => self.writer.write(&message, &mut self.pending),
            ServerOutput::Request(request) => self.decide(request).await,
            ServerOutput::Media(message) => self.hub.publish(message),
            ServerOutput::KeyframeRequest { .. } => {
                let _ = self.hub.orders.send(Order::Keyframe);
            }
            ServerOutput::Closed { .. } => self.ended = true,
            ServerOutput::Heard { heard, .. } => {
                self.hub.heard.send_replace(Some(heard));
            }
            ServerOutput::Contend { .. }
            | ServerOutput::Pause { .. }
            | ServerOutput::Pong { .. } => {}
        }
    }

    async fn decide(&mut self, request: Request) {
        assert_eq!(request.grant(), Some("g"));
        if request.name == "refused" {
            let why = "no such grant";
            self.session
                .refuse(request.stream_id, code::PUBLISH_BAD_NAME, why);
            return;
        }
        self.session.accept(request.stream_id);
        let act = request.act;
        self.request = Some(request);
        if act == Act::Play {
            for message in self.hub.configs() {
                self.give(message).await;
            }
            let _ = self.hub.orders.send(Order::Keyframe);
        }
    }

    fn stream_of(&self, wanted: Act) -> Option<u32> {
        let request = self
            .request
            .as_ref()
            .filter(|request| request.act == wanted);
        request.map(|request| request.stream_id)
    }

    async fn forward(&mut self, message: Message) {
        if self.stream_of(Act::Play).is_none() {
            return;
        }
        let kind = kind(&message);
        self.running |= kind == FrameKind::VideoKey;
        if self.running || !kind.is_picture() {
            self.give(message).await;
        }
    }

    async fn give(&mut self, message: Message) {
        let message = message.on(self.stream_of(Act::Play).unwrap());
        match &self.out {
            Some(out) => out.send(message).await.unwrap_or_default(),
            None => {
                // What the session has to say comes before the media.
                while let Some(ServerOutput::Send(reply)) = self.session.poll() {
                    self.writer.write(&reply, &mut self.pending);
                }
                self.writer.write(&message, &mut self.pending);
            }
        }
    }

    fn order(&mut self, order: &Order) {
        let publishes = self.stream_of(Act::Publish);
        match (order, publishes, self.stream_of(Act::Play)) {
            (Order::Keyframe, Some(stream), _) => self.session.request_keyframe(stream),
            (Order::Bitrate(bits), Some(stream), _) => self.session.limit_bitrate(stream, *bits),
            (Order::End, _, Some(stream)) => {
                let status = Status::notice(code::PLAY_STOP, "over");
                self.session.end(stream, &status);
                self.ended = true;
            }
            _ => {}
        }
    }
}
