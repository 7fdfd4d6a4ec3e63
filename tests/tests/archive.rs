//! Finished calls: listed, filtered, paged, exported; kept through a `kill -9`, forgotten when their days are over.

use anyhow::{Context, Result, bail};
use counterpart_native::signal::{CallSocket, RoomSocket, client_id};
use counterpart_shared::api::{CallCommand, CreateDeskCall, DeskCommand, DeskMessage};
use counterpart_shared::grant::Role;
use counterpart_shared::id::{CallId, ClientId, DeskId};
use counterpart_tests::raw::{self, Answer};
use counterpart_tests::system::{PATIENCE, System, running, until};
use counterpart_tests::talk::Talk;
use std::time::Duration;

async fn get(system: &System, token: &str, path: &str) -> Result<Answer> {
    let bearer = format!("Authorization: Bearer {token}");
    raw::request(system.edge_port(), "GET", path, &[&bearer], b"").await
}

/// The calls on a page, as many as `query` lets through, and where the next page begins.
async fn page(
    system: &System,
    token: &str,
    query: &str,
) -> Result<(Vec<serde_json::Value>, Option<String>)> {
    let answer = get(system, token, &format!("/v1/calls?{query}")).await?;
    assert_eq!(answer.status, 200, "{query}: {}", answer.body);
    let json = answer.json()?;
    let calls = json["calls"].as_array().context("calls")?.clone();
    Ok((calls, json["next"].as_str().map(str::to_owned)))
}

async fn found(system: &System, token: &str, query: &str) -> Result<Vec<String>> {
    let (calls, _) = page(system, token, query).await?;
    let name = |call: &serde_json::Value| call["call"].as_str().map(str::to_owned);
    calls
        .iter()
        .map(|call| name(call).context("call"))
        .collect()
}

/// Whoever is refused hears why.
async fn refused(system: &System, token: &str, path: &str, status: u16, part: &str) -> Result<()> {
    let answer = get(system, token, path).await?;
    assert_eq!(answer.status, status, "{path}: {}", answer.body);
    let detail = answer.json()?["detail"]
        .as_str()
        .context("detail")?
        .to_owned();
    assert!(detail.contains(part), "{path}: {detail}");
    Ok(())
}

/// A customer's call that stands in a desk's line.
async fn ask(system: &System, desk: &str, user: &str) -> Result<(CallId, CallSocket)> {
    let (edge, desk) = (system.api()?, desk.parse()?);
    let token = system.token(user, Role::Customer, None).await?;
    let wish = CreateDeskCall::default();
    let call = edge.create_desk_call(&token, &desk, &wish).await?.call;
    let mut socket = CallSocket::new(&edge, &call, &token)?;
    let id = client_id();
    socket.ask(&CallCommand::Request { id }, PATIENCE).await?;
    Ok((call, socket))
}

async fn hang_up(socket: &mut CallSocket) -> Result<()> {
    let id = client_id();
    socket.ask(&CallCommand::Hangup { id }, PATIENCE).await?;
    Ok(())
}

/// Tells a room something and waits until it is stored.
async fn tell(room: &mut RoomSocket, id: ClientId, command: &DeskCommand) -> Result<()> {
    room.send(command).await;
    let wait = async {
        loop {
            match room.next().await? {
                DeskMessage::Ack { id: of } if of == id => return Ok(()),
                DeskMessage::Error { error, .. } => bail!("{error}"),
                _ => {}
            }
        }
    };
    tokio::time::timeout(PATIENCE, wait)
        .await
        .context("no answer")?
}

/// Alice is answered by Bob, who hangs up.
async fn answered(system: &System, desk: &DeskId) -> Result<CallId> {
    let edge = system.api()?;
    let bob = system.token("bob", Role::Agent, Some(desk)).await?;
    let mut room = RoomSocket::new(&edge, desk, &"r1".parse()?, &bob)?;
    let (id, skills) = (client_id(), Default::default());
    let open = DeskCommand::Open {
        id: id.clone(),
        skills,
    };
    tell(&mut room, id, &open).await?;
    let (call, _alice) = ask(system, desk.as_str(), "alice").await?;
    let rings = async {
        loop {
            if let DeskMessage::Offer { call, .. } = room.next().await? {
                return anyhow::Ok(call);
            }
        }
    };
    let offered = tokio::time::timeout(PATIENCE, rings)
        .await
        .context("no offer")??;
    assert_eq!(offered, call);
    let id = client_id();
    let accept = DeskCommand::Accept {
        id: id.clone(),
        call: call.clone(),
    };
    tell(&mut room, id, &accept).await?;
    // The call knows its agent once it has the desk's letter; until then he is no party.
    let path = format!("/v1/calls/{call}");
    until("the call is the agent's", || async {
        get(system, &bob, &path)
            .await
            .is_ok_and(|answer| answer.status == 200)
    })
    .await?;
    hang_up(&mut CallSocket::new(&edge, &call, &bob)?).await?;
    let id = client_id();
    tell(&mut room, id.clone(), &DeskCommand::Close { id }).await?;
    Ok(call)
}

