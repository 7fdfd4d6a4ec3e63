//! Whoever is turned away by the node hears why, and the log says the same.

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use counterpart_native::PublishOptions;
use counterpart_native::carry::{CarryError, Connection};
use counterpart_shared::grant::{Act, Composite, Grant, Layout, Signer};
use counterpart_shared::id::Party;
use counterpart_shared::rtmp::chunk::ChunkWriter;
use counterpart_shared::rtmp::{Message, MessageKind};
use counterpart_tests::system::{System, running_with, until};
use counterpart_tests::talk::{Publishing, Talk, begun, urls};
use std::collections::VecDeque;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const CALL: &str = "c-story";

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// A grant as the edge makes it; each case spoils one thing.
fn grant() -> Result<Grant> {
    let call = CALL.parse()?;
    Ok(Grant {
        act: Act::Publish,
        stream: counterpart_shared::id::StreamId::of(&call, Party::Caller),
        call,
        party: Party::Caller,
        node: "node-1".parse()?,
        sub: "alice".parse()?,
        serial: 1,
        record: false,
        watch: false,
        layout: Layout::default(),
        least_days: 0,
        composite: Composite::default(),
        desk: None,
        iat: now(),
        nbf: now() - 30,
        exp: now() + 300,
    })
}

fn signer(system: &System) -> Result<Signer> {
    let seed: [u8; 32] = hex::decode(system.signing_seed())?
        .try_into()
        .ok()
        .context("32 bytes")?;
    Ok(Signer::from_seed(&seed))
}

/// What the node says to a publisher with this query, over RTMP.
async fn refusal(system: &System, query: &str) -> Result<String> {
    let url = format!(
        "rtmp://127.0.0.1:{}/live/{CALL}.caller{query}",
        system.endpoints.rtmp_port
    );
    match Connection::open(&url.parse()?, Act::Publish).await {
        Err(CarryError::Refused(status)) => Ok(format!("{} {}", status.code, status.description)),
        Err(error) => bail!("not refused but failed: {error}"),
        Ok(_) => bail!("let in with {query}"),
    }
}

async fn logged(system: &System, reason: &str) -> Result<()> {
    logged_text(system, &format!("reason=\"{reason}\"")).await
}

