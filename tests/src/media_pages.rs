//! Headless Chromium with pages of the web client's media, as a pipe: `tests/web/media.mjs`, whose pages are built from
//! `tests/web/media/`.

use crate::process::Process;
use crate::system::{PATIENCE, top};
use anyhow::{Context, Result, bail};
use counterpart_shared::api::MediaUrls;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::path::Path;
use tokio::process::Command;

/// Pages that publish and play as they are told.
pub struct MediaPages {
    process: Process,
}

/// What a page saw since it was asked last.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Seen {
    /// Milliseconds from the capture of each picture until it stood in the page.
    pub delays: Vec<f64>,
    /// When each of them was seen, in UNIX milliseconds.
    pub at: Vec<f64>,
    /// Pauses of more than a quarter of a second between two pictures.
    pub freezes: u64,
    /// How long they were together.
    pub frozen_ms: f64,
}

impl MediaPages {
    /// Builds the pages and opens one for each name.
    ///
    /// # Errors
    /// When the web client cannot be built or Chromium not started.
    pub async fn open(names: &[&str], logs: &Path) -> Result<Self> {
        Self::open_with(names, "", logs).await
    }

    /// The same, with more flags for Chromium, between spaces.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn open_with(names: &[&str], flags: &str, logs: &Path) -> Result<Self> {
        let mut command = Command::new("node");
        command.arg(top()?.join("tests/web/media.mjs")).args(names);
        if !flags.is_empty() {
            command.env("CHROMIUM_FLAGS", flags);
        }
        let mut process = Process::spawn("media", command, logs)?;
        // The wasm may have to be built first.
        process.line("ready", PATIENCE * 10).await?;
        Ok(Self { process })
    }

    /// Calls a function of a page's `window.media`, see `tests/web/media/page.ts`.
    ///
    /// # Errors
    /// When it throws, with what it threw, or does not answer.
    pub async fn call<T: DeserializeOwned>(
        &mut self,
        page: &str,
        function: &str,
        arguments: Value,
    ) -> Result<T> {
        self.process
            .say(&format!("{page} {function} {arguments}"))
            .await?;
        loop {
            let line = self.process.line("", PATIENCE).await?;
            match line.split_once(' ') {
                Some(("ok", value)) => {
                    return serde_json::from_str(value)
                        .with_context(|| format!("{page}: {function} gave {value}"));
                }
                Some(("fail", why)) => bail!("{page}: {function}: {why}"),
                // What the page logged stands in the log.
                _ => {}
            }
        }
    }

    /// The same, of a function that gives nothing.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub async fn tell(&mut self, page: &str, function: &str, arguments: Value) -> Result<()> {
        self.call::<Value>(page, function, arguments)
            .await
            .map(|_| ())
    }

    /// Has a page publish there.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub async fn publish(&mut self, page: &str, urls: &MediaUrls) -> Result<()> {
        self.tell(page, "publish", json!([urls])).await
    }

    /// Has a page play from there.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub async fn play(&mut self, page: &str, urls: &MediaUrls) -> Result<()> {
        self.tell(page, "play", json!([urls])).await
    }

    /// What a page saw since it was asked last.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub async fn seen(&mut self, page: &str) -> Result<Seen> {
        self.call(page, "seen", json!([])).await
    }

    /// How a page's publisher or player stands: its state in a word.
    ///
    /// # Errors
    /// As [`call`](Self::call).
    pub async fn state(&mut self, page: &str, of: &str) -> Result<String> {
        let state: Value = self.call(page, "state", json!([])).await?;
        let word = state[of]["state"].as_str().unwrap_or("none");
        Ok(word.to_owned())
    }

    /// Ends the browser.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn close(mut self) -> Result<()> {
        self.process.hang_up();
        self.process.stop(PATIENCE).await.map(|_| ())
    }
}
