//! Dialling the edge, again and again, and talking to it.

use super::load::LoadMeter;
use crate::backoff::Backoff;
use crate::config::Config;
use crate::record::RecordError;
use crate::shell::Shell;
use counterpart_shared::api::{FromNode, Load, MAX_BODY, NodeCommand, SUBPROTOCOL, ToNode};
use counterpart_shared::id::CallId;
use futures_util::{SinkExt, StreamExt};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::{AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};

/// One-time keys that the edge is given at the first dial; it asks for more when they run low.
const STOCK: usize = 64;
/// The first wait after a lost link; each is twice the one before.
const FIRST_DIAL: Duration = Duration::from_millis(100);
/// The longest.
const LAST_DIAL: Duration = Duration::from_secs(5);
/// Most keys in one message: each is about 150 bytes of JSON, and a message has at most [`MAX_BODY`].
const KEYS_PER_MESSAGE: usize = 256;
/// Between two reports of load, each with a ping.
const INTERVAL: Duration = Duration::from_secs(2);
/// A dial or a message that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(5);
/// An edge that has not even answered a ping for this long is gone.
const SILENCE: Duration = Duration::from_secs(10);
/// How long the last events may take when the node stops.
const FAREWELL: Duration = Duration::from_secs(3);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Why a link ended.
#[derive(Debug, thiserror::Error)]
enum LinkError {
    #[error("{0}")]
    Socket(Box<SocketError>),
    #[error("nothing within {0:?}")]
    Slow(Duration),
    #[error("the edge closed the link")]
    Closed,
    #[error("the edge says: {0}")]
    Refused(String),
    #[error("a message cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    #[error("the keys cannot be used: {0}")]
    Keys(String),
    #[error("the secret or the URL does not fit into a request: {0}")]
    Request(String),
}

impl From<SocketError> for LinkError {
    fn from(error: SocketError) -> Self {
        LinkError::Socket(Box::new(error))
    }
}

/// Keeps the link until the node stops and its last events are stored, or `FAREWELL` is over.
pub async fn run(shell: Arc<Shell>, boot: String) {
    let mut link = Link::new(shell.clone(), boot);
    let farewell = async {
        shell.stop.wished().await;
        shell.recordings.finished().await;
        tokio::time::sleep(FAREWELL).await;
    };
    tokio::select! {
        () = link.keep() => {}
        () = farewell => {
            let events = shell.outbox.len();
            tracing::warn!(events, "the edge has not stored the last events");
        }
    }
    shell.recordings.set_least(None);
}

/// What outlives one connection to the edge.
struct Link {
    shell: Arc<Shell>,
    boot: String,
    backoff: Backoff,
    /// The newest command that came.
    command_seq: u64,
    /// Those up to it that could not be carried out: the edge sends them again with the next connection.
    undone: BTreeSet<u64>,
    /// Whether the first keys have been sent in this boot.
    stocked: bool,
    meter: LoadMeter,
}

/// One connection.
struct Talk {
    socket: Socket,
    /// The newest event that has been sent on it.
    sent: u64,
    /// Whether the edge has answered the hello.
    welcome: bool,
    heard: Instant,
}

impl Link {
    fn new(shell: Arc<Shell>, boot: String) -> Self {
        Self {
            shell,
            boot,
            backoff: Backoff::new(FIRST_DIAL, LAST_DIAL),
            command_seq: 0,
            undone: BTreeSet::new(),
            stocked: false,
            meter: LoadMeter::new(),
        }
    }

    async fn keep(&mut self) {
        loop {
            match self.once().await {
                Ok(()) => return,
                Err(error) => {
                    let wait = self.backoff.next(rand::random());
                    tracing::warn!(%error, ?wait, "no link to the edge");
                    self.shell.metrics.edge_connected.set(0.0);
                    self.shell.recordings.set_least(None);
                    let _ = timeout(wait, self.stopped()).await;
                    if self.is_done() {
                        return;
                    }
                }
            }
        }
    }

    /// One connection from the dial to its end. `Ok` when the node has stopped.
    async fn once(&mut self) -> Result<(), LinkError> {
        let mut talk = Talk::dial(&self.shell.config).await?;
        talk.send(&self.hello()).await?;
        let mut interval = tokio::time::interval(INTERVAL);
        loop {
            if self.is_done() {
                let _ = timeout(PATIENCE, talk.socket.close(None)).await;
                return Ok(());
            }
            tokio::select! {
                message = talk.receive() => {
                    let message = message?;
                    self.obey(&mut talk, message).await?;
                }
                () = self.shell.outbox.changed() => {}
                _ = interval.tick() => self.report(&mut talk).await?,
                () = self.stopped() => {}
            }
            self.send_events(&mut talk).await?;
        }
    }

