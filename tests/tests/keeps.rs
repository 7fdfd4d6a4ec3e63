//! What a call keeps beside its log: pictures, stills, recordings, a rating and a note; and who may have them.

use anyhow::{Context, Result};
use counterpart_native::PublishOptions;
use counterpart_native::party::Agent;
use counterpart_native::signal::{CallSocket, client_id};
use counterpart_shared::api::{
    CallCommand, CreateDeskCall, DeskSettings, EntryBody, Image, MAX_IMAGE, RecordPolicy,
    Recordings,
};
use counterpart_shared::grant::Role;
use counterpart_shared::id::{CallId, DeskId, Party};
use counterpart_tests::raw::{self, Answer};
use counterpart_tests::system::{PATIENCE, System, running, until};
use counterpart_tests::talk::{Publishing, begun, entry, urls};

/// Two pixels by one, and all of it ASCII.
const GIF: &[u8] = b"GIF89a\x02\0\x01\0\0\0\0;";

async fn ask(system: &System, line: &str, token: &str, kind: &str, body: &[u8]) -> Result<Answer> {
    let (method, path) = line.split_once(' ').context("a method and a path")?;
    let bearer = format!("Authorization: Bearer {token}");
    let kind = format!("Content-Type: {kind}");
    raw::request(system.edge_port(), method, path, &[&bearer, &kind], body).await
}

async fn status(system: &System, line: &str, token: &str) -> Result<u16> {
    Ok(ask(system, line, token, "x/y", b"").await?.status)
}

async fn put(system: &System, path: &str, token: &str, json: &str) -> Result<u16> {
    let line = format!("PUT {path}");
    let answer = ask(system, &line, token, "application/json", json.as_bytes()).await?;
    Ok(answer.status)
}

struct Story {
    system: System,
    call: CallId,
    alice: String,
    bob: String,
    ann: String,
    customer: CallSocket,
    agent: CallSocket,
}

/// Alice talks to bob at the desk `front`, which records.
async fn talking(system: System) -> Result<Story> {
    let edge = system.api()?;
    let front: DeskId = "front".parse()?;
    let settings = DeskSettings {
        record: RecordPolicy::On,
        ..DeskSettings::default()
    };
    system.set_desk("front", &settings).await?;
    let bob = system.token("bob", Role::Agent, Some(&front)).await?;
    let ann = system.token("ann", Role::Supervisor, Some(&front)).await?;
    let alice = system.token("alice", Role::Customer, None).await?;
    let mut agent = Agent::new(&edge, &front, &"r1".parse()?, &bob)?;
    agent.open().await?;
    let wish = CreateDeskCall::default();
    let call = edge.create_desk_call(&alice, &front, &wish).await?.call;
    let mut customer = CallSocket::new(&edge, &call, &alice)?;
    let id = client_id();
    customer.ask(&CallCommand::Request { id }, PATIENCE).await?;
    agent.offer(PATIENCE).await?;
    agent.take(&call).await?;
    Ok(Story {
        agent: CallSocket::new(&edge, &call, &bob)?,
        customer,
        system,
        call,
        alice,
        bob,
        ann,
    })
}

async fn pictures(story: &mut Story) -> Result<String> {
    let Story {
        system,
        call,
        alice,
        ..
    } = story;
    let line = format!("POST /v1/calls/{call}/images");
    let carol = system.token("carol", Role::Customer, None).await?;
    let large = vec![b' '; MAX_IMAGE + 1];
    for (token, kind, body, wanted) in [
        (carol.as_str(), "image/gif", GIF, 403),
        ("", "image/gif", GIF, 401),
        (alice, "image/png", GIF, 400),
        (alice, "image/svg+xml", b"<svg/>", 400),
        (alice, "image/gif", &large, 413),
    ] {
        let answer = ask(system, &line, token, kind, body).await?;
        assert_eq!(answer.status, wanted, "{kind}: {}", answer.body);
    }
    let kept = ask(system, &line, alice, "image/gif", GIF).await?;
    assert_eq!(kept.status, 201, "{}", kept.body);
    let image: Image = serde_json::from_str(&kept.body)?;
    assert_eq!((image.width, image.bytes), (Some(2), Some(14)));
    let again = ask(system, &line, alice, "image/gif", GIF).await?;
    assert_eq!(again.json()?["url"], image.url.as_str(), "the same one");

    let shown = Image {
        sha256: None,
        ..image.clone()
    };
    let id = client_id();
    let command = CallCommand::Image { id, image: shown };
    story.customer.ask(&command, PATIENCE).await?;
    let seen = entry(&mut story.agent, "image", |body| match body {
        EntryBody::Image { image, .. } => Some(image.clone()),
        _ => None,
    });
    assert_eq!(seen.await?, image, "with all that is known of it");
    Ok(image.url)
}

async fn who_sees(story: &Story, url: &str, key: u16) -> Result<()> {
    let line = format!("GET {url}");
    let system = &story.system;
    let carol = system.token("carol", Role::Customer, None).await?;
    for (token, wanted) in [
        (story.alice.as_str(), 200),
        (&story.bob, 200),
        (&story.ann, 200),
        (&carol, 403),
        (system.api_key(), key),
    ] {
        assert_eq!(status(system, &line, token).await?, wanted);
    }
    let picture = ask(system, &line, &story.bob, "x/y", b"").await?;
    assert_eq!(picture.body.as_bytes(), GIF);
    assert_eq!(picture.header("Content-Type"), Some("image/gif"));
    assert_eq!(picture.header("X-Content-Type-Options"), Some("nosniff"));
    let policy = picture.header("Content-Security-Policy");
    assert!(policy.is_some_and(|policy| policy.contains("sandbox")));
    Ok(())
}

