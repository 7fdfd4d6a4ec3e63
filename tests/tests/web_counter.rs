//! The pages in a real browser: a day at the counter, and words that were meant for machines.

use anyhow::{Result, bail, ensure};
use counterpart_shared::grant::Role;
use counterpart_tests::judge::probe;
use counterpart_tests::pages::{desk, link, tell, tell_while};
use counterpart_tests::raw;
use counterpart_tests::system::{System, running, until};
use serde_json::{Value, json};
use std::path::Path;

/// As the business server.
async fn get(system: &System, path: &str) -> Result<Value> {
    let bearer = format!("Authorization: Bearer {}", system.api_key());
    raw::request(system.edge_port(), "GET", path, &[&bearer], b"")
        .await?
        .json()
}

/// As the business server.
async fn delete_recordings(system: &System, call: &str) -> Result<()> {
    let bearer = format!("Authorization: Bearer {}", system.api_key());
    let path = format!("/v1/calls/{call}/recordings");
    let answer = raw::request(system.edge_port(), "DELETE", &path, &[&bearer], b"").await?;
    ensure!(answer.status == 204, "{}", answer.body);
    Ok(())
}

fn texts(log: &Value) -> Vec<&str> {
    let entries = log["entries"].as_array().map(Vec::as_slice);
    let texts = entries.unwrap_or_default().iter();
    texts.filter_map(|entry| entry["text"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_waits_talks_and_rates_and_the_agent_finds_it_all_again() -> Result<()> {
    let (folder, system) = running().await?;
    let settings = json!({
        "record": "on", "wrap_up_s": 60, "title": {"zh": "贷款咨询", "en": "Loans"},
        "quick_replies": ["Please hold your card to the camera"],
    });
    desk(&system, "front", settings).await?;
    let agent = ("bob", Role::Agent, Some("front"));
    let links = json!({
        "console": link(&system, "console", agent, "&room=r1").await?,
        "customers": [
            link(&system, "", ("carol", Role::Customer, None), "").await?,
            link(&system, "", ("alice", Role::Customer, None), "").await?,
        ],
    });
    let seen = tell("counter.mjs", &links, folder.path()).await?;
    println!("  {seen}");

    let calls = get(&system, "/v1/calls?customer=alice").await?;
    let call = &calls["calls"][0];
    assert_eq!(call["rating"], json!({"stars": 4, "comment": "很好，谢谢"}));
    assert_eq!(call["note"], "wants a loan");
    assert_eq!(call["recorded"], true);
    let id = call["call"].as_str().unwrap_or_default();
    let log = get(&system, &format!("/v1/calls/{id}")).await?;
    let said = [
        "Hello, 我想咨询贷款 👋",
        "Good morning!",
        "Please hold your card to the camera",
    ];
    assert_eq!(texts(&log), said, "each text once, in order, over a reload");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_dies_the_pages_say_so_and_the_call_goes_on() -> Result<()> {
    let (folder, mut system) = running().await?;
    desk(&system, "front", json!({"record": "on"})).await?;
    let links = json!({
        "console": link(&system, "console", ("bob", Role::Agent, Some("front")), "&room=r1").await?,
        "customer": link(&system, "", ("alice", Role::Customer, None), "").await?,
    });
    let mut second = None;
    let seen = tell_while(
        "trouble.mjs",
        &links,
        folder.path(),
        async |what| match what {
            "the media node dies" => {
                second = Some(system.add_node("node-2").await?);
                system.node.kill().await
            }
            "the edge dies" => system.edge.kill().await,
            "the edge is back" => system.restart_edge().await,
            other => bail!("nobody knows how '{other}' is done"),
        },
    );
    println!("  {}", seen.await?);

    let calls = get(&system, "/v1/calls?customer=alice").await?;
    let call = &calls["calls"][0];
    assert_eq!(call["reason"], "hang_up");
    let id = call["call"].as_str().unwrap_or_default();
    let log = get(&system, &format!("/v1/calls/{id}")).await?;
    let said = ["Hello", "Are you still there?", "One moment, please"];
    assert_eq!(texts(&log), said, "each text once, in order");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_supervisor_pauses_the_recording_of_a_call_that_he_watches() -> Result<()> {
    let (folder, system) = running().await?;
    let settings = json!({"record": "on", "record_control": "supervisor"});
    desk(&system, "front", settings).await?;
    let links = json!({
        "console": link(&system, "console", ("bob", Role::Agent, Some("front")), "&room=r1").await?,
        "customer": link(&system, "", ("alice", Role::Customer, None), "").await?,
        "board": link(&system, "board", ("ann", Role::Supervisor, Some("front")), "").await?,
    });
    tell("supervisor.mjs", &links, folder.path()).await?;

    let calls = get(&system, "/v1/calls?customer=alice").await?;
    assert_eq!(calls["calls"][0]["watched_by"], json!(["ann"]));
    let id = calls["calls"][0]["call"].as_str().unwrap_or_default();
    let log = get(&system, &format!("/v1/calls/{id}")).await?;
    let entries = log["entries"].as_array().map(Vec::as_slice);
    let entries = entries.unwrap_or_default();
    let of = |kind: &str| entries.iter().find(|entry| entry["kind"] == kind).cloned();
    let paused = of("recording.pause").unwrap_or_default();
    assert_eq!(paused["supervisor"], "ann");
    assert_eq!(paused["reason"], "card number");
    assert_eq!(
        of("recording.begin").unwrap_or_default()["supervisor"],
        "ann"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_agrees_to_be_recorded_and_statements_are_read() -> Result<()> {
    let (folder, system) = running().await?;
    let settings = json!({
        "record": "consent", "record_control": "agent",
        "prompts": ["Do you buy of your own will?", "Is it clear?"],
    });
    desk(&system, "front", settings).await?;
    let links = json!({
        "console": link(&system, "console", ("bob", Role::Agent, Some("front")), "&room=r1").await?,
        "customer": link(&system, "", ("alice", Role::Customer, None), "").await?,
    });
    let told = tell_while(
        "evidence.mjs",
        &links,
        folder.path(),
        async |what| match what {
            "the business server deletes the recordings" => {
                let calls = get(&system, "/v1/calls?customer=alice").await?;
                let id = calls["calls"][0]["call"].as_str().unwrap_or_default();
                is_evidence(&system.recordings().join(id)).await?;
                delete_recordings(&system, id).await
            }
            other => bail!("nobody knows how '{other}' is done"),
        },
    );
    told.await?;
    Ok(())
}

/// What is sealed of the call tells it all in its order.
async fn is_evidence(folder: &Path) -> Result<()> {
    let sealed = folder.join("call.json");
    until("the call is sealed", || async { sealed.is_file() }).await?;
    let log = std::fs::read_to_string(folder.join("log.jsonl"))?;
    let kinds: Vec<Value> = log
        .lines()
        .map(|line| Ok(serde_json::from_str::<Value>(line)?["kind"].clone()))
        .collect::<Result<_>>()?;
    let told = [
        "recording.ask",
        "call.accept",
        "recording.consent",
        "recording.started",
        "prompt.begin",
        "prompt.end",
        "recording.pause",
        "recording.begin",
        "call.end",
    ];
    let mut rest = kinds.iter();
    for kind in told {
        assert!(
            rest.any(|one| one == kind),
            "no {kind} in its place: {kinds:?}"
        );
    }
    let manifest: Value = serde_json::from_str(&std::fs::read_to_string(&sealed)?)?;
    let files = manifest["files"].as_array().map(Vec::as_slice);
    let names: Vec<_> = files
        .unwrap_or_default()
        .iter()
        .filter_map(|file| file["name"].as_str())
        .collect();
    for name in [
        "caller.mp4",
        "caller.2.mp4",
        "callee.mp4",
        "callee.2.mp4",
        "log.jsonl",
    ] {
        assert!(names.contains(&name), "no {name} in {names:?}");
    }
    let film = folder.join("call.mp4");
    let probed = probe(&film).await?;
    let [chapter] = &probed.chapters[..] else {
        bail!("{probed:?}")
    };
    assert_eq!(chapter.tags.title, "1. Do you buy of your own will?");
    let at: f64 = chapter.start_time.parse()?;
    assert!(0.2 < at && at < probed.seconds(), "it begins after {at} s");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_makes_a_call() -> Result<()> {
    let (folder, system) = running().await?;
    desk(&system, "front", json!({})).await?;
    let links = json!({
        "console": link(&system, "console", ("bob", Role::Agent, Some("front")), "&room=r1").await?,
        "customer": link(&system, "", ("alice", Role::Customer, None), "").await?,
    });
    tell("example.mjs", &links, folder.path()).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_words_are_shown_as_they_were_written() -> Result<()> {
    let (folder, system) = running().await?;
    let markup = "<img src=x onerror=hacked=1>";
    let settings = json!({
        "title": {"zh": "\u{202e}<script>hacked=1</script>", "en": markup},
        "quick_replies": [markup, "مرحبا".repeat(100)],
        "messages_per_10s": 1000,
    });
    desk(&system, "front", settings).await?;
    let agent = "A".repeat(64);
    let customer = "W".repeat(64);
    let room = format!("&room={}", "_".repeat(64));
    let agent = (agent.as_str(), Role::Agent, Some("front"));
    let operator = ("ann", Role::Supervisor, Some("front"));
    let links = json!({
        "console": link(&system, "console", agent, &room).await?,
        "customer": link(&system, "", (&customer, Role::Customer, None), "").await?,
        "board": link(&system, "board", operator, "").await?,
    });
    tell("hostile.mjs", &links, folder.path()).await?;
    Ok(())
}
