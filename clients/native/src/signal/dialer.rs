//! One connection of a socket.

use super::error::SignalError;
use counterpart_shared::api::{PING, PING_EVERY_S, PONG, SUBPROTOCOL, TOKEN_PROTOCOL};
use futures_util::{SinkExt, StreamExt};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use url::Url;

/// How long a dial may take.
const DIAL: Duration = Duration::from_secs(10);

/// How often the edge is told that we are there, and asked whether it is.
const PING_EVERY: Duration = Duration::from_secs(PING_EVERY_S);

/// The largest message that is read: a resumed log comes entry by entry, so this is far beyond any.
const MAX_MESSAGE: usize = 4 << 20;

/// Where and as whom to dial.
#[derive(Debug, Clone)]
pub(super) struct Dialer {
    url: Url,
    protocols: HeaderValue,
}

/// Why there is no connection.
pub(super) enum DialError {
    /// Not now.
    Lost(String),
    /// Not ever.
    Refused(SignalError),
}

impl Dialer {
    pub(super) fn new(url: Url, token: &str) -> Result<Self, SignalError> {
        let protocols = format!("{SUBPROTOCOL}, {TOKEN_PROTOCOL}{token}");
        let mut protocols = HeaderValue::from_str(&protocols).map_err(|_| SignalError::Token)?;
        protocols.set_sensitive(true);
        Ok(Self { url, protocols })
    }

    pub(super) fn path(&self) -> &str {
        self.url.path()
    }

    pub(super) async fn dial(&self) -> Result<Connection, DialError> {
        let mut request = self
            .url
            .as_str()
            .into_client_request()
            .map_err(|error| self.fate(error))?;
        request
            .headers_mut()
            .insert("sec-websocket-protocol", self.protocols.clone());
        let config = WebSocketConfig::default()
            .max_message_size(Some(MAX_MESSAGE))
            .max_frame_size(Some(MAX_MESSAGE));
        let dial = connect_async_with_config(request, Some(config), true);
        match tokio::time::timeout(DIAL, dial).await {
            Ok(Ok((stream, _))) => Ok(Connection {
                stream,
                heard: Instant::now(),
                ping_at: Instant::now() + PING_EVERY,
            }),
            Ok(Err(error)) => Err(self.fate(error)),
            Err(_) => Err(DialError::Lost(format!(
                "no answer in {} s",
                DIAL.as_secs()
            ))),
        }
    }

    /// A status of the 4xx kind will be the same next time; all else may pass.
    fn fate(&self, error: Error) -> DialError {
        let Error::Http(response) = &error else {
            return DialError::Lost(error.to_string());
        };
        let status = response.status();
        if !status.is_client_error() || status.as_u16() == 429 {
            return DialError::Lost(format!("status {status}"));
        }
        let body = response.body().as_deref().unwrap_or_default();
        DialError::Refused(match serde_json::from_slice(body) {
            Ok(refusal) => SignalError::Api(refusal),
            Err(_) => SignalError::Upgrade {
                path: self.path().to_owned(),
                status: status.as_u16(),
            },
        })
    }
}

/// An open connection. Any error is its end.
pub(super) struct Connection {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// When the edge was heard last.
    heard: Instant,
    /// When it is told next that we are there.
    ping_at: Instant,
}

impl Connection {
    pub(super) async fn send(&mut self, text: String) -> Result<(), String> {
        let sent = tokio::time::timeout(DIAL, self.stream.send(Message::text(text))).await;
        sent.map_err(|_| "the edge reads nothing".to_owned())?
            .map_err(|error| error.to_string())
    }

    /// The next text. Cancelling loses nothing.
    pub(super) async fn next(&mut self) -> Result<String, String> {
        loop {
            let Ok(next) = tokio::time::timeout_at(self.ping_at, self.stream.next()).await else {
                self.ping().await?;
                continue;
            };
            self.heard = Instant::now();
            match next {
                Some(Ok(Message::Text(text))) if text == PONG => {}
                Some(Ok(Message::Text(text))) => return Ok(text.to_string()),
                Some(Ok(Message::Close(frame))) => {
                    return Err(frame.map_or("closed".into(), |frame| frame.to_string()));
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error.to_string()),
                None => return Err("closed".into()),
            }
        }
    }

    async fn ping(&mut self) -> Result<(), String> {
        let silence = self.heard.elapsed();
        if silence > 2 * PING_EVERY {
            return Err(format!("silent for {} s", silence.as_secs()));
        }
        self.ping_at = Instant::now() + PING_EVERY;
        self.send(PING.to_owned()).await
    }

    pub(super) async fn close(mut self) {
        let _ = tokio::time::timeout(Duration::from_secs(1), self.stream.close(None)).await;
    }
}