/// Bob keeps what alice shows.
async fn still(story: &mut Story) -> Result<Publishing> {
    let by = |party| CallCommand::Still {
        id: client_id(),
        party,
    };
    let early = story.agent.ask(&by(Party::Caller), PATIENCE).await;
    assert!(early.is_err(), "nothing is shown yet");
    let own = urls(&mut story.customer).await?;
    let sends = Publishing::begin(&own.publish.quic, PublishOptions::default())?;
    begun(&mut story.agent, Party::Caller).await?;
    let asked = story.customer.ask(&by(Party::Caller), PATIENCE).await;
    assert!(asked.is_err(), "the agent takes stills");
    story.agent.ask(&by(Party::Caller), PATIENCE).await?;
    let size = entry(&mut story.agent, "still", |body| match body {
        EntryBody::Still { width, height, .. } => Some((*width, *height)),
        _ => None,
    });
    assert!(size.await?.0 > 0);
    Ok(sends)
}

/// What the archive says of the call.
async fn archived(story: &Story) -> Result<serde_json::Value> {
    let list = ask(
        &story.system,
        "GET /v1/calls",
        story.system.api_key(),
        "x/y",
        b"",
    )
    .await?;
    Ok(list.json()?["calls"][0].clone())
}

async fn remarks(story: &mut Story) -> Result<()> {
    let path = |what: &str| format!("/v1/calls/{}/{what}", story.call);
    let (rating, note) = (path("rating"), path("note"));
    let Story {
        system, alice, bob, ..
    } = &*story;
    for (path, token, json, wanted) in [
        (&rating, alice, r#"{"stars":2}"#, 204),
        (&rating, alice, r#"{"stars":6}"#, 400),
        (&rating, bob, r#"{"stars":5}"#, 403),
        (&note, bob, r#"{"text":"第一次来"}"#, 204),
        (&note, alice, r#"{"text":"x"}"#, 403),
    ] {
        assert_eq!(
            put(system, path, token, json).await?,
            wanted,
            "{path} {json}"
        );
    }
    let id = client_id();
    let end = CallCommand::Hangup { id };
    story.customer.ask(&end, PATIENCE).await?;
    until("the archive has it all", || async {
        archived(story)
            .await
            .is_ok_and(|call| call["rating"]["stars"] == 2)
    })
    .await?;
    assert_eq!(archived(story).await?["note"], "第一次来");
    let json = r#"{"stars":5,"comment":"谢谢"}"#;
    assert_eq!(put(&story.system, &rating, &story.alice, json).await?, 204);
    until("the last rating counts", || async {
        archived(story)
            .await
            .is_ok_and(|call| call["rating"]["stars"] == 5)
    })
    .await?;
    let key = story.system.api_key();
    let file = ask(&story.system, "GET /v1/calls.csv", key, "x/y", b"").await?;
    assert!(file.body.ends_with(",5,谢谢,第一次来\r\n"), "{}", file.body);
    Ok(())
}

async fn recordings(story: &mut Story) -> Result<()> {
    entry(&mut story.customer, "recording.ready", |body| match body {
        EntryBody::RecordingReady { party: Some(_), .. } => Some(()),
        _ => None,
    })
    .await?;
    entry(&mut story.customer, "recording.ready", |body| match body {
        EntryBody::RecordingReady { party: None, .. } => Some(()),
        _ => None,
    })
    .await?;
    let line = format!("GET /v1/calls/{}/recordings", story.call);
    let system = &story.system;
    assert_eq!(status(system, &line, &story.alice).await?, 403);
    for token in [&story.bob, &story.ann, system.api_key()] {
        let found = ask(system, &line, token, "x/y", b"").await?;
        assert_eq!(found.status, 200, "{}", found.body);
        let Recordings { files } = serde_json::from_str(&found.body)?;
        let sound = files
            .iter()
            .filter(|one| one.file.path.ends_with("/caller.wav"));
        assert_eq!(sound.count(), 1, "{}", found.body);
        // What is made from the films, sound as WAV among it, belongs to neither party.
        let own = files.iter().filter(|one| one.party.is_some());
        let stills = own.clone().filter(|one| one.file.path.ends_with(".png"));
        assert_eq!((stills.count(), own.count()), (1, 2), "{}", found.body);
        for one in files {
            let url = one.url.context("its node is connected")?;
            let path = url.splitn(4, '/').nth(3).context("a path")?;
            let port = system.endpoints.http_port;
            let read = raw::request(port, "GET", &format!("/{path}"), &[], b"").await?;
            assert_eq!(read.status, 200, "{url}");
            let length = read.header("Content-Length").context("a length")?;
            assert_eq!(length, one.file.bytes.to_string());
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_keeps_what_belongs_to_it() -> Result<()> {
    let (_folder, system) = running().await?;
    let mut story = talking(system).await?;
    let url = pictures(&mut story).await?;
    who_sees(&story, &url, 409).await?;
    let sends = still(&mut story).await?;
    remarks(&mut story).await?;
    sends.end().await?;
    recordings(&mut story).await?;
    story.system.edge.kill().await?;
    story.system.restart_edge().await?;
    who_sees(&story, &url, 200).await?;
    let line = format!("POST /v1/calls/{}/images", story.call);
    let late = ask(&story.system, &line, &story.alice, "image/gif", GIF).await?;
    assert_eq!(late.status, 409, "{}", late.body);
    Ok(())
}
