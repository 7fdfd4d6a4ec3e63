//! Recordings deleted at the wish of the business server: not before their least retention is over, then everywhere and
//! under seal, also where the node is away.

use anyhow::{Context, Result, ensure};
use counterpart_native::PublishOptions;
use counterpart_native::party::Agent;
use counterpart_native::signal::{CallSocket, client_id};
use counterpart_shared::api::{
    CallCommand, CreateDeskCall, Entry, EntryBody, RecordingFile, Recordings,
};
use counterpart_shared::grant::Role;
use counterpart_shared::id::{CallId, DeskId, Party};
use counterpart_tests::hooks::Hooks;
use counterpart_tests::raw::{self, Answer};
use counterpart_tests::system::{Options, PATIENCE, System, program, until};
use counterpart_tests::talk::{Publishing, begun, urls};
use serde_json::Value;
use std::path::Path;
use std::time::Duration;
use tokio::process::Command;

const DAY: Duration = Duration::from_secs(86_400);
const RULE: &str = "asked for by the root API key";

async fn ask(system: &System, line: &str, body: &str) -> Result<Answer> {
    let (method, path) = line.split_once(' ').context("a method and a path")?;
    let bearer = format!("Authorization: Bearer {}", system.api_key());
    raw::request(
        system.edge_port(),
        method,
        path,
        &[&bearer],
        body.as_bytes(),
    )
    .await
}

async fn set_desk(system: &System, settings: &str) -> Result<Answer> {
    ask(system, "PUT /v1/desks/front", settings).await
}

async fn delete(system: &System, call: &CallId) -> Result<Answer> {
    ask(system, &format!("DELETE /v1/calls/{call}/recordings"), "").await
}

async fn files(system: &System, call: &CallId) -> Result<Vec<RecordingFile>> {
    let found = ask(system, &format!("GET /v1/calls/{call}/recordings"), "").await?;
    ensure!(found.status == 200, "{}", found.body);
    let Recordings { files } = serde_json::from_str(&found.body)?;
    Ok(files)
}

/// A call at the desk `front` that alice publishes into; all that is made of it is finished.
async fn recorded(system: &System, agent: &mut Agent) -> Result<CallId> {
    let edge = system.api()?;
    let front: DeskId = "front".parse()?;
    let alice = system.token("alice", Role::Customer, None).await?;
    let wish = CreateDeskCall::default();
    let call = edge.create_desk_call(&alice, &front, &wish).await?.call;
    let mut customer = CallSocket::new(&edge, &call, &alice)?;
    let id = client_id();
    customer.ask(&CallCommand::Request { id }, PATIENCE).await?;
    agent.offer(PATIENCE).await?;
    agent.take(&call).await?;
    let own = urls(&mut customer).await?;
    let sends = Publishing::begin(&own.publish.quic, PublishOptions::default())?;
    begun(&mut customer, Party::Caller).await?;
    until("the call is recorded", || async {
        let view = edge.call(&alice, &call, 0).await;
        let is_it = |entry: &Entry| matches!(entry.body, EntryBody::RecordingStarted { .. });
        view.is_ok_and(|view| view.entries.iter().any(is_it))
    })
    .await?;
    let id = client_id();
    customer.ask(&CallCommand::Hangup { id }, PATIENCE).await?;
    sends.end().await?;
    until("what is made of the call is finished", || async {
        let files = files(system, &call).await;
        files.is_ok_and(|files| files.iter().any(|one| one.file.path.ends_with("/call.mp4")))
    })
    .await?;
    Ok(call)
}

async fn log(system: &System, call: &CallId) -> Result<Vec<Value>> {
    let view = ask(system, &format!("GET /v1/calls/{call}"), "").await?;
    let view = view.json()?;
    Ok(view["entries"].as_array().context("entries")?.clone())
}

/// A wish that comes too early hears when it may come again.
async fn is_retained(system: &System, call: &CallId) -> Result<()> {
    let refused = delete(system, call).await?;
    assert_eq!(refused.status, 409, "{}", refused.body);
    let error = refused.json()?;
    assert_eq!(error["code"], "retained");
    let log = log(system, call).await?;
    let end = log.iter().find(|entry| entry["kind"] == "call.end");
    let ended_at = end.and_then(|end| end["at"].as_u64());
    let free = ended_at.context("its end")? + 2 * DAY.as_millis() as u64;
    assert_eq!(error["until"], free, "{error}");
    assert!(log.iter().all(|entry| entry["kind"] != "recording.delete"));
    let there = files(system, call).await?;
    assert!(!there.is_empty() && there.iter().all(|file| file.deleted.is_none()));
    Ok(())
}

/// What of a call lies in its folder beside the manifests and their signatures.
fn left(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for file in std::fs::read_dir(folder)? {
        let name = file?.file_name().to_string_lossy().into_owned();
        let is_proof =
            name.starts_with("call.") && [".json", ".sig"].iter().any(|end| name.ends_with(end));
        if !is_proof {
            names.push(name);
        }
    }
    Ok(names)
}

async fn verify(folder: &Path) -> Result<(Option<i32>, String)> {
    let mut command = Command::new(program("counterpart-node")?);
    let output = command.arg("verify").arg(folder).output().await?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok((output.status.code(), text))
}

