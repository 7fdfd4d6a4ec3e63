//! Plain HTTP/1.1, as little as the tests need.

use super::PATIENCE;
use bytes::BytesMut;
use counterpart_shared::api::Endpoints;
use counterpart_shared::flv::{Tag, TagReader};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

async fn request(endpoints: &Endpoints, target: &str, close: bool) -> TcpStream {
    let address = ("127.0.0.1", endpoints.http_port);
    let mut socket = TcpStream::connect(address).await.unwrap();
    let connection = if close { "close" } else { "keep-alive" };
    let text = format!("GET {target} HTTP/1.1\r\nHost: x\r\nConnection: {connection}\r\n\r\n");
    socket.write_all(text.as_bytes()).await.unwrap();
    socket
}

/// Head and body of an answer that ends.
pub(crate) async fn get(endpoints: &Endpoints, target: &str) -> (String, String) {
    let mut socket = request(endpoints, target, true).await;
    let mut text = String::new();
    let read = timeout(PATIENCE, socket.read_to_string(&mut text)).await;
    read.expect("an answer").unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    head: String,
}

impl Answer {
    /// Asks with this method and these lines of the head.
    pub(crate) async fn to(
        endpoints: &Endpoints,
        method: &str,
        target: &str,
        lines: &[&str],
    ) -> Self {
        let address = ("127.0.0.1", endpoints.http_port);
        let mut socket = TcpStream::connect(address).await.unwrap();
        let mut text = format!("{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
        for line in lines {
            text.push_str(line);
            text.push_str("\r\n");
        }
        text.push_str("\r\n");
        socket.write_all(text.as_bytes()).await.unwrap();
        let mut raw = Vec::new();
        let read = timeout(PATIENCE, socket.read_to_end(&mut raw)).await;
        read.expect("an answer").unwrap();
        let end = raw.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(raw[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self {
            status,
            body: raw.split_off(end + 4),
            head: head.to_ascii_lowercase(),
        }
    }

    /// One line of its head; `""` if it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(known, _)| *known == name)
            .map_or("", |(_, value)| value)
    }
}

/// Reads a live answer.
pub(crate) struct FlvPlayer {
    socket: TcpStream,
    raw: BytesMut,
    pub(crate) head: String,
    pub(crate) tags: TagReader,
}

impl FlvPlayer {
    pub(crate) async fn open(endpoints: &Endpoints, target: &str) -> Self {
        let socket = request(endpoints, target, false).await;
        let mut player = Self {
            socket,
            raw: BytesMut::new(),
            head: String::new(),
            tags: TagReader::default(),
        };
        player.head = player.read_head().await;
        player
    }

    async fn read_head(&mut self) -> String {
        loop {
            let text = String::from_utf8_lossy(&self.raw).into_owned();
            if let Some((head, _)) = text.split_once("\r\n\r\n") {
                let _ = self.raw.split_to(head.len() + 4);
                return head.to_owned();
            }
            self.read().await;
        }
    }

    /// More bytes; `false` at the end.
    async fn read(&mut self) -> bool {
        let read = timeout(PATIENCE, self.socket.read_buf(&mut self.raw)).await;
        read.expect("more of the answer").unwrap() > 0
    }

    /// The next tag; `None` at the end.
    pub(crate) async fn tag(&mut self) -> Option<Tag> {
        loop {
            if let Some(tag) = self.tags.next_tag().unwrap() {
                return Some(tag);
            }
            match self.unchunk() {
                Some(0) => return None,
                Some(_) => {}
                None => assert!(self.read().await, "cut off"),
            }
        }
    }

    /// Moves one chunk of the transfer coding to the tags, and says how long it was.
    fn unchunk(&mut self) -> Option<usize> {
        let end = self.raw.windows(2).position(|two| two == b"\r\n")?;
        let size = std::str::from_utf8(&self.raw[..end]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        if self.raw.len() < end + 2 + size + 2 {
            return None;
        }
        let _ = self.raw.split_to(end + 2);
        self.tags.push(&self.raw.split_to(size));
        let _ = self.raw.split_to(2);
        Some(size)
    }
}
