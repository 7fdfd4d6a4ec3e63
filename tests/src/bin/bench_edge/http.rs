//! HTTP/1.1 on connections that stay open, with as little work of our own as possible.

use anyhow::{Context, Result, bail};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// More headers than any answer here has.
const MAX_HEADERS: usize = 32;

/// A request as bytes, to be sent as often as one likes.
pub(crate) fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n").into_bytes()
}

/// The same with a JSON body, as the bearer of `token`.
pub(crate) fn post(path: &str, token: &str, body: &impl Serialize) -> Result<Vec<u8>> {
    let body = serde_json::to_string(body)?;
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    Ok(request.into_bytes())
}

/// One connection.
pub(crate) struct Http {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// How an answer says where it ends.
enum Body {
    Length(usize),
    Chunks,
}

impl Http {
    pub(crate) async fn dial(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        let buffer = Vec::new();
        Ok(Self { stream, buffer })
    }

    /// Sends a request and reads its answer's body; any status but 2xx is an error.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<Vec<u8>> {
        self.stream.write_all(request).await?;
        let (status, head, body) = self.head().await?;
        self.buffer.drain(..head);
        let body = match body {
            Body::Length(length) => self.take(length).await?,
            Body::Chunks => self.chunks().await?,
        };
        if !(200..300).contains(&status) {
            bail!("status {status}: {}", String::from_utf8_lossy(&body));
        }
        Ok(body)
    }

    /// The same, as a value.
    pub(crate) async fn value<T: DeserializeOwned>(&mut self, request: &[u8]) -> Result<T> {
        let body = self.ask(request).await?;
        serde_json::from_slice(&body).context("an answer that cannot be read")
    }

    async fn head(&mut self) -> Result<(u16, usize, Body)> {
        loop {
            if let Some(head) = parse(&self.buffer)? {
                return Ok(head);
            }
            self.read().await?;
        }
    }

    async fn chunks(&mut self) -> Result<Vec<u8>> {
        let mut whole = Vec::new();
        loop {
            let Ok(size) = httparse::parse_chunk_size(&self.buffer) else {
                bail!("a chunk's size that cannot be read");
            };
            let httparse::Status::Complete((start, size)) = size else {
                self.read().await?;
                continue;
            };
            self.buffer.drain(..start);
            let mut chunk = self.take(size as usize + 2).await?;
            if size == 0 {
                return Ok(whole);
            }
            chunk.truncate(size as usize);
            whole.append(&mut chunk);
        }
    }

    async fn take(&mut self, length: usize) -> Result<Vec<u8>> {
        while self.buffer.len() < length {
            self.read().await?;
        }
        Ok(self.buffer.drain(..length).collect())
    }

    async fn read(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the connection was closed");
        }
        Ok(())
    }
}

/// Status, length of the head, and where the body ends; nothing while the head is not whole.
fn parse(buffer: &[u8]) -> Result<Option<(u16, usize, Body)>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(head) = response.parse(buffer)? else {
        return Ok(None);
    };
    let status = response.code.context("an answer without a status")?;
    let header = |name: &str| {
        let mut headers = response.headers.iter();
        headers.find(|header| header.name.eq_ignore_ascii_case(name))
    };
    let body = match header("content-length") {
        Some(length) => Body::Length(std::str::from_utf8(length.value)?.parse()?),
        None if header("transfer-encoding").is_some() => Body::Chunks,
        None => Body::Length(0),
    };
    Ok(Some((status, head, body)))
}
