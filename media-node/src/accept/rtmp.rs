//! RTMP over TCP, with TLS or without: as low in delay as TCP allows.
//!
//! No coalescing on either side: `TCP_NODELAY` from the start, all answers of one read in one write, and
//! little unsent data in the kernel, so that what waits for a slow player waits in his queue, where old
//! pictures can still be left out.

use super::Fault;
use super::client::{Activity, Client, Happening};
use super::line::Line;
use super::secure::Secure;
use super::talk::write_some;
use crate::door::Place;
use crate::hub::{Delivery, Demand, Which};
use crate::metrics::Carrier;
use crate::play::pace::Pace;
use crate::shell::Shell;
use bytes::{Bytes, BytesMut};
use counterpart_shared::rtmp::handshake::{RANDOM, ServerHandshake};
use rand::RngExt;
use socket2::SockRef;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tracing::Instrument;

/// Unsent bytes that the kernel may hold: what waits there can neither be left out nor overtaken. At 300 kbit/s it is 0.1 s.
pub(super) const UNSENT: u32 = 4 * 1024;
/// Bytes that are taken from the reader's queue ahead of the socket; the same holds for them.
const AHEAD: usize = 2 * 1024;
/// Bytes that are read at once.
const READ: usize = 16 * 1024;
/// How long the last words may take.
const GOODBYE: Duration = Duration::from_millis(500);

