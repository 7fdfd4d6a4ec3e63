//! RTMP on TCP.

use super::hub::{Hub, serve};
use counterpart_shared::rtmp::handshake::{RANDOM, ServerHandshake};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

pub(crate) async fn listen(hub: Arc<Hub>, tasks: &mut JoinSet<()>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tasks.spawn(async move {
        let mut clients = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            clients.spawn(client(hub.clone(), stream));
        }
    });
    address
}

async fn client(hub: Arc<Hub>, mut stream: TcpStream) {
    stream.set_nodelay(true).unwrap();
    let mut handshake = ServerHandshake::new([7; RANDOM]);
    let mut held = Vec::new();
    while !handshake.is_done() {
        if stream.read_buf(&mut held).await.unwrap_or(0) == 0 {
            return;
        }
        let taken = handshake.push(&held).unwrap();
        held.drain(..taken);
        if let Some(bytes) = handshake.output() {
            stream.write_all(&bytes).await.unwrap();
        }
    }
    let (reader, writer) = stream.into_split();
    serve(hub, reader, writer, &held, None).await;
}