async fn logged_text(system: &System, part: &str) -> Result<()> {
    until(&format!("the log says {part}"), || async {
        let log = std::fs::read_to_string(system.node.log()).unwrap_or_default();
        log.contains(part)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_grant_is_refused_with_its_reason() -> Result<()> {
    let (_folder, system) = running_with(&[]).await?;
    let signer = signer(&system)?;
    let spoiled = |spoil: &dyn Fn(&mut Grant)| -> Result<String> {
        let mut grant = grant()?;
        spoil(&mut grant);
        Ok(format!("?grant={}", signer.sign_grant(&grant)))
    };
    let foreign = Signer::from_seed(&[1; 32]).sign_grant(&grant()?);
    let cases = [
        ("no grant", String::new(), "no grant was given"),
        ("garbage", "?grant=abc".to_owned(), "malformed"),
        ("expired", spoiled(&|g| g.exp = now() - 1)?, "expired at"),
        (
            "not yet valid",
            spoiled(&|g| g.nbf = now() + 100)?,
            "valid from",
        ),
        (
            "wrong key",
            format!("?grant={foreign}"),
            "is not known here",
        ),
        (
            "other stream",
            spoiled(&|g| g.stream = "c-other.caller".parse().expect("an id"))?,
            "c-other.caller",
        ),
        (
            "other node",
            spoiled(&|g| g.node = "node-2".parse().expect("an id"))?,
            "node-2",
        ),
        (
            "play grant",
            spoiled(&|g| g.act = Act::Play)?,
            "to play, not to publish",
        ),
    ];
    for (what, query, part) in cases {
        let said = refusal(&system, &query).await.context(what)?;
        assert!(
            said.starts_with("NetStream.Publish.BadName"),
            "{what}: {said}"
        );
        assert!(said.contains(part), "{what}: {said}");
    }
    for reason in [
        "grant_missing",
        "grant_malformed",
        "grant_expired",
        "grant_not_yet_valid",
        "grant_unknown_key",
        "other_stream",
        "other_node",
        "other_act",
    ] {
        logged(&system, reason).await?;
    }
    let log = std::fs::read_to_string(system.node.log())?;
    assert!(
        !log.contains("grant=ey") && !log.contains("eyJ"),
        "a token stands in the log"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_publisher_is_refused_while_the_first_is_live() -> Result<()> {
    let (_folder, system) = running_with(&[]).await?;
    let mut talk = Talk::new(&system, false).await?;
    let own = urls(&mut talk.alice).await?;
    let first = Publishing::begin(&own.publish.rtmp, PublishOptions::default())?;
    begun(&mut talk.alice, Party::Caller).await?;
    match Connection::open(&own.publish.rtmp.parse()?, Act::Publish).await {
        Err(CarryError::Refused(status)) => assert!(
            status.description.contains("live under grant"),
            "{status:?}"
        ),
        other => bail!("{other:?}"),
    }
    logged(&system, "in_use").await?;
    first.end().await?;
    Ok(())
}

/// Bytes of a message behind a handshake, as one write.
fn chunks(messages: &[Message]) -> Vec<u8> {
    let (mut writer, mut out) = (ChunkWriter::new(), VecDeque::new());
    for message in messages {
        writer.write(message, &mut out);
    }
    out.iter().flat_map(|part| part.iter().copied()).collect()
}

fn control(kind: MessageKind, payload: Vec<u8>) -> Message {
    Message {
        kind,
        stream_id: 0,
        timestamp: 0,
        payload: Bytes::from(payload),
    }
}

/// C0 and C1, and a C2 that does not echo.
fn handshake() -> Vec<u8> {
    let mut bytes = vec![3];
    bytes.resize(1 + 2 * 1536, 0);
    bytes
}

/// Writes and waits until the node has closed.
async fn closed_after(system: &System, bytes: &[u8]) -> Result<()> {
    let mut socket = TcpStream::connect(("127.0.0.1", system.endpoints.rtmp_port)).await?;
    // The node may close before it has read everything.
    let _ = socket.write_all(bytes).await;
    let mut rest = Vec::new();
    let reading = tokio::time::timeout(Duration::from_secs(10), socket.read_to_end(&mut rest));
    let _ = reading.await.context("the node did not close")?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_rtmp_is_closed_with_its_reason() -> Result<()> {
    let (_folder, system) = running_with(&["--handshake-ms=500", "--first-media-ms=700"]).await?;
    closed_after(&system, b"GET / HTTP/1.1\r\n\r\n").await?;
    logged(&system, "bad_handshake").await?;

    // Set Chunk Size to 0.
    let no_chunks = [2, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0, 0, 0, 0, 0];
    closed_after(&system, &[handshake(), no_chunks.to_vec()].concat()).await?;
    logged(&system, "bad_chunk").await?;
    // A message header that claims 15 MiB.
    let claim = [0x03, 0, 0, 0, 0xF0, 0, 0, 20, 0, 0, 0, 0];
    closed_after(&system, &[handshake(), claim.to_vec()].concat()).await?;
    logged_text(&system, "15728640").await?;

    // connect with objects in objects, 40 deep.
    let mut deep = vec![2, 0, 7];
    deep.extend(b"connect");
    deep.extend([0, 0x3F, 0xF0, 0, 0, 0, 0, 0, 0]);
    for _ in 0..40 {
        deep.extend([3, 0, 1, b'a']);
    }
    closed_after(
        &system,
        &[
            handshake(),
            chunks(&[control(MessageKind::CommandAmf0, deep)]),
        ]
        .concat(),
    )
    .await?;
    logged(&system, "bad_session").await?;

    // A handshake that stalls.
    closed_after(&system, &handshake()[..1000]).await?;
    logged(&system, "slow").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_who_sends_nothing_is_closed() -> Result<()> {
    let (_folder, system) = running_with(&["--first-media-ms=500"]).await?;
    let token = signer(&system)?.sign_grant(&grant()?);
    let url = format!(
        "rtmp://127.0.0.1:{}/live/{CALL}.caller?grant={token}",
        system.endpoints.rtmp_port
    );
    let mut connection = Connection::open(&url.parse()?, Act::Publish).await?;
    let ended = tokio::time::timeout(Duration::from_secs(10), connection.next()).await?;
    let said = format!("{ended:?}");
    assert!(said.contains("sent no media"), "{said}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn more_connections_than_the_limit_are_refused() -> Result<()> {
    let (_folder, system) = running_with(&["--max-connections=2"]).await?;
    let address = ("127.0.0.1", system.endpoints.rtmp_port);
    let _first = TcpStream::connect(address).await?;
    let _second = TcpStream::connect(address).await?;
    let said = refusal(&system, "").await;
    let said = said.unwrap_or_else(|error| error.to_string());
    assert!(said.contains("2 connections"), "{said}");
    logged(&system, "connection_limit").await
}
