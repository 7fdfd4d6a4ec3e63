//! Two pages of the web client in a real Chromium: one publishes, the other plays, through a real node.

use anyhow::{Context, Result, ensure};
use counterpart_shared::api::{CreateCall, PartyUrls};
use counterpart_shared::grant::Role;
use counterpart_tests::media_pages::{MediaPages, Seen};
use counterpart_tests::stills;
use counterpart_tests::system::{PATIENCE, System, running};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use tokio::time::Instant;

/// A picture that is older is none of a conversation, in milliseconds.
const CONVERSATION: f64 = 1000.0;

/// How often a page is asked.
const LOOK: Duration = Duration::from_millis(50);

struct Story {
    system: System,
    token: String,
    call: String,
    pages: MediaPages,
}

impl Story {
    async fn begin(system: System, names: &[&str], logs: &Path) -> Result<Self> {
        let token = system.token("alice", Role::Customer, None).await?;
        let wish = CreateCall {
            callee: "bob".parse()?,
            record: false,
        };
        let call = system.api()?.create_call(&token, &wish).await?.call;
        Ok(Self {
            pages: MediaPages::open(names, logs).await?,
            system,
            token,
            call: call.to_string(),
        })
    }

    async fn urls(&self) -> Result<PartyUrls> {
        let path = format!("/v1/calls/{}/urls", self.call);
        let edge = self.system.api()?;
        Ok(edge.post(&path, &self.token, &json!({})).await?)
    }

    /// Waits until a page has seen so many pictures that are no older than a conversation bears; all that it saw.
    async fn until_seen(&mut self, page: &str, pictures: usize) -> Result<Seen> {
        let end = Instant::now() + PATIENCE;
        let (mut good, mut all) = (0, Seen::default());
        while good < pictures {
            ensure!(
                Instant::now() < end,
                "{page} saw {good} of {pictures} in time: {all:?}"
            );
            let seen = self.pages.seen(page).await?;
            good += seen
                .delays
                .iter()
                .filter(|delay| (0.0..CONVERSATION).contains(*delay))
                .count();
            all.delays.extend(seen.delays);
            all.at.extend(seen.at);
            all.freezes += seen.freezes;
            all.frozen_ms += seen.frozen_ms;
            tokio::time::sleep(LOOK).await;
        }
        Ok(all)
    }

    /// The instants at which a page heard a beep, up to the first behind this one, in UNIX milliseconds.
    async fn heard_until(&mut self, page: &str, instant: f64) -> Result<Vec<f64>> {
        let end = Instant::now() + PATIENCE;
        let mut all: Vec<f64> = Vec::new();
        while all.last().is_none_or(|&last| last < instant) {
            ensure!(
                Instant::now() < end,
                "{page} heard {all:?}, none after {instant}"
            );
            let heard: Vec<f64> = self.pages.call(page, "heard", json!([])).await?;
            all.extend(heard);
            tokio::time::sleep(LOOK).await;
        }
        Ok(all)
    }

