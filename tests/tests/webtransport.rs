//! A real Chromium plays a stream over WebTransport, through a certificate that is used once.

use anyhow::{Context, Result};
use counterpart_native::Stop;
use counterpart_native::publish::{PublishOptions, publish};
use counterpart_shared::api::{CreateCall, MediaUrls, PartyUrls};
use counterpart_shared::grant::Role;
use counterpart_shared::session::MediaUrl;
use counterpart_tests::browser::{Browser, split};
use counterpart_tests::system::{System, running};
use std::path::Path;

struct Story {
    system: System,
    token: String,
    call: String,
}

impl Story {
    async fn urls(&self) -> Result<PartyUrls> {
        let path = format!("/v1/calls/{}/urls", self.call);
        let edge = self.system.api()?;
        Ok(edge
            .post(&path, &self.token, &serde_json::json!({}))
            .await?)
    }

    /// Opens a session from a page of the edge's own origin.
    async fn open(
        &self,
        urls: &MediaUrls,
        sha256: &str,
        logs: &Path,
    ) -> Result<(Browser, Result<(), String>)> {
        let (url, _) = split(&urls.webtransport)?;
        let page = format!("{}/healthz", self.system.url());
        let mut browser = Browser::open(&page, url, sha256, logs)?;
        let outcome = browser.outcome().await?;
        Ok((browser, outcome))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn chromium_plays_once_per_label_and_only_with_the_right_hash() -> Result<()> {
    let (folder, system) = running().await?;
    let token = system.token("alice", Role::Customer, None).await?;
    let wish = CreateCall {
        callee: "bob".parse()?,
        record: false,
    };
    let call = system
        .api()?
        .create_call(&token, &wish)
        .await?
        .call
        .to_string();
    let story = Story {
        system,
        token,
        call,
    };

    let first = story.urls().await?;
    let stop = Stop::default();
    let options = PublishOptions {
        stop: stop.clone(),
        ..PublishOptions::default()
    };
    let quic: MediaUrl = first.publish.quic.parse()?;
    let publishing = tokio::spawn(async move { publish(&quic, options).await });

    // The right hash: a session, and pictures in it.
    let (_, sha256) = split(&first.play.webtransport)?;
    let (mut browser, outcome) = story.open(&first.play, sha256, folder.path()).await?;
    outcome
        .map_err(anyhow::Error::msg)
        .context("the first session")?;
    let received = browser.play(&first.play.webtransport.parse()?, 50).await?;
    assert!(received.sounds > 0, "{received:?}");
    browser.close().await?;

    // The same label again: its key is gone.
    let (browser, outcome) = story.open(&first.play, sha256, folder.path()).await?;
    assert!(outcome.is_err(), "a label worked twice");
    browser.close().await?;
    let log = std::fs::read_to_string(story.system.node.log())?;
    assert!(
        log.contains("unknown_label"),
        "the node does not say why: {log}"
    );

    // Another label, another key; and a wrong hash for it fails in the browser.
    let second = story.urls().await?;
    let (_, other) = split(&second.play.webtransport)?;
    assert_ne!(sha256, other, "two connections, one key");
    let (browser, outcome) = story.open(&second.play, sha256, folder.path()).await?;
    assert!(outcome.is_err(), "a wrong hash was taken");
    browser.close().await?;

    stop.stop();
    publishing.await??;
    Ok(())
}