    fn hello(&self) -> FromNode {
        let shell = &self.shell;
        FromNode::Hello {
            node: shell.config.node.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            boot: self.boot.clone(),
            endpoints: shell.endpoints.clone(),
            capacity: shell.config.capacity,
            daily_sha256: shell.keys.daily_sha256(),
            streams: shell.hub.begun(),
            command_seq: self.undone.first().map_or(self.command_seq, |seq| seq - 1),
        }
    }

    async fn obey(&mut self, talk: &mut Talk, message: ToNode) -> Result<(), LinkError> {
        match message {
            ToNode::Welcome { keys, least } => {
                let trusted = self.shell.gate.trust(&keys);
                trusted.map_err(|error| LinkError::Keys(error.to_string()))?;
                tracing::info!(keys = keys.len(), "the edge has sent its keys");
                if least.is_none() {
                    tracing::warn!("the edge is older and does not say what desks want kept");
                }
                self.shell.recordings.set_least(least);
                talk.welcome = true;
                self.backoff.reset();
                self.shell.metrics.edge_connected.set(1.0);
                self.stock(talk).await
            }
            ToNode::WantKeys { count } => self.send_keys(talk, count as usize).await,
            ToNode::Ack { seq } => {
                self.shell.outbox.acknowledge(seq);
                Ok(())
            }
            ToNode::Command { seq, command } => self.carry_out(talk, seq, command).await,
            ToNode::Error(error) => Err(LinkError::Refused(error.to_string())),
        }
    }

    /// Does a command once, however often it comes, and says so. One that cannot be done holds up no other.
    async fn carry_out(
        &mut self,
        talk: &mut Talk,
        seq: u64,
        command: NodeCommand,
    ) -> Result<(), LinkError> {
        if seq > self.command_seq || self.undone.remove(&seq) {
            self.command_seq = self.command_seq.max(seq);
            if let Err((call, error)) = self.perform(seq, command).await {
                tracing::error!(%call, seq, %error, "what the edge wants cannot be noted");
                self.undone.insert(seq);
                return Ok(());
            }
        }
        talk.send(&FromNode::Done { seq }).await
    }

    /// Whose call the command was of and what the disk said, where it refused.
    async fn perform(&self, seq: u64, command: NodeCommand) -> Result<(), (CallId, RecordError)> {
        let hub = &self.shell.hub;
        match command {
            NodeCommand::CallEnd { call } => {
                tracing::info!(%call, seq, "the edge ends a call");
                self.shell.end_call(&call);
            }
            NodeCommand::RecordBegin { call } => {
                tracing::info!(%call, seq, "the edge wants a call recorded");
                self.shell.record_call(&call);
            }
            NodeCommand::RecordEnd { call } => {
                tracing::info!(%call, seq, "the edge wants nothing more of a call recorded");
                self.shell.end_record(&call);
            }
            NodeCommand::CallLog { call, entries } => {
                tracing::info!(%call, seq, entries = entries.len(), "the edge hands a log in");
                let kept = self.shell.recordings.keep_log(&call, entries).await;
                return kept.map_err(|error| (call, error));
            }
            NodeCommand::RecordDelete { call, by } => {
                tracing::info!(%call, seq, by, "the edge wants a recording deleted");
                let noted = self.shell.recordings.delete(&call, by).await;
                return noted.map_err(|error| (call, error));
            }
            NodeCommand::Still { call, party, id } => {
                tracing::info!(%call, %party, %id, seq, "the edge wants a still");
                self.shell.recordings.keeps(&call);
                self.shell.stills.take(&self.shell, call, party);
            }
            NodeCommand::Unknown => {
                tracing::warn!(
                    seq,
                    "a command that this version does not know is passed over"
                );
            }
            NodeCommand::GrantsEnd { call, user, serial } => {
                tracing::info!(%call, %user, serial, seq, "the edge ends somebody's grants");
                hub.end_grants(&call, &user, serial, "the call went on to somebody else");
            }
        }
        Ok(())
    }

    async fn stock(&mut self, talk: &mut Talk) -> Result<(), LinkError> {
        if !self.stocked {
            self.send_keys(talk, STOCK).await?;
            self.stocked = true;
        }
        Ok(())
    }