/// List, log, webhook, disk and chain agree that it is gone.
async fn is_deleted(system: &System, hooks: &Hooks, call: &CallId) -> Result<()> {
    until("the list says that all files are deleted", || async {
        let files = files(system, call).await;
        files.is_ok_and(|files| !files.is_empty() && files.iter().all(|one| one.deleted.is_some()))
    })
    .await?;
    for one in files(system, call).await? {
        assert_eq!(one.deleted.context("deleted")?.rule, RULE);
        assert_eq!((one.url, one.expires_at), (None, None));
    }
    let folder = system.recordings().join(call.as_str());
    assert_eq!(left(&folder)?, Vec::<String>::new());
    until("the webhook says so", || async {
        let told = hooks.of(call, "recording.deleted");
        told.is_ok_and(|told| !told.is_empty())
    })
    .await?;
    let asked = hooks.of(call, "recording.delete")?;
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!(asked[0]["by"], "the root API key");
    for told in hooks.of(call, "recording.deleted")? {
        assert_eq!(told["rule"], RULE);
    }
    let (code, report) = verify(&system.recordings()).await?;
    assert_eq!(code, Some(0), "{report}");
    // The call's log among them, which is no recording to the edge.
    let of_call = |note: &&str| note.contains(&format!("{call}/")) && note.contains(RULE);
    let noted = report.split("note ").filter(of_call).count();
    assert_eq!(noted, files(system, call).await?.len() + 1, "{report}");
    Ok(())
}

/// The edge's clock is by so much, and an hour, ahead.
async fn ahead(system: &mut System, by: Duration) -> Result<()> {
    system.edge.kill().await?;
    system
        .restart_edge_ahead(by + Duration::from_secs(3600))
        .await?;
    system.until_connected().await
}

/// The finished calls of alice.
async fn listed(system: &System) -> Result<Vec<CallId>> {
    let found = ask(system, "GET /v1/calls?customer=alice", "").await?;
    let found = found.json()?;
    let calls = found["calls"].as_array().context("calls")?.iter();
    let names = calls.map(|one| serde_json::from_value(one["call"].clone()));
    Ok(names.collect::<Result<_, _>>()?)
}

/// A day later its desk forgets calls, but not what it wanted kept for longer.
async fn is_not_forgotten(system: &mut System, call: &CallId) -> Result<()> {
    let edge = system.api()?;
    let alice = system.token("alice", Role::Customer, None).await?;
    let wish = CreateDeskCall::default();
    let other = edge
        .create_desk_call(&alice, &"front".parse()?, &wish)
        .await?
        .call;
    let mut customer = CallSocket::new(&edge, &other, &alice)?;
    let id = client_id();
    customer.ask(&CallCommand::Hangup { id }, PATIENCE).await?;
    until("both are in the list", || async {
        let names = listed(system).await;
        names.is_ok_and(|names| [call, &other].iter().all(|one| names.contains(one)))
    })
    .await?;
    ahead(system, DAY).await?;
    until("a call that was not recorded is forgotten", || async {
        let names = listed(system).await;
        names.is_ok_and(|names| !names.contains(&other))
    })
    .await?;
    assert!(listed(system).await?.contains(call));
    is_retained(system, call).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_goes_when_it_may_and_everyone_says_so() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (hooks, settings) = Hooks::listen().await?;
    let mut options = Options::new(folder.path());
    options.edge_settings = settings;
    let mut system = System::start(options).await?;
    let over = set_desk(&system, r#"{"record_least_days":31,"retention_days":30}"#).await?;
    assert_eq!(over.status, 400, "{}", over.body);
    let rule = r#"{"record":"on","record_least_days":2}"#;
    assert_eq!(set_desk(&system, rule).await?.status, 200);
    let front: DeskId = "front".parse()?;
    let bob = system.token("bob", Role::Agent, Some(&front)).await?;
    let mut agent = Agent::new(&system.api()?, &front, &"r1".parse()?, &bob)?;
    agent.open().await?;
    let here = recorded(&system, &mut agent).await?;
    let away = recorded(&system, &mut agent).await?;

    is_retained(&system, &here).await?;
    // Whoever sets the desk cannot shorten what was promised when it was recorded.
    let shorter = r#"{"record":"on","retention_days":1}"#;
    assert_eq!(set_desk(&system, shorter).await?.status, 200);
    is_retained(&system, &here).await?;
    let (code, report) = verify(&system.recordings()).await?;
    assert_eq!(code, Some(0), "{report}");

    is_not_forgotten(&mut system, &here).await?;
    let for_ever = r#"{"record":"on"}"#;
    assert_eq!(set_desk(&system, for_ever).await?.status, 200);

    ahead(&mut system, 2 * DAY).await?;
    let done = delete(&system, &here).await?;
    assert_eq!(done.status, 204, "{}", done.body);
    is_deleted(&system, &hooks, &here).await?;
    let others = files(&system, &away).await?;
    assert!(!others.is_empty() && others.iter().all(|file| file.deleted.is_none()));

    a_node_that_is_away_hears_of_it_when_it_is_back(&mut system, &hooks, &away).await
}

async fn a_node_that_is_away_hears_of_it_when_it_is_back(
    system: &mut System,
    hooks: &Hooks,
    call: &CallId,
) -> Result<()> {
    system.node.kill().await?;
    until("the edge knows that the node is away", || async {
        let files = files(system, call).await;
        files.is_ok_and(|files| !files.is_empty() && files.iter().all(|file| file.url.is_none()))
    })
    .await?;
    let done = delete(system, call).await?;
    assert_eq!(done.status, 204, "{}", done.body);
    let others = files(system, call).await?;
    assert!(!others.is_empty() && others.iter().all(|file| file.deleted.is_none()));
    system.restart_node().await?;
    is_deleted(system, hooks, call).await
}