/// Accepts until it is dropped.
pub async fn accept(shell: Arc<Shell>, listener: TcpListener, secure: Option<Secure>) {
    loop {
        match listener.accept().await {
            Ok((socket, peer)) => {
                let Some(place) = shell.door.enter(Carrier::Rtmp) else {
                    continue;
                };
                let span = tracing::info_span!("rtmp", connection = rand::random::<u32>());
                span.in_scope(|| tracing::debug!(%peer, "connected"));
                let serve = serve(shell.clone(), socket, secure.clone(), place);
                tokio::spawn(serve.instrument(span));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                // Out of file descriptors, mostly: without a pause this would be a busy loop.
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn serve(shell: Arc<Shell>, socket: TcpStream, secure: Option<Secure>, place: Place) {
    let fault = match converse(&shell, socket, secure.as_ref(), place).await {
        Ok(never) => match never {},
        Err(fault) => fault,
    };
    tracing::info!(reason = fault.reason(), %fault, "closed");
    if fault.is_protocol() || matches!(fault, Fault::Slow { .. }) {
        shell.metrics.refused(fault.reason());
    }
}

async fn converse(
    shell: &Arc<Shell>,
    socket: TcpStream,
    secure: Option<&Secure>,
    place: Place,
) -> Result<Infallible, Fault> {
    tune(&socket, shell.config.timing.idle)?;
    let patience = shell.config.timing.handshake;
    let mut line = Line::open(socket, secure, patience).await?;
    let early = timeout(patience, handshake(&mut line)).await;
    let early = early.map_err(|_| Fault::Slow {
        what: "no whole handshake",
        after: patience,
    })??;
    let mut connection = Connection::new(shell.clone(), place);
    let outcome = connection.run(&mut line, early).await;
    if let Err(Fault::Refused(_) | Fault::Ended(_) | Fault::Session(_)) = &outcome {
        connection.say_goodbye(&mut line).await;
    }
    outcome
}

fn tune(socket: &TcpStream, idle: Duration) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let socket = SockRef::from(socket);
    socket.set_tcp_notsent_lowat(UNSENT)?;
    // A player who has vanished is found out by what he does not acknowledge.
    socket.set_tcp_user_timeout(Some(idle))
}

/// C0 to C2 against S0 to S2; gives what came behind them.
async fn handshake(line: &mut Line) -> Result<BytesMut, Fault> {
    let mut random = [0; RANDOM];
    rand::rng().fill(&mut random[..]);
    let mut handshake = ServerHandshake::new(random);
    let mut buffer = BytesMut::with_capacity(READ);
    while !handshake.is_done() {
        if line.read_buf(&mut buffer).await? == 0 {
            return Err(Fault::Gone);
        }
        let taken = handshake.push(&buffer)?;
        let _ = buffer.split_to(taken);
        while let Some(bytes) = handshake.output() {
            line.write_all(&bytes).await?;
        }
        line.flush().await?;
    }
    Ok(buffer)
}

/// Writes some of what waits, or flushes the line when nothing does. Nothing is lost when the wait is given up.
async fn write_or_flush(
    to: &mut (impl AsyncWrite + Unpin),
    pieces: &VecDeque<Bytes>,
) -> io::Result<usize> {
    if pieces.is_empty() {
        return to.flush().await.map(|()| 0);
    }
    write_some(to, pieces).await
}

/// Waits until then; for ever, if there is no such time.
async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}

struct Connection {
    client: Client,
    /// Frames in the output that have not been written whole: their arrival and size.
    unwritten: Vec<(Instant, usize)>,
    /// Whether the line may hold back some of what was written.
    unflushed: bool,
    /// When the socket last took something, or was given something after it had taken all.
    progress: Instant,
    pace: Pace,
}

impl Connection {
    fn new(shell: Arc<Shell>, place: Place) -> Self {
        Self {
            client: Client::new(shell, place),
            unwritten: Vec::new(),
            unflushed: false,
            progress: Instant::now(),
            pace: Pace::new(),
        }
    }

    async fn run(&mut self, line: &mut Line, mut buffer: BytesMut) -> Result<Infallible, Fault> {
        let holds_back = line.holds_back();
        let (mut from, mut to) = tokio::io::split(line);
        let mut watch = self.client.watch();
        let stop = self.client.shell.stop.clone();
        let stopping = stop.wished();
        tokio::pin!(stopping);
        self.client.hear(&buffer)?;
        loop {
            buffer.clear();
            buffer.reserve(READ);
            let due = self.fill()?;
            let waiting = !self.client.talk.output().is_empty();
            let wanted = self.wanted(due);
            tokio::select! {
                read = from.read_buf(&mut buffer) => {
                    if read? == 0 {
                        return Err(Fault::Gone);
                    }
                    self.begin_progress();
                    self.client.hear(&buffer)?;
                }
                written = write_or_flush(&mut to, self.client.talk.output()),
                        if waiting || self.unflushed => {
                    self.written(written?);
                    self.unflushed = waiting && holds_back;
                }
                happening = self.client.activity.next(wanted), if !waiting => {
                    self.perform(happening)?;
                }
                () = until(due), if !waiting => {}
                _ = watch.tick() => self.look_at_the_clock()?,
                () = &mut stopping, if self.client.activity.is_idle() => {
                    return Err(Fault::Ended("the node is being stopped".into()));
                }
            }
        }
    }

    /// Moves frames from the queue to the output, no more than the socket will soon take; sound also between the chunks of a picture. When
    /// pictures may go on, if not now.
    fn fill(&mut self) -> Result<Option<Instant>, Fault> {
        let due = self.pace.due(Instant::now());
        while self.client.talk.waiting() < AHEAD {
            let Activity::Playing(reader, _) = &self.client.activity else {
                break;
            };
            match reader.try_next(self.wanted(due)) {
                Some(delivery) => self.deliver(delivery)?,
                None if due.is_some() => break,
                None if self.client.talk.is_amid() => self.go_on(),
                None => {
                    if self.client.talk.output().is_empty() {
                        self.pace.rest();
                    }
                    break;
                }
            }
        }
        Ok(due)
    }

    /// What may go next: between the chunks of a picture sound alone, and while pictures are to wait.
    fn wanted(&self, due: Option<Instant>) -> Which {
        if due.is_some() || self.client.talk.is_amid() {
            Which::Sound
        } else {
            Which::SoundFirst
        }
    }

    /// Moves the next chunk of a picture to the output.
    fn go_on(&mut self) {
        self.begin_progress();
        self.client.talk.go_on();
    }

    /// The socket is given something from now on, if it had taken all.
    fn begin_progress(&mut self) {
        if self.client.talk.output().is_empty() {
            self.progress = Instant::now();
        }
    }

    fn deliver(&mut self, delivery: Delivery) -> Result<(), Fault> {
        match delivery {
            Delivery::Frame(frame) => {
                let Activity::Playing(_, stream_id) = self.client.activity else {
                    return Ok(());
                };
                self.begin_progress();
                self.unwritten.push((frame.arrived, frame.len()));
                self.client.talk.write_media(stream_id, frame.message);
                Ok(())
            }
            Delivery::End(reason) => Err(self.client.end(reason)),
        }
    }

    fn perform(&mut self, happening: Happening) -> Result<(), Fault> {
        match happening {
            Happening::Delivery(delivery) => self.deliver(delivery),
            Happening::Demand(Demand::Close(reason)) => Err(self.client.end(reason)),
            // A pusher on TCP keeps to its own adaptation and does not know these commands.
            Happening::Demand(Demand::Keyframe | Demand::Bitrate(_)) => Ok(()),
        }
    }

    fn written(&mut self, bytes: usize) {
        self.client.talk.written(bytes);
        let now = Instant::now();
        let after = now.saturating_duration_since(self.progress);
        if self.pace.take(bytes, after, now)
            && let Activity::Playing(reader, _) = &self.client.activity
        {
            reader.stood_still(after, now);
        }
        self.progress = now;
        if self.client.talk.output().is_empty() && !self.client.talk.is_amid() {
            for (arrived, bytes) in self.unwritten.drain(..) {
                self.client.shell.count_out(Carrier::Rtmp, bytes, arrived);
            }
        }
    }

    fn look_at_the_clock(&self) -> Result<(), Fault> {
        self.client.check_idle()?;
        let patience = self.client.shell.config.timing.idle;
        if !self.client.talk.output().is_empty() && self.progress.elapsed() > patience {
            return Err(Fault::Stuck(patience));
        }
        Ok(())
    }

    /// Sends what is still to be said, and waits for the client to hear it: closing with unread input
    /// would reset the connection and throw our last words away.
    async fn say_goodbye(&mut self, line: &mut Line) {
        let farewell = async {
            while !self.client.talk.output().is_empty() {
                let written = write_some(line, self.client.talk.output()).await?;
                self.client.talk.written(written);
            }
            line.shutdown().await?;
            let mut rest = [0; 1024];
            while line.read(&mut rest).await? > 0 {}
            io::Result::Ok(())
        };
        let _ = timeout(GOODBYE, farewell).await;
    }
}
