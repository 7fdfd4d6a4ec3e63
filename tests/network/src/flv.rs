//! Plays over HTTP-FLV, as a mini-program's tag does, and takes notes.

use crate::screen::{Log, Viewer};
use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use counterpart_shared::flv::{Tag, TagReader};
use counterpart_shared::rtmp::{Message, MessageKind};
use counterpart_shared::session::MediaUrl;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::HOST;
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// An answer that goes on as long as the stream.
#[derive(Debug)]
pub(crate) struct Player {
    answer: Incoming,
    tags: TagReader,
}

impl Player {
    /// Asks, and waits until the node begins to answer.
    ///
    /// # Errors
    /// When nobody is there, or it is refused.
    pub(crate) async fn open(url: &MediaUrl) -> Result<Self> {
        let socket = TcpStream::connect(url.authority()).await?;
        let (mut node, connection) = http1::handshake(TokioIo::new(socket)).await?;
        // How it ends shows in the answer.
        tokio::spawn(connection);
        let uri: Uri = url.to_string().parse()?;
        let target = uri.path_and_query().context("a URL without a path")?;
        let request = Request::get(target.as_str())
            .header(HOST, url.authority())
            .body(Empty::<Bytes>::new())?;
        let answer = node.send_request(request).await?;
        ensure!(
            answer.status().is_success(),
            "{}: {}",
            url.redacted(),
            answer.status()
        );
        Ok(Self {
            answer: answer.into_body(),
            tags: TagReader::default(),
        })
    }

    /// Plays until `end`, counted from the beginning.
    pub(crate) async fn watch(mut self, begin: Instant, end: Duration) -> Log {
        let mut viewer = Viewer::new(begin);
        let over = tokio::time::sleep_until((begin + end).into());
        tokio::pin!(over);
        loop {
            let tags = tokio::select! {
                biased;
                tags = self.next() => tags,
                () = &mut over => return viewer.log,
            };
            match tags {
                Ok(tags) => tags.into_iter().map(message).for_each(|m| viewer.take(m)),
                Err(error) => {
                    viewer.log.failure = Some(error.to_string());
                    return viewer.log;
                }
            }
        }
    }

    /// The tags that the next piece of the answer completes.
    async fn next(&mut self) -> Result<Vec<Tag>> {
        let frame = self.answer.frame().await.context("the stream has ended")?;
        if let Some(piece) = frame?.data_ref() {
            self.tags.push(piece);
        }
        let mut tags = Vec::new();
        while let Some(tag) = self.tags.next_tag()? {
            tags.push(tag);
        }
        Ok(tags)
    }
}

fn message(tag: Tag) -> Message {
    Message {
        kind: MessageKind::from(tag.kind),
        stream_id: 0,
        timestamp: tag.timestamp,
        payload: tag.body,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use counterpart_shared::flv::TagKind;
    use counterpart_shared::flv::file_header;
    use counterpart_shared::session::Scheme;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// A keyframe of no content with its number and its time in microseconds.
    fn picture(number: u64, taken: u64) -> Bytes {
        let numbers = [number.to_be_bytes(), taken.to_be_bytes()].concat();
        [&[0x17, 1, 0, 0, 0][..], &numbers].concat().into()
    }

    /// A node that answers with this head and, in chunks of 7 bytes, with this body, and goes.
    async fn node(head: &'static str, body: Vec<u8>) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut asked = Vec::new();
            while !asked.ends_with(b"\r\n\r\n") {
                asked.push(socket.read_u8().await.unwrap());
            }
            assert!(asked.starts_with(b"GET /live/c1.flv?grant=g HTTP/1.1\r\n"));
            socket.write_all(head.as_bytes()).await.unwrap();
            for chunk in body.chunks(7) {
                let size = format!("{:x}\r\n", chunk.len());
                let chunk = [size.as_bytes(), chunk, b"\r\n"].concat();
                socket.write_all(&chunk).await.unwrap();
            }
            socket.write_all(b"0\r\n\r\n").await.unwrap();
        });
        port
    }

    fn url(port: u16) -> MediaUrl {
        MediaUrl {
            scheme: Scheme::HttpFlv,
            host: "127.0.0.1".to_owned(),
            port,
            app: "live".to_owned(),
            stream: "c1".to_owned(),
            grant: Some("g".to_owned()),
            sha256: None,
        }
    }

    #[tokio::test]
    async fn notes_are_taken_of_an_answer_in_pieces() {
        let mut body = bytes::BytesMut::from(&file_header(true, true)[..]);
        let aac = Bytes::from_static(&[0xAF, 1, 0x21]);
        for (kind, body_of) in [(TagKind::Video, picture(3, 40_000)), (TagKind::Audio, aac)] {
            let tag = Tag {
                kind,
                timestamp: 45,
                body: body_of,
            };
            tag.encode(&mut body).unwrap();
        }
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let player = Player::open(&url(node(head, body.to_vec()).await)).await;
        let minute = Duration::from_secs(60);
        let log = player.unwrap().watch(Instant::now(), minute).await;
        let taken = |seen: &[crate::screen::Seen]| {
            seen.iter().map(|s| s.taken.as_millis()).collect::<Vec<_>>()
        };
        assert_eq!(taken(&log.pictures), [40]);
        assert_eq!(taken(&log.sounds), [45]);
        assert_eq!(log.failure.as_deref(), Some("the stream has ended"));
    }

    #[tokio::test]
    async fn a_refusal_is_told_without_the_grant() {
        let port = node(
            "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n",
            Vec::new(),
        )
        .await;
        let refused = Player::open(&url(port)).await.unwrap_err().to_string();
        assert!(
            refused.contains("404") && !refused.contains("grant=g"),
            "{refused}"
        );
    }
}
