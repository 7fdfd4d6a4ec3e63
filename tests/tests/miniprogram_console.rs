//! The mini-program calls a desk where an agent answers in the console page, in a real Chromium: his Opus is heard as AAC
//! at the mini-program's player.

use anyhow::{Context, Result};
use counterpart_native::PublishOptions;
use counterpart_shared::grant::Role;
use counterpart_tests::judge::probe;
use counterpart_tests::{pages, phone};

const QUESTION: &str = "我想开户";
const ANSWER: &str = "Please show me your card.";

#[tokio::test(flavor = "multi_thread")]
async fn a_mini_program_and_the_console_see_and_hear_each_other() -> Result<()> {
    let (folder, system, mut phone) = phone::in_a_system().await?;
    phone.does("open /app/pages/call/call?desk=front").await?;
    phone.shows("下一位就是您").await?;

    let bob = ("bob", Role::Agent, Some("front"));
    let script = serde_json::json!({
        "console": pages::link(&system, "console", bob, "&room=room-1").await?,
        // The phone's camera file is what the native client sends.
        "tone": PublishOptions::default().tone_hz,
        "question": QUESTION,
        "answer": ANSWER,
    });
    let logs = folder.path().to_owned();
    let agent = tokio::spawn(async move { pages::tell("agent.mjs", &script, &logs).await });

    phone
        .says("player 2003")
        .await
        .context("the agent's picture")?;
    phone.counts("sees", 50).await?;
    phone.counts("hears", 20).await?;
    let played = phone.plays_into().await?;
    phone.does(&format!("type .words {QUESTION}")).await?;
    phone.does("tap .send").await?;
    phone.shows(ANSWER).await?;
    phone.does("tap .hang-up").await?;
    phone.says("page app/pages/rating/rating").await?;
    agent.await??;

    let kept = probe(&played).await?;
    let codec = |kind| kept.track(kind).map(|track| track.codec_name.clone());
    assert_eq!(codec("video").as_deref(), Some("h264"));
    assert_eq!(codec("audio").as_deref(), Some("aac"));
    phone.off().await
}
