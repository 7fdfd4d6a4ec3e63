//! A media node dies in the middle of a talk: both hear of it at once, and go on at another one.

use anyhow::{Context, Result};
use counterpart_native::{PlayOptions, PublishOptions};
use counterpart_shared::api::EntryBody;
use counterpart_shared::id::Party;
use counterpart_tests::system::running;
use counterpart_tests::talk::{Playing, Publishing, Talk, begun, entry, play_of, urls};
use std::time::Duration;
use tokio::time::Instant;

/// The edge's patience with a lost link, and room for a busy machine.
const AT_ONCE: Duration = Duration::from_millis(1_500 + 5_000);

#[tokio::test(flavor = "multi_thread")]
async fn a_talk_goes_on_at_another_node() -> Result<()> {
    let (_folder, mut system) = running().await?;
    let mut talk = Talk::new(&system, false).await?;
    let own = urls(&mut talk.alice).await?;
    assert_eq!(own.publish.node.as_str(), "node-1");
    let alice_sends = Publishing::begin(&own.publish.quic, PublishOptions::default())?;
    begun(&mut talk.alice, Party::Caller).await?;
    let play = talk.agree().await?;
    let mut bob_sees = Playing::begin(&play.quic, PlayOptions::default())?;
    bob_sees.more(10).await?;
    let (_second, _) = system.add_node("node-2").await?;

    let killed = Instant::now();
    system.node.kill().await?;
    let reason = entry(&mut talk.alice, "stream.end", |body| match body {
        EntryBody::StreamEnd { reason, .. } => Some(reason.clone()),
        _ => None,
    });
    assert_eq!(reason.await?, "node lost");
    let heard = killed.elapsed();
    assert!(heard < AT_ONCE, "heard after {heard:?}");
    // How they fared with a node that died is their own affair.
    let _ = (alice_sends.end().await, bob_sees.end().await);

    let own = urls(&mut talk.alice).await?;
    assert_eq!(own.publish.node.as_str(), "node-2");
    let alice_sends = Publishing::begin(&own.publish.quic, PublishOptions::default())?;
    let play = play_of(&mut talk.bob, Party::Caller).await?;
    let mut bob_sees = Playing::begin(&play.quic, PlayOptions::default())?;
    bob_sees
        .more(10)
        .await
        .context("pictures by way of node-2")?;
    println!("heard after {heard:?}");
    talk.hang_up().await?;
    alice_sends.end().await?;
    bob_sees.end().await?;
    Ok(())
}
