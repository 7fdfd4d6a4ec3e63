//! A WebSocket that says what it is told, and nothing by itself.

use anyhow::{Context, Result, bail};
use counterpart_tests::system::PATIENCE;
use futures_util::{SinkExt, StreamExt};
use serde::Serialize;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

/// One open socket.
pub(crate) struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// Dials; as the bearer of `token`, unless that is empty.
    pub(crate) async fn dial(port: u16, path: &str, token: &str) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        let mut request = format!("ws://127.0.0.1:{port}{path}").into_client_request()?;
        if !token.is_empty() {
            let bearer = format!("Bearer {token}").parse()?;
            request.headers_mut().insert("authorization", bearer);
        }
        let dialled = client_async(request, stream).await;
        Ok(Self(dialled.with_context(|| path.to_owned())?.0))
    }

    pub(crate) async fn say(&mut self, message: &impl Serialize) -> Result<()> {
        let text = serde_json::to_string(message)?;
        Ok(self.0.send(Message::text(text)).await?)
    }

    /// The next text. Cancelling loses nothing.
    pub(crate) async fn next(&mut self) -> Result<String> {
        loop {
            match self.0.next().await.context("the socket was closed")?? {
                Message::Text(text) => return Ok(text.to_string()),
                Message::Close(frame) => bail!("the socket was closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// Waits for the first text that `pick` takes.
    pub(crate) async fn until<T>(
        &mut self,
        what: &str,
        mut pick: impl FnMut(&str) -> Result<Option<T>>,
    ) -> Result<T> {
        let search = async {
            loop {
                if let Some(found) = pick(&self.next().await?)? {
                    return anyhow::Ok(found);
                }
            }
        };
        let found = tokio::time::timeout(PATIENCE, search).await;
        found.with_context(|| format!("no {what} within {PATIENCE:?}"))?
    }

    pub(crate) async fn close(mut self) {
        let _ = self.0.close(None).await;
    }
}
