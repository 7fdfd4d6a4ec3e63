//! The built pages in headless Chromium: a script of `tests/web` tells a story in them, and says how it came out.

use crate::process::Process;
use crate::system::{System, top};
use anyhow::{Context, Result, bail, ensure};
use counterpart_shared::api::DeskSettings;
use counterpart_shared::grant::Role;
use counterpart_shared::id::DeskId;
use serde_json::Value;
use std::path::Path;
use std::time::Duration;
use tokio::process::Command;
use tokio::sync::{Mutex, MutexGuard};

/// How long a story may take from one step to the next: some waits of its own on a busy machine.
const STEP: Duration = Duration::from_secs(120);

/// Stories are told one after the other: each fills a small machine, and what is measured in one is how it fares alone.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// A story that is being told.
struct Story {
    script: String,
    process: Process,
    _turn: MutexGuard<'static, ()>,
}

/// How a story goes on.
enum Told {
    /// This is to happen outside of the browser before it goes on.
    Happens(String),
    /// It is over, and gives this.
    Given(Value),
}

impl Story {
    async fn begin(script: &str, arguments: &Value, logs: &Path) -> Result<Self> {
        let turn = ONE_AT_A_TIME.lock().await;
        let top = top()?;
        let built = top.join("clients/web/dist/manifest.json").is_file();
        ensure!(built, "the pages are not built; run: make web");
        let mut command = Command::new("node");
        command
            .arg(top.join("tests/web").join(script))
            .arg(arguments.to_string());
        Ok(Self {
            script: script.to_owned(),
            process: Process::spawn("pages", command, logs)?,
            _turn: turn,
        })
    }

    /// Prints its steps until it gives or wants something.
    async fn next(&mut self) -> Result<Told> {
        loop {
            let line = self.process.line("", STEP).await?;
            match line.split_once(' ').unwrap_or((&line, "")) {
                ("step", name) => println!("  {name}"),
                ("happens", what) => return Ok(Told::Happens(what.to_owned())),
                ("ok", given) => {
                    let given = serde_json::from_str(given).context("what the story gives")?;
                    return Ok(Told::Given(given));
                }
                ("fail", why) => bail!("{}: {why}", self.script),
                _ => {}
            }
        }
    }
}

/// Tells `tests/web/SCRIPT` with these arguments; prints its steps, gives what it gave.
///
/// # Errors
/// When the pages are not built or the story fails; with what the browser said.
pub async fn tell(script: &str, arguments: &Value, logs: &Path) -> Result<Value> {
    let mut story = Story::begin(script, arguments, logs).await?;
    match story.next().await? {
        Told::Given(given) => Ok(given),
        Told::Happens(what) => bail!("nobody is there by whom '{what}' happens"),
    }
}

/// The same, for a story in which something `happens` outside of the browser: it names it, and waits until it is done.
///
/// # Errors
/// As [`tell`]; or when what shall happen does not.
pub async fn tell_while(
    script: &str,
    arguments: &Value,
    logs: &Path,
    mut happen: impl AsyncFnMut(&str) -> Result<()>,
) -> Result<Value> {
    let mut story = Story::begin(script, arguments, logs).await?;
    loop {
        match story.next().await? {
            Told::Given(given) => return Ok(given),
            Told::Happens(what) => {
                happen(&what).await.context(what)?;
                story.process.say("done").await?;
            }
        }
    }
}

/// The link by which a user opens a page, as the business server gives it to him; `more` goes into the fragment, too.
///
/// # Errors
/// When the edge mints no token.
pub async fn link(
    system: &System,
    page: &str,
    (user, role, desk): (&str, Role, Option<&str>),
    more: &str,
) -> Result<String> {
    let desk: Option<DeskId> = desk.map(str::parse).transpose()?;
    let token = system.token(user, role, desk.as_ref()).await?;
    Ok(format!("{}/{page}#token={token}{more}", system.url()))
}

/// Sets up a desk with these settings, the rest as by default.
///
/// # Errors
/// When the edge refuses.
pub async fn desk(system: &System, name: &str, settings: Value) -> Result<()> {
    let settings: DeskSettings = serde_json::from_value(settings)?;
    system.set_desk(name, &settings).await
}
