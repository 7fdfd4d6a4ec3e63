//! The mini-program calls a desk where an agent answers in the console page, in a real Chromium: his Opus is heard as AAC
//! at the mini-program's player.

use anyhow::Result;
use counterpart_shared::grant::Role;
use counterpart_tests::judge::probe;
use counterpart_tests::phone;
use counterpart_tests::process::Process;
use counterpart_tests::system::top;
use counterpart_tests::told::Told;
use tokio::process::Command;

const QUESTION: &str = "我想开户";
const ANSWER: &str = "Please show me your card.";

#[tokio::test(flavor = "multi_thread")]
async fn a_mini_program_and_the_console_see_and_hear_each_other() -> Result<()> {
    let (folder, system, mut phone) = phone::in_a_system().await?;
    phone.does("open /app/pages/call/call?desk=front").await?;
    phone.shows("下一位就是您").await?;

    let token = system
        .token("bob", Role::Agent, Some(&"front".parse()?))
        .await?;
    let mut command = Command::new("node");
    command
        .arg(top()?.join("tests/web/agent.mjs"))
        .arg(format!(
            "{}/console#token={token}&room=room-1",
            system.url()
        ))
        .args([QUESTION, ANSWER]);
    let mut agent = Told::by(Process::spawn("agent", command, folder.path())?);

    phone.says("player 2003").await?;
    phone.counts("sees", 50).await?;
    phone.counts("hears", 20).await?;
    let played = phone.plays_into().await?;
    agent.says("step sees and hears").await?;

    phone.does(&format!("type .words {QUESTION}")).await?;
    phone.does("tap .send").await?;
    agent.says("step answered").await?;
    phone.shows(ANSWER).await?;
    phone.does("tap .hang-up").await?;
    phone.says("page app/pages/rating/rating").await?;
    agent.says("ok ").await?;

    let kept = probe(&played).await?;
    let codec = |kind| kept.track(kind).map(|track| track.codec_name.clone());
    assert_eq!(codec("video").as_deref(), Some("h264"));
    assert_eq!(codec("audio").as_deref(), Some("aac"));
    phone.off().await
}
