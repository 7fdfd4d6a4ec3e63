//! workerd is killed in the middle of a call: media goes on, everyone redials, and what was acknowledged is there.

use anyhow::{Context, Result};
use counterpart_native::{PlayOptions, PublishOptions};
use counterpart_shared::api::{CallMessage, EntryBody};
use counterpart_shared::id::Party;
use counterpart_tests::system::running;
use counterpart_tests::talk::{Playing, Publishing, Talk, begun, message, play_of, say, urls};

#[tokio::test(flavor = "multi_thread")]
async fn media_goes_on_and_no_acknowledged_message_is_lost_or_doubled() -> Result<()> {
    let (_folder, mut system) = running().await?;
    let mut talk = Talk::new(&system, false).await?;
    let own = urls(&mut talk.alice).await?;
    let alice_sends = Publishing::begin(&own.publish.quic, PublishOptions::default())?;
    begun(&mut talk.alice, Party::Caller).await?;
    let play = talk.agree().await?;
    let mut bob_sees = Playing::begin(&play.quic, PlayOptions::default())?;
    let own = urls(&mut talk.bob).await?;
    let bob_sends = Publishing::begin(&own.publish.quic, PublishOptions::default())?;
    let play = play_of(&mut talk.alice, Party::Callee).await?;
    let mut alice_sees = Playing::begin(&play.quic, PlayOptions::default())?;
    bob_sees.more(10).await?;
    alice_sees.more(10).await?;

    let mut stored = Vec::new();
    for number in 0..10 {
        stored.push(say(&mut talk.alice, &format!("alice {number}")).await?);
        stored.push(say(&mut talk.bob, &format!("bob {number}")).await?);
    }
    system.edge.kill().await?;
    bob_sees
        .more(25)
        .await
        .context("alice's pictures while the edge is away")?;
    alice_sees
        .more(25)
        .await
        .context("bob's pictures while the edge is away")?;
    system.restart_edge().await?;
    system.until_connected().await.context("the node redials")?;
    for number in 10..20 {
        stored.push(say(&mut talk.alice, &format!("alice {number}")).await?);
        stored.push(say(&mut talk.bob, &format!("bob {number}")).await?);
    }
    bob_sees.more(10).await?;

    let log = system
        .api()?
        .call(&talk.alice_token, &talk.call, 0)
        .await?
        .entries;
    let numbers: Vec<u64> = log.iter().map(|entry| entry.seq).collect();
    assert_eq!(
        numbers,
        (1..=log.len() as u64).collect::<Vec<_>>(),
        "the sequence has a gap"
    );
    let texts: Vec<_> = log
        .iter()
        .filter_map(|entry| match &entry.body {
            EntryBody::Text { id, .. } => Some((id.clone(), entry.seq)),
            _ => None,
        })
        .collect();
    assert_eq!(
        texts, stored,
        "once each, in order, under the acknowledged number"
    );

    // A party who never left has seen the whole of it too.
    let last = log.last().context("a log")?.seq;
    if talk.bob.seen() < last {
        message(&mut talk.bob, "the newest entry", |message| match message {
            CallMessage::Entry(entry) if entry.seq >= last => Some(()),
            _ => None,
        })
        .await?;
    }
    talk.hang_up().await?;
    for publishing in [alice_sends, bob_sends] {
        publishing.end().await?;
    }
    for playing in [alice_sees, bob_sees] {
        let report = playing.end().await?;
        assert_eq!(report.undecodable, 0, "{report:?}");
    }
    Ok(())
}
