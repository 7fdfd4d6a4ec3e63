//! schemathesis tries every operation of `docs/openapi.json` against the real edge, with every check, and finds nothing.
//!
//! `COUNTERPART_SCHEMA_EXAMPLES` is how many inputs it makes for each operation and phase (30), `COUNTERPART_SCHEMA_SEED`
//! what it makes them from (1). A nightly run sets both.

use anyhow::{Context, Result};
use counterpart_shared::grant::Role;
use counterpart_tests::schemathesis::Run;
use counterpart_tests::system::{Options, System};
use counterpart_tests::wechat;
use std::env;
use std::path::Path;
use std::time::Duration;

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
    let mut options = Options::new(folder);
    options.open_board = false;
    let others = [
        ("RATE_USER", "off"),
        ("TENCENT_PUSH_DOMAIN", "push.example"),
        ("TENCENT_PUSH_KEY", "push-key"),
        ("TENCENT_PLAY_DOMAIN", "play.example"),
        ("TENCENT_PLAY_KEY", "play-key"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    options.edge_settings = wechat::stand_in().await?;
    options.edge_settings.extend(others);
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
