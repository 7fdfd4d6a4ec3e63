//! The business server's end of webhooks: takes every event and keeps it.

use anyhow::{Context, Result};
use counterpart_shared::api::WebhookEvent;
use counterpart_shared::id::CallId;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What has come so far.
#[derive(Clone, Default)]
pub struct Hooks {
    events: Arc<Mutex<Vec<WebhookEvent>>>,
}

impl Hooks {
    /// Listens on a free port until the runtime ends, and gives the edge's settings for it.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn listen() -> Result<(Self, Vec<(String, String)>)> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}/", listener.local_addr()?);
        let hooks = Self::default();
        tokio::spawn(hooks.clone().serve(listener));
        let settings = [("WEBHOOK_URL", url.as_str()), ("WEBHOOK_SECRET", "secret")];
        let owned = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Ok((hooks, owned.to_vec()))
    }

    /// The events of a call whose kind is this one, as JSON.
    ///
    /// # Errors
    /// Never, for what the edge's own types hold.
    pub fn of(&self, call: &CallId, kind: &str) -> Result<Vec<serde_json::Value>> {
        let events = self.all();
        let of_call = events.iter().filter(|event| event.call == *call);
        let entries = of_call.map(|event| serde_json::to_value(&event.entry));
        let mut found = entries.collect::<Result<Vec<_>, _>>()?;
        found.retain(|entry| entry["kind"] == kind);
        Ok(found)
    }

    fn all(&self) -> MutexGuard<'_, Vec<WebhookEvent>> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn serve(self, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            let hooks = self.clone();
            tokio::spawn(async move {
                // What is not acknowledged comes again.
                let _ = hooks.take(stream).await;
            });
        }
    }

    async fn take(&self, mut stream: TcpStream) -> Result<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
        let mut lines = head.lines();
        let length = lines.find_map(|line| line.strip_prefix("content-length:"));
        let mut body = vec![0; length.context("a length")?.trim().parse()?];
        stream.read_exact(&mut body).await?;
        let event: WebhookEvent = serde_json::from_slice(&body)?;
        // One whose answer was lost comes twice.
        self.all().retain(|before| before.id != event.id);
        self.all().push(event);
        let answer = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
        stream.write_all(answer).await?;
        Ok(())
    }
}
