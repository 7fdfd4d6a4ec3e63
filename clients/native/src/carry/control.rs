//! The session on a byte stream: all of RTMP on TCP, the commands on QUIC.

use super::{CarryError, Event};
use bytes::{Bytes, BytesMut};
use counterpart_shared::rtmp::chunk::{ChunkLimits, ChunkReader, ChunkWriter};
use counterpart_shared::rtmp::{Heard, Message};
use counterpart_shared::session::{ClientOutput, ClientSession};
use counterpart_transport::tell_growth;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};

/// How long the node has for its last word.
const LAST_WORD: Duration = Duration::from_millis(300);

/// What the holder wants of the session.
#[derive(Debug)]
pub(super) enum Wish {
    /// A keyframe of what is played.
    Keyframe,
    /// To say when sound came.
    Hear(Heard),
    /// To say whether others fill the link too, and this one holds its own.
    Contend(bool),
    /// To say goodbye.
    Goodbye,
}

/// The reading end: feeds the session.
pub(super) struct Control {
    pub(super) session: ClientSession,
    pub(super) chunks: ChunkReader,
    /// To the writing end.
    pub(super) replies: mpsc::Sender<Message>,
    pub(super) events: mpsc::Sender<Event>,
    /// Told the message stream, or why there is none, once.
    pub(super) ready: Option<oneshot::Sender<Result<u32, CarryError>>>,
    /// The transport that takes advice.
    pub(super) transport: Option<quinn::Connection>,
}

/// Everything that can go on.
enum Flow {
    On,
    /// The session is over; what was said is on its way.
    Over,
}

impl Control {
    /// For this session, at the start of the byte stream.
    pub(super) fn new(
        session: ClientSession,
        replies: mpsc::Sender<Message>,
        events: mpsc::Sender<Event>,
        ready: oneshot::Sender<Result<u32, CarryError>>,
    ) -> Self {
        Self {
            session,
            chunks: ChunkReader::new(ChunkLimits::default()),
            replies,
            events,
            ready: Some(ready),
            transport: None,
        }
    }

    /// What the node tells of the way goes to this transport.
    pub(super) fn advise(mut self, transport: quinn::Connection) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Reads until the end and tells how it came about.
    pub(super) async fn run(
        mut self,
        mut reader: impl AsyncRead + Unpin,
        wishes: mpsc::Receiver<Wish>,
    ) {
        if let Err(error) = self.read(&mut reader, wishes).await {
            match self.ready.take() {
                Some(ready) => {
                    let _ = ready.send(Err(error));
                }
                None => {
                    let _ = self.events.send(Event::Failed(error)).await;
                }
            }
            return;
        }
        // The writing end closes now; the node has the last word.
        drop(self);
        let _ = tokio::time::timeout(LAST_WORD, drain(reader)).await;
    }

    async fn read(
        &mut self,
        mut reader: impl AsyncRead + Unpin,
        mut wishes: mpsc::Receiver<Wish>,
    ) -> Result<(), CarryError> {
        let mut buffer = BytesMut::with_capacity(64 * 1024);
        // What comes behind the handshake in one packet is in the chunk reader already.
        let mut flow = self.perform().await?;
        while let Flow::On = flow {
            tokio::select! {
                count = reader.read_buf(&mut buffer) => {
                    if count? == 0 {
                        return Err(CarryError::Eof);
                    }
                    self.chunks.push(&buffer);
                    buffer.clear();
                }
                Some(wish) = wishes.recv() => match wish {
                    Wish::Keyframe => self.session.request_keyframe(),
                    Wish::Hear(heard) => self.session.hear(heard),
                    Wish::Contend(contends) => self.session.contend(contends),
                    Wish::Goodbye => {
                        self.session.close();
                        self.perform().await?;
                        return Ok(());
                    }
                },
            }
            flow = self.perform().await?;
        }
        Ok(())
    }

    /// Takes what was read, then performs what the session wants.
    async fn perform(&mut self) -> Result<Flow, CarryError> {
        loop {
            while let Some(output) = self.session.poll() {
                if let Flow::Over = self.output(output).await {
                    return Ok(Flow::Over);
                }
            }
            match self.chunks.next_message()? {
                Some(message) => self.session.receive(message)?,
                None => break,
            }
        }
        if let Some(message) = self.chunks.acknowledgement() {
            self.reply(message).await;
        }
        Ok(Flow::On)
    }

    async fn output(&mut self, output: ClientOutput) -> Flow {
        let event = match output {
            ClientOutput::Send(message) => {
                self.reply(message).await;
                return Flow::On;
            }
            ClientOutput::Ready { stream_id } => {
                self.tell_ready(Ok(stream_id));
                return Flow::On;
            }
            ClientOutput::Refused(status) => {
                self.tell_ready(Err(CarryError::Refused(status)));
                return Flow::Over;
            }
            // For pages: here our own transport knows, and does, more.
            ClientOutput::Pong { .. } | ClientOutput::Subflow(_) | ClientOutput::Received(_) => {
                return Flow::On;
            }
            ClientOutput::Growth { growth } => {
                if let Some(transport) = &self.transport {
                    tell_growth(transport, Duration::from_millis(growth));
                }
                return Flow::On;
            }
            ClientOutput::Media(message) => Event::Media(message),
            ClientOutput::Status(status) => Event::Status(status),
            ClientOutput::KeyframeRequest => Event::KeyframeRequest,
            ClientOutput::Bitrate { bits_per_second } => Event::Bitrate(bits_per_second),
            ClientOutput::Closed(status) => {
                let _ = self.events.send(Event::Closed(status)).await;
                return Flow::Over;
            }
        };
        match self.events.send(event).await {
            Ok(()) => Flow::On,
            Err(_) => Flow::Over,
        }
    }

    fn tell_ready(&mut self, result: Result<u32, CarryError>) {
        if let Some(ready) = self.ready.take() {
            let _ = ready.send(result);
        }
    }

    async fn reply(&self, message: Message) {
        // The writer may have ended with the connection; the reader finds that out by itself.
        let _ = self.replies.send(message).await;
    }
}

/// Reads to the end.
async fn drain(mut reader: impl AsyncRead + Unpin) {
    let mut buffer = [0; 4096];
    while matches!(reader.read(&mut buffer).await, Ok(1..)) {}
}

/// The writing end: replies first, media behind them; ends when both channels are closed or the connection is.
pub(super) async fn write(
    mut writer: impl AsyncWrite + Unpin,
    mut replies: mpsc::Receiver<Message>,
    mut media: mpsc::Receiver<Message>,
) {
    let mut chunks = ChunkWriter::new();
    loop {
        let message = tokio::select! {
            biased;
            Some(message) = replies.recv() => message,
            Some(message) = media.recv() => message,
            else => break,
        };
        let mut out = VecDeque::new();
        chunks.write(&message, &mut out);
        while let Ok(message) = replies.try_recv() {
            chunks.write(&message, &mut out);
        }
        if writer.write_all(&concat(out)).await.is_err() {
            return;
        }
    }
    let _ = writer.shutdown().await;
}

/// One write for all, so that no packet holds a header only.
fn concat(pieces: VecDeque<Bytes>) -> Bytes {
    let mut all = BytesMut::with_capacity(pieces.iter().map(Bytes::len).sum());
    pieces.iter().for_each(|piece| all.extend_from_slice(piece));
    all.freeze()
}
