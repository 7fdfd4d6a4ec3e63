//! RTMP on TCP.

use super::CarryError;
use super::connection::{Parts, new_session};
use super::control::{self, Control};
use super::gauge::Gauge;
use super::resolve::resolve;
use bytes::BytesMut;
use counterpart_shared::grant::Act;
use counterpart_shared::rtmp::handshake::{ClientHandshake, RANDOM};
use counterpart_shared::session::MediaUrl;
use socket2::SockRef;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// How long one address is tried.
const CONNECT: Duration = Duration::from_secs(5);
/// Unsent bytes that the kernel may hold: what waits there can be neither left out nor overtaken.
const UNSENT: u32 = 8 * 1024;

/// Connects, shakes hands and starts the two ends.
pub(super) async fn open(
    url: &MediaUrl,
    act: Act,
    parts: Parts,
) -> Result<JoinSet<()>, CarryError> {
    let mut stream = connect(url).await?;
    let surplus = shake_hands(&mut stream).await?;
    let (reader, writer) = stream.into_split();
    let session = new_session(url, act);
    let mut control = Control::new(session, parts.replies, parts.events, parts.ready);
    control.chunks.push(&surplus);
    let mut tasks = parts.tasks;
    let writer = Gauge::new(writer, parts.room, control.events.clone());
    tasks.spawn(control::write(writer, parts.to_write, parts.media));
    tasks.spawn(control.run(reader, parts.wishes));
    Ok(tasks)
}

async fn connect(url: &MediaUrl) -> Result<TcpStream, CarryError> {
    let mut failure = CarryError::NoAddress(url.host.clone());
    for address in resolve(&url.host, url.port).await? {
        match connect_to(address).await {
            Ok(stream) => return Ok(stream),
            Err(source) => failure = CarryError::Connect { address, source },
        }
    }
    Err(failure)
}

async fn connect_to(address: SocketAddr) -> std::io::Result<TcpStream> {
    let stream = tokio::time::timeout(CONNECT, TcpStream::connect(address)).await??;
    stream.set_nodelay(true)?;
    SockRef::from(&stream).set_tcp_notsent_lowat(UNSENT)?;
    Ok(stream)
}

/// Gives what came behind the handshake.
async fn shake_hands(stream: &mut TcpStream) -> Result<BytesMut, CarryError> {
    let mut random = [0; RANDOM];
    rand::fill(&mut random);
    let mut handshake = ClientHandshake::new(random);
    let mut buffer = BytesMut::with_capacity(8192);
    loop {
        while let Some(bytes) = handshake.output() {
            stream.write_all(&bytes).await?;
        }
        if handshake.is_done() {
            return Ok(buffer);
        }
        if stream.read_buf(&mut buffer).await? == 0 {
            return Err(CarryError::Eof);
        }
        let taken = handshake.push(&buffer)?;
        let _ = buffer.split_to(taken);
    }
}
