//! Requests over HTTP: each client has one connection and asks again as soon as it was answered.

use crate::http::Http;
use crate::measure::{Client, Times, Window};
use anyhow::{Context, Result};
use std::time::Instant;

/// Where to ask, what, and what an answer must contain.
pub(crate) struct Asking {
    port: u16,
    request: Box<dyn FnMut() -> Result<Vec<u8>> + Send>,
    wanted: &'static str,
}

impl Asking {
    pub(crate) fn new(
        port: u16,
        wanted: &'static str,
        request: impl FnMut() -> Result<Vec<u8>> + Send + 'static,
    ) -> Self {
        Self {
            port,
            request: Box::new(request),
            wanted,
        }
    }
}

impl Client for Asking {
    async fn work(&mut self, window: Window) -> Result<Times> {
        // A connection of before may be closed by now: servers do not keep idle ones for long.
        let mut http = Http::dial(self.port).await?;
        let mut times = Times::new(window);
        loop {
            let request = (self.request)()?;
            let asked = Instant::now();
            let answer = http.ask(&request).await?;
            times.done(asked);
            let text = String::from_utf8_lossy(&answer);
            text.find(self.wanted)
                .with_context(|| format!("no '{}' in: {text}", self.wanted))?;
            if text.contains(r#""one_time":"#) {
                times.urls(!text.contains(r#""one_time":false"#));
            }
            if !window.is_open() {
                return Ok(times);
            }
        }
    }
}