    /// Waits until a page says what is wanted of it.
    async fn until(
        &mut self,
        page: &str,
        what: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        loop {
            let mut said: Value = self.pages.call(page, "said", json!([])).await?;
            said["state"] = self.pages.call(page, "state", json!([])).await?;
            if wanted(&said) {
                return Ok(());
            }
            ensure!(
                Instant::now() < end,
                "{page} does not come to {what}: {said}"
            );
            tokio::time::sleep(LOOK).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_page_publishes_another_sees_and_hears_at_once() -> Result<()> {
    let (folder, system) = running().await?;
    let mut story = Story::begin(system, &["ann", "ben"], folder.path()).await?;
    let first = story.urls().await?;
    story.pages.tell("ann", "open", json!([true])).await?;
    story.pages.publish("ann", &first.publish).await?;
    story.pages.play("ben", &first.play).await?;
    story.until_seen("ben", 60).await?;
    story
        .until("ben", "playing sound with its pictures", |said| {
            let apart = said["play"]["soundAfterPictureMs"].as_f64();
            said["state"]["carrier"] == "webtransport" && apart.is_some_and(|ms| ms.abs() <= 40.0)
        })
        .await?;

    // A page that does nothing else for a while holds no sound up, and pictures are at live again afterwards.
    let (begin, end): (f64, f64) = story.pages.call("ben", "busy", json!([3500])).await?;
    let heard = story.heard_until("ben", end).await?;
    let meanwhile = heard.iter().filter(|&&at| begin < at && at < end).count();
    assert!(
        meanwhile >= 2,
        "of {heard:?} so few were between {begin} and {end}"
    );
    story.pages.seen("ben").await?;
    story.until_seen("ben", 30).await?;

    // Fresh URLs take the stream over, and its player stays.
    let second = story.urls().await?;
    story.pages.publish("ann", &second.publish).await?;
    story.pages.seen("ben").await?;
    story.until_seen("ben", 30).await?;
    assert_eq!(story.pages.state("ben", "player").await?, "playing");

    // A label works once.
    let again = story.pages.publish("ann", &second.publish).await;
    let why = again.err().context("a label worked twice")?.to_string();
    assert!(why.contains("CarryError: connect"), "{why}");

    // A grant for something else is refused with the node's own words.
    let mut wrong = story.urls().await?;
    wrong.publish.webtransport = wrong.play.webtransport;
    let why = story.pages.publish("ann", &wrong.publish).await.err();
    let why = why.context("a grant to play let publish")?.to_string();
    assert!(why.contains("refused: NetStream.Publish.BadName"), "{why}");
    assert_eq!(story.pages.state("ann", "publisher").await?, "refused");
    story.pages.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_a_page_is_like_what_the_camera_drew() -> Result<()> {
    let (folder, system) = running().await?;
    let mut story = Story::begin(system, &["ann", "ben"], folder.path()).await?;
    let urls = story.urls().await?;
    story.pages.tell("ann", "open", json!([true])).await?;
    story.pages.publish("ann", &urls.publish).await?;
    story.pages.play("ben", &urls.play).await?;
    story.until_seen("ben", 60).await?;
    stills::keep(&mut story.pages, "ann", "ben").await?;
    let seen = story.until_seen("ben", 60).await?;
    let always = 0.0..f64::MAX;
    let score = stills::ssim(&mut story.pages, ("ann", "ben"), &seen, &always).await?;
    let score = score.context("nothing was kept")?;
    // A picture that is three too early or too late has less.
    assert!(score > 0.95, "{score}");
    // Nothing is kept any more.
    assert_eq!(
        stills::ssim(&mut story.pages, ("ann", "ben"), &seen, &always).await?,
        None
    );
    story.pages.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn camera_screen_and_silence_change_in_mid_stream() -> Result<()> {
    let (folder, system) = running().await?;
    let mut story = Story::begin(system, &["ann", "ben"], folder.path()).await?;
    let urls = story.urls().await?;
    story.pages.tell("ann", "open", json!([false])).await?;
    story.pages.publish("ann", &urls.publish).await?;
    story.pages.play("ben", &urls.play).await?;
    let wide = |said: &Value| said["play"]["width"].as_u64().unwrap_or(0);
    let moves = |said: &Value| said["play"]["fps"].as_u64().unwrap_or(0) > 0;
    story
        .until("ben", "the camera", |said| wide(said) == 640 && moves(said))
        .await?;
    let devices: Vec<Value> = story.pages.call("ann", "devices", json!([])).await?;
    assert!(
        devices.iter().any(|device| device["kind"] == "videoinput"),
        "{devices:?}"
    );

    story.pages.tell("ann", "share", json!([true])).await?;
    story
        .until("ben", "the screen", |said| wide(said) > 640 && moves(said))
        .await?;
    story.pages.tell("ann", "share", json!([false])).await?;
    story
        .until("ben", "the camera again", |said| {
            wide(said) == 640 && moves(said)
        })
        .await?;

    story.pages.tell("ann", "mute", json!([true])).await?;
    story.pages.tell("ann", "cameraOff", json!([true])).await?;
    assert_eq!(
        story.pages.call::<f64>("ann", "level", json!([])).await?,
        0.0
    );
    story.until("ben", "black pictures", moves).await?;
    let bytes: u64 = story.pages.call("ben", "snapshot", json!([])).await?;
    assert!(bytes > 0);
    story.pages.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_webtransport_a_page_plays_http_flv() -> Result<()> {
    let (folder, system) = running().await?;
    let mut story = Story::begin(system, &["ann", "ben"], folder.path()).await?;
    let mut urls = story.urls().await?;
    story.pages.tell("ann", "open", json!([true])).await?;
    story.pages.publish("ann", &urls.publish).await?;
    // A label that no node knows: the connection fails as behind a wall.
    urls.play.webtransport = urls.play.webtransport.replacen("https://", "https://x", 1);
    story.pages.play("ben", &urls.play).await?;
    story.until_seen("ben", 30).await?;
    story
        .until("ben", "HTTP-FLV", |said| {
            said["state"]["carrier"] == "http-flv"
        })
        .await?;
    story.pages.close().await
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_loses_the_node_says_so() -> Result<()> {
    let (folder, system) = running().await?;
    let mut story = Story::begin(system, &["ann", "ben"], folder.path()).await?;
    let urls = story.urls().await?;
    story.pages.tell("ann", "open", json!([true])).await?;
    story.pages.publish("ann", &urls.publish).await?;
    story.pages.play("ben", &urls.play).await?;
    story.until_seen("ben", 10).await?;
    story.system.node.kill().await?;
    story
        .until("ann", "lost", |said| {
            said["state"]["publisher"]["state"] == "lost"
        })
        .await?;
    story
        .until("ben", "lost", |said| {
            said["state"]["player"]["state"] == "lost"
        })
        .await?;

    // With fresh URLs of the node that is there again both go on.
    story.system.restart_node().await?;
    let urls = story.urls().await?;
    story.pages.publish("ann", &urls.publish).await?;
    story.pages.play("ben", &urls.play).await?;
    story.pages.seen("ben").await?;
    story.until_seen("ben", 30).await?;
    story.pages.close().await
}