/// One that was answered, two that were given up, one that was declined, newest first.
async fn calls(system: &System) -> Result<[String; 4]> {
    let first = answered(system, &"front".parse()?).await?;
    let (second, mut socket) = ask(system, "front", "carol").await?;
    hang_up(&mut socket).await?;
    let (third, mut socket) = ask(system, "back", "alice").await?;
    hang_up(&mut socket).await?;
    let mut talk = Talk::new(system, false).await?;
    let id = client_id();
    talk.alice
        .ask(&CallCommand::Request { id }, PATIENCE)
        .await?;
    let id = client_id();
    talk.bob.ask(&CallCommand::Reject { id }, PATIENCE).await?;
    let all = [talk.call, third, second, first].map(|call| call.to_string());
    let key = system.api_key();
    until("all calls are in the archive", || async {
        found(system, key, "")
            .await
            .is_ok_and(|found| found.len() >= all.len())
    })
    .await?;
    Ok(all)
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_found_by_those_who_may_see_them() -> Result<()> {
    let (_folder, system) = running().await?;
    let [direct, back, given_up, answered] = calls(&system).await?;
    let key = system.api_key();
    let (all, next) = page(&system, key, "").await?;
    assert_eq!((all.len(), next), (4, None));
    let ended = all[1]["ended_at"].as_u64().context("a time")?;
    for (query, wanted) in [
        ("", vec![&direct, &back, &given_up, &answered]),
        ("desk=front", vec![&given_up, &answered]),
        ("agent=bob", vec![&direct, &answered]),
        ("customer=alice", vec![&direct, &back, &answered]),
        ("reason=abandoned", vec![&back, &given_up]),
        (&format!("from={ended}"), vec![&direct, &back]),
        (&format!("to={ended}"), vec![&given_up, &answered]),
        (
            "desk=front&agent=bob&customer=alice&reason=hang_up",
            vec![&answered],
        ),
        ("desk=side", vec![]),
    ] {
        let found = found(&system, key, query).await?;
        assert_eq!(found.iter().collect::<Vec<_>>(), wanted, "{query}");
    }
    let talk = &all[3];
    let times = ["created_at", "requested_at", "answered_at", "ended_at"];
    let times = times.map(|name| talk[name].as_u64().unwrap_or_default());
    assert!(times[0] > 0 && times.is_sorted(), "{talk}");
    assert_eq!(
        (&talk["by"], &talk["room"]),
        (&"callee".into(), &"r1".into())
    );
    assert_eq!(
        (&all[0]["desk"], &all[0]["agent"]),
        (&serde_json::Value::Null, &"bob".into())
    );

    let (front, rear): (DeskId, DeskId) = ("front".parse()?, "back".parse()?);
    let chief = system
        .token("chief", Role::Supervisor, Some(&front))
        .await?;
    let other = system.token("other", Role::Supervisor, Some(&rear)).await?;
    let bob = system.token("bob", Role::Agent, Some(&front)).await?;
    let customer = system.token("alice", Role::Customer, None).await?;
    assert_eq!(
        found(&system, &chief, "").await?,
        [given_up, answered.clone()]
    );
    assert_eq!(found(&system, &bob, "").await?, [answered.as_str()]);
    refused(&system, &chief, "/v1/calls?desk=back", 403, "this desk").await?;
    refused(&system, &bob, "/v1/calls?agent=eve", 403, "his own").await?;
    refused(&system, &customer, "/v1/calls", 403, "supervisor").await?;
    refused(&system, "wrong", "/v1/calls", 401, "API key").await?;
    refused(&system, key, "/v1/calls?who=bob", 400, "who: no such").await?;
    refused(&system, key, "/v1/calls.csv?limit=5", 400, "limit: no such").await?;

    let log = format!("/v1/calls/{answered}");
    for token in [key, &chief, &bob] {
        let view = get(&system, token, &log).await?;
        assert!(
            view.status == 200 && view.body.contains("call.end"),
            "{}",
            view.body
        );
    }
    refused(&system, &other, &log, 403, "this desk").await
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_files_are_whole_and_outlive_a_crash() -> Result<()> {
    let (_folder, mut system) = running().await?;
    let mut wanted = calls(&system).await?.to_vec();
    let key = system.api_key().to_owned();
    let (first, next) = page(&system, &key, "limit=3").await?;
    assert_eq!(first.len(), 3);
    let next = next.context("there is more")?;
    // What ends meanwhile moves nothing.
    let (newest, mut socket) = ask(&system, "back", "dora").await?;
    hang_up(&mut socket).await?;
    until("the new call is there", || async {
        found(&system, &key, "")
            .await
            .is_ok_and(|found| found.len() == 5)
    })
    .await?;
    let rest = found(&system, &key, &format!("limit=3&after={next}")).await?;
    assert_eq!(rest, wanted[3..]);
    wanted.insert(0, newest.to_string());

    system.edge.kill().await?;
    system.restart_edge().await?;
    assert_eq!(found(&system, &key, "").await?, wanted);
    let mut one_by_one = Vec::new();
    let mut query = "limit=1".to_owned();
    for _ in 0..wanted.len() {
        one_by_one.extend(found(&system, &key, &query).await?);
        let (_, next) = page(&system, &key, &query).await?;
        query = format!("limit=1&after={}", next.unwrap_or_default());
    }
    assert_eq!(one_by_one, wanted);
    assert!(
        query.ends_with("after="),
        "the last page has no next: {query}"
    );

    let file = get(&system, &key, "/v1/calls.csv").await?;
    assert_eq!(file.status, 200, "{}", file.body);
    let kind = file.header("Content-Type").context("a type")?;
    assert!(kind.starts_with("text/csv; charset=utf-8"), "{kind}");
    let lines: Vec<&str> = file.body.split("\r\n").collect();
    assert!(
        lines[0].starts_with("\u{feff}call,desk,room,"),
        "{}",
        lines[0]
    );
    let names = lines[1..6].iter().map(|line| line.split(',').next());
    assert_eq!(
        names.collect::<Vec<_>>(),
        wanted
            .iter()
            .map(|call| Some(call.as_str()))
            .collect::<Vec<_>>()
    );
    assert_eq!(lines[6..], [""], "every line is ended");
    let front = get(&system, &key, "/v1/calls.csv?desk=front&reason=hang_up").await?;
    assert!(
        front.body.ends_with(",callee,hang_up,false,,,,\r\n"),
        "{}",
        front.body
    );
    assert_eq!(front.body.lines().count(), 2);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_is_forgotten_when_its_days_are_over() -> Result<()> {
    let (_folder, mut system) = running().await?;
    let [direct, back, given_up, answered] = calls(&system).await?;
    let root = system.api_key().to_owned();
    let nothing = serde_json::Map::new();
    let made: serde_json::Value = system.api()?.post("/v1/api-keys", &root, &nothing).await?;
    let key = made["key"].as_str().context("a key")?.to_owned();

    // Any API key sets a desk; the rule counts for calls that are here, but their day is not over.
    let bearer = format!("Authorization: Bearer {key}");
    let rule = br#"{"retention_days":1}"#;
    let set = raw::request(
        system.edge_port(),
        "PUT",
        "/v1/desks/front",
        &[&bearer],
        rule,
    )
    .await?;
    assert_eq!(set.status, 200, "{}", set.body);
    let settings = get(&system, &key, "/v1/desks/front").await?;
    assert_eq!(settings.json()?["retention_days"], 1);
    assert_eq!(found(&system, &key, "").await?.len(), 4);

    system.edge.kill().await?;
    system
        .restart_edge_ahead(Duration::from_secs(25 * 3600))
        .await?;
    assert_eq!(
        found(&system, &key, "").await?,
        [direct.clone(), back.clone()]
    );
    for call in [given_up, answered] {
        until("the call itself is gone", || async {
            let view = get(&system, &key, &format!("/v1/calls/{call}")).await;
            view.is_ok_and(|view| view.status == 404)
        })
        .await?;
    }
    for call in [direct, back] {
        let view = get(&system, &key, &format!("/v1/calls/{call}")).await?;
        assert_eq!(view.status, 200, "{}", view.body);
    }
    let log = std::fs::read_to_string(system.edge.log())?;
    assert!(!log.contains("outbox:"), "{log}");
    Ok(())
}
