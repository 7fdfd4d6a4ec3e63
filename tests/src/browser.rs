//! Headless Chromium as a pipe for one WebTransport session; the session's machine runs here.

use crate::process::Process;
use crate::system::{PATIENCE, top};
use anyhow::{Context, Result, bail};
use bytes::Bytes;
use counterpart_shared::quic::MediaStreamReader;
use counterpart_shared::rtmp::chunk::{ChunkLimits, ChunkReader, ChunkWriter};
use counterpart_shared::rtmp::{Message, MessageKind};
use counterpart_shared::session::{ClientOutput, ClientSession, MediaUrl};
use std::collections::{HashMap, VecDeque};
use std::path::Path;
use tokio::process::Command;

/// A browser that tries to open, or has opened, a session.
pub struct Browser {
    process: Process,
}

/// What one play brought.
#[derive(Debug, Default)]
pub struct Received {
    /// Messages with pictures.
    pub pictures: usize,
    /// Messages with sound, on streams or in datagrams.
    pub sounds: usize,
}

impl Browser {
    /// Starts Chromium on a page of `origin` and opens a session to `url` that pins `sha256`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn open(origin: &str, url: &str, sha256: &str, logs: &Path) -> Result<Self> {
        let mut command = Command::new("node");
        command
            .arg(top()?.join("tests/web/webtransport.mjs"))
            .args([origin, url, sha256]);
        let process = Process::spawn("browser", command, logs)?;
        Ok(Self { process })
    }

    /// Waits for the session; the browser's reason when it fails.
    ///
    /// # Errors
    /// When neither comes.
    pub async fn outcome(&mut self) -> Result<std::result::Result<(), String>> {
        loop {
            let line = self.process.line("", PATIENCE).await?;
            match line.split_once(' ').unwrap_or((&line, "")) {
                ("ready", _) => return Ok(Ok(())),
                ("failed", why) => return Ok(Err(why.to_owned())),
                _ => {}
            }
        }
    }

    /// Plays what `url` names until `enough` pictures have come.
    ///
    /// # Errors
    /// When the node refuses, the session closes or nothing comes.
    pub async fn play(&mut self, url: &MediaUrl, enough: usize) -> Result<Received> {
        let grant = url.grant.as_deref().unwrap_or_default();
        let name = format!("{}?grant={grant}", url.stream);
        let mut session = ClientSession::play(&url.app, "https://browser/live", &name);
        let mut carrier = Carrier {
            reader: ChunkReader::new(ChunkLimits::default()),
            writer: ChunkWriter::new(),
            streams: HashMap::new(),
        };
        let mut received = Received::default();
        while received.pictures < enough {
            while let Some(output) = session.poll() {
                match output {
                    ClientOutput::Send(message) => {
                        self.process.say(&carrier.control(&message)).await?
                    }
                    ClientOutput::Refused(why) | ClientOutput::Closed(why) => bail!("{why:?}"),
                    _ => {}
                }
            }
            let line = self.process.line("", PATIENCE).await?;
            for message in carrier.take(&line, &mut received)? {
                session.receive(message)?;
            }
        }
        Ok(received)
    }

    /// Ends the browser.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn close(mut self) -> Result<()> {
        self.process.hang_up();
        self.process.stop(PATIENCE).await.map(|_| ())
    }
}

/// The framing of the session, as any client has it.
struct Carrier {
    reader: ChunkReader,
    writer: ChunkWriter,
    streams: HashMap<String, MediaStreamReader>,
}

impl Carrier {
    fn control(&mut self, message: &Message) -> String {
        let mut out = VecDeque::new();
        self.writer.write(message, &mut out);
        let bytes: Vec<u8> = out
            .iter()
            .flat_map(|part: &Bytes| part.iter().copied())
            .collect();
        format!("control {}", hex::encode(bytes))
    }

    /// Messages for the session that a line of the pipe brings; media is counted.
    fn take(&mut self, line: &str, received: &mut Received) -> Result<Vec<Message>> {
        let mut messages = Vec::new();
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["control", bytes] => {
                self.reader.push(&hex::decode(bytes)?);
                while let Some(message) = self.reader.next_message()? {
                    messages.push(message);
                }
            }
            ["stream", id, bytes] => {
                let stream = self
                    .streams
                    .entry(id.to_owned())
                    .or_insert_with(|| MediaStreamReader::new(4 << 20));
                stream.push(&hex::decode(bytes)?);
                while let Some((_, message)) = stream.next_message()? {
                    count(&message, received);
                }
            }
            ["datagram", _] => received.sounds += 1,
            ["closed", ..] | ["failed", ..] => bail!("the browser says: {line}"),
            _ => {}
        }
        Ok(messages)
    }
}

fn count(message: &Message, received: &mut Received) {
    match message.kind {
        MessageKind::Video => received.pictures += 1,
        MessageKind::Audio => received.sounds += 1,
        _ => {}
    }
}

/// A WebTransport URL without its fragment, which the browser's constructor refuses, and the pinned hash.
///
/// # Errors
/// When the URL carries no hash.
pub fn split(url: &str) -> Result<(&str, &str)> {
    url.split_once("#sha256=")
        .context("the URL carries no certificate hash")
}