    async fn send_keys(&self, talk: &mut Talk, count: usize) -> Result<(), LinkError> {
        let mut left = count;
        while left > 0 {
            let part = left.min(KEYS_PER_MESSAGE);
            let keys = self.shell.keys.make(part, SystemTime::now());
            let keys = keys.map_err(|error| LinkError::Keys(error.to_string()))?;
            if keys.is_empty() {
                tracing::warn!(left, "no more one-time keys are made");
                return Ok(());
            }
            left -= part;
            talk.send(&FromNode::Keys { keys }).await?;
        }
        Ok(())
    }

    async fn send_events(&self, talk: &mut Talk) -> Result<(), LinkError> {
        if !talk.welcome {
            return Ok(());
        }
        for (seq, event) in self.shell.outbox.after(talk.sent) {
            talk.send(&event).await?;
            talk.sent = seq;
        }
        Ok(())
    }

    async fn report(&mut self, talk: &mut Talk) -> Result<(), LinkError> {
        if talk.heard.elapsed() > SILENCE {
            return Err(LinkError::Slow(SILENCE));
        }
        talk.send_raw(Message::Ping(Vec::new().into())).await?;
        let renewed = self.shell.keys.renew(SystemTime::now());
        let renewed = renewed.map_err(|error| LinkError::Keys(error.to_string()))?;
        if let Some(sha256) = renewed {
            talk.send(&FromNode::Daily { sha256 }).await?;
        }
        let load = self.load();
        talk.send(&FromNode::Load(load)).await
    }

    fn load(&mut self) -> Load {
        let census = self.shell.hub.census();
        let (cpu_percent, memory_bytes) = self.meter.read(Instant::now());
        Load {
            streams: census.streams,
            readers: census.readers,
            recording: self.shell.recordings.count() as u32,
            cpu_percent,
            memory_bytes,
            keys: self.shell.keys.stock() as u32,
            media: self.shell.hub.loads(Instant::now()),
        }
    }

    fn is_done(&self) -> bool {
        let shell = &self.shell;
        shell.stop.is_wished() && shell.recordings.is_idle() && shell.outbox.is_empty()
    }

    /// Ends whenever there is something new about stopping. What else it waits for, an acknowledgement,
    /// wakes the loop by itself.
    async fn stopped(&self) {
        if !self.shell.stop.is_wished() {
            self.shell.stop.wished().await;
        } else if !self.shell.recordings.is_idle() {
            self.shell.recordings.finished().await;
        } else {
            std::future::pending().await
        }
    }
}

impl Talk {
    async fn dial(config: &Config) -> Result<Self, LinkError> {
        let request = request(config)?;
        let limits = WebSocketConfig::default()
            .max_message_size(Some(MAX_BODY))
            .max_frame_size(Some(MAX_BODY));
        let dial = connect_async_with_config(request, Some(limits), true);
        let dialled = timeout(PATIENCE, dial).await;
        let (socket, _) = dialled.map_err(|_| LinkError::Slow(PATIENCE))??;
        Ok(Self {
            socket,
            sent: 0,
            welcome: false,
            heard: Instant::now(),
        })
    }

    async fn send(&mut self, message: &FromNode) -> Result<(), LinkError> {
        let text = serde_json::to_string(message)?;
        self.send_raw(Message::Text(text.into())).await
    }

    async fn send_raw(&mut self, message: Message) -> Result<(), LinkError> {
        let sent = timeout(PATIENCE, self.socket.send(message)).await;
        Ok(sent.map_err(|_| LinkError::Slow(PATIENCE))??)
    }

    /// The next message. Nothing is lost when the wait is given up.
    async fn receive(&mut self) -> Result<ToNode, LinkError> {
        loop {
            let message = self.socket.next().await.ok_or(LinkError::Closed)??;
            self.heard = Instant::now();
            match message {
                Message::Text(text) => return Ok(serde_json::from_str(&text)?),
                Message::Close(_) => return Err(LinkError::Closed),
                _ => {}
            }
        }
    }
}

fn request(config: &Config) -> Result<Request, LinkError> {
    let mut request = config.edge.as_str().into_client_request()?;
    let bearer = format!("Bearer {}", config.secret.reveal());
    let mut bearer =
        HeaderValue::try_from(bearer).map_err(|error| LinkError::Request(error.to_string()))?;
    bearer.set_sensitive(true);
    let headers = request.headers_mut();
    headers.insert(AUTHORIZATION, bearer);
    headers.insert(
        SEC_WEBSOCKET_PROTOCOL,
        HeaderValue::from_static(SUBPROTOCOL),
    );
    Ok(request)
}
