//! schemathesis tries every operation of `docs/openapi.json` against the real edge, with every check, and finds nothing.
//!
//! `COUNTERPART_SCHEMA_EXAMPLES` is how many inputs it makes for each operation and phase (30), `COUNTERPART_SCHEMA_SEED`
//! what it makes them from (1). A nightly run sets both.

use anyhow::{Context, Result};
use counterpart_shared::grant::Role;
use counterpart_tests::schemathesis::Run;
use counterpart_tests::system::{Options, System};
use std::env;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Far more than the start and an input of each operation and phase take.
const PATIENCE: (Duration, Duration) = (Duration::from_secs(300), Duration::from_secs(20));

#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_nothing() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let system = system(folder.path()).await?;
    let said = run(&system, folder.path(), "schemathesis.toml").await?;
    println!("{}", summary(&said));
    Ok(())
}

/// Two customers who know of each other's calls, and may not read them.
#[tokio::test(flavor = "multi_thread")]
async fn no_customer_reads_what_is_another_ones() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let system = system(folder.path()).await?;
    let user = |name: &str, token: String| serde_json::json!({"name": name, "fixedHeaders": [{"name": "Authorization", "value": format!("Bearer {token}")}]});
    let alice = system.token("alice", Role::Customer, None).await?;
    let bob = system.token("bob", Role::Customer, None).await?;
    let users = serde_json::json!({"auth": [user("alice", alice), user("bob", bob)]});
    std::fs::write(folder.path().join("users.json"), users.to_string())?;
    let said = run(&system, folder.path(), "two-customers.toml").await?;
    println!("{}", summary(&said));
    Ok(())
}

/// With all that an operation may need: a stand-in for WeChat, the keys of Tencent's URLs, and no limit of requests.
async fn system(folder: &Path) -> Result<System> {
    let wechat = TcpListener::bind(("127.0.0.1", 0)).await?;
    let base = format!("http://{}", wechat.local_addr()?);
    tokio::spawn(be_wechat(wechat));
    let mut options = Options::new(folder);
    options.open_board = false;
    options.edge_settings = [
        ("RATE_USER", "off"),
        ("WECHAT_BASE", &base),
        ("WECHAT_APPID", "wx1"),
        ("WECHAT_SECRET", "secret"),
        ("TENCENT_PUSH_DOMAIN", "push.example"),
        ("TENCENT_PUSH_KEY", "push-key"),
        ("TENCENT_PLAY_DOMAIN", "play.example"),
        ("TENCENT_PLAY_KEY", "play-key"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    System::start(options).await
}

async fn run(system: &System, folder: &Path, config: &str) -> Result<String> {
    let number = |name: &str, default: u32| -> Result<u32> {
        match env::var(name) {
            Ok(text) => text.parse().with_context(|| format!("{name} is '{text}'")),
            Err(_) => Ok(default),
        }
    };
    let examples = number("COUNTERPART_SCHEMA_EXAMPLES", 30)?;
    let seed = number("COUNTERPART_SCHEMA_SEED", 1)?;
    let desk = "front".parse()?;
    let token = |user: &'static str, role| system.token(user, role, Some(&desk));
    let run = Run {
        url: &system.url(),
        folder: folder.to_owned(),
        config,
        variables: vec![
            ("USERS", folder.join("users.json").display().to_string()),
            ("ROOT_KEY", system.api_key().to_owned()),
            ("ANY_API_KEY", system.api_key().to_owned()),
            ("NODE_SECRET", system.node_secret().to_owned()),
            (
                "CUSTOMER",
                system.token("alice", Role::Customer, None).await?,
            ),
            ("AGENT", token("agent", Role::Agent).await?),
            ("SUPERVISOR", token("boss", Role::Supervisor).await?),
            ("OPERATOR", token("olga", Role::Operator).await?),
        ],
        flags: vec![
            format!("--max-examples={examples}"),
            format!("--seed={seed}"),
            "--generation-database=none".into(),
            "--workers=1".into(),
        ],
    };
    let said = run.within(PATIENCE.0 + PATIENCE.1 * examples).await;
    said.with_context(|| format!("seed {seed}, {examples} examples"))
}

/// The lines at the end that say how much was tried.
fn summary(said: &str) -> &str {
    said.split_once("= SUMMARY =")
        .map_or(said, |(_, rest)| rest)
}

/// Codes that begin with a letter or digit are good, for a user of theirs; the others are not.
async fn be_wechat(listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(async move {
            // A client that goes away midway gets no answer.
            let _ = answer(stream).await;
        });
    }
}

async fn answer(mut stream: TcpStream) -> Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let code = head.split("js_code=").nth(1).unwrap_or_default();
    let body = if code.starts_with(|first: char| first.is_ascii_alphanumeric()) {
        r#"{"openid":"o-1","session_key":"k"}"#
    } else {
        r#"{"errcode":40029,"errmsg":"invalid code"}"#
    };
    let length = body.len();
    let answer =
        format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    stream.write_all(answer.as_bytes()).await?;
    Ok(())
}
