//! The client on TCP.

use super::Pin;
use super::client::{Heard, Order};
use bytes::{Bytes, BytesMut};
use counterpart_shared::rtmp::chunk::{ChunkLimits, ChunkReader, ChunkWriter};
use counterpart_shared::rtmp::handshake::{ClientHandshake, RANDOM};
use counterpart_shared::session::{ClientOutput, ClientSession};
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::client::TlsStream;

/// A TCP connection on which nothing has been said.
pub(crate) async fn connect_raw(address: &str) -> TcpStream {
    let socket = TcpStream::connect(address).await.unwrap();
    socket.set_nodelay(true).unwrap();
    socket
}

/// The same, and its kernel takes little that is not read.
pub(crate) async fn connect_narrow(address: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    socket.connect(address.parse().unwrap()).await.unwrap()
}

/// A TCP connection behind its handshake.
pub(crate) async fn connect(address: &str) -> TcpStream {
    shake_hands(connect_raw(address).await).await
}

/// The same within TLS.
pub(super) async fn connect_tls(port: u16, pin: &Arc<Pin>) -> TlsStream<TcpStream> {
    let socket = connect_raw(&format!("127.0.0.1:{port}")).await;
    let name = "localhost".try_into().unwrap();
    shake_hands(pin.connector().connect(name, socket).await.unwrap()).await
}

pub(crate) async fn shake_hands<S: AsyncRead + AsyncWrite + Unpin>(mut socket: S) -> S {
    let mut handshake = ClientHandshake::new([5; RANDOM]);
    let mut buffer = BytesMut::new();
    while !handshake.is_done() {
        while let Some(bytes) = handshake.output() {
            socket.write_all(&bytes).await.unwrap();
        }
        socket.flush().await.unwrap();
        if handshake.is_done() {
            break;
        }
        socket.read_buf(&mut buffer).await.unwrap();
        let taken = handshake.push(&buffer).unwrap();
        let _ = buffer.split_to(taken);
    }
    while let Some(bytes) = handshake.output() {
        socket.write_all(&bytes).await.unwrap();
    }
    assert!(buffer.is_empty(), "the server speaks first");
    socket
}

/// What became of a session's output, for both carriers.
pub(super) fn perform(
    session: &mut ClientSession,
    heard: &mpsc::UnboundedSender<Heard>,
    mut send: impl FnMut(counterpart_shared::rtmp::Message),
) {
    while let Some(output) = session.poll() {
        let said = match output {
            ClientOutput::Send(message) => {
                send(message);
                continue;
            }
            ClientOutput::Ready { .. } => Heard::Ready,
            ClientOutput::Refused(status) => Heard::Refused(status),
            ClientOutput::Media(message) => Heard::Media(message),
            ClientOutput::Status(status) => Heard::Status(status),
            ClientOutput::KeyframeRequest => Heard::KeyframeRequest,
            ClientOutput::Closed(status) => Heard::Closed(status),
            ClientOutput::Bitrate { bits_per_second } => Heard::Bitrate(bits_per_second),
            ClientOutput::Subflow(subflow) => Heard::Subflow(subflow),
            ClientOutput::Received(received) => Heard::Received(received),
            ClientOutput::Growth { growth } => Heard::Growth(growth),
            ClientOutput::Pong { .. } => continue,
        };
        let _ = heard.send(said);
    }
}

pub(super) async fn drive(
    mut socket: impl AsyncRead + AsyncWrite + Unpin,
    mut session: ClientSession,
    heard: mpsc::UnboundedSender<Heard>,
    mut orders: mpsc::UnboundedReceiver<Order>,
) {
    let mut reader = ChunkReader::new(ChunkLimits::default());
    let mut writer = ChunkWriter::new();
    let mut buffer = BytesMut::new();
    let mut closing = false;
    loop {
        let mut out: VecDeque<Bytes> = VecDeque::new();
        perform(&mut session, &heard, |m| writer.write(&m, &mut out));
        out.extend(reader.acknowledgement().into_iter().flat_map(|m| {
            let mut ack = VecDeque::new();
            writer.write(&m, &mut ack);
            ack
        }));
        for piece in out {
            if socket.write_all(&piece).await.is_err() {
                return;
            }
        }
        let _ = socket.flush().await;
        if closing {
            let _ = socket.shutdown().await;
            return;
        }
        tokio::select! {
            order = orders.recv() => match order {
                Some(Order::Send(message)) => {
                    let mut out = VecDeque::new();
                    writer.write(&message, &mut out);
                    for piece in out {
                        if socket.write_all(&piece).await.is_err() {
                            return;
                        }
                    }
                    let _ = socket.flush().await;
                }
                Some(Order::Keyframe) => session.request_keyframe(),
                Some(Order::Skip) => {}
                Some(Order::Close) | None => {
                    session.close();
                    closing = true;
                }
            },
            read = socket.read_buf(&mut buffer) => {
                if read.unwrap_or(0) == 0 {
                    return;
                }
                reader.push(&buffer);
                buffer.clear();
                while let Some(message) = reader.next_message().unwrap() {
                    session.receive(message).unwrap();
                }
            }
        }
    }
}
