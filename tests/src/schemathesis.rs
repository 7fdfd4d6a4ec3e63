//! schemathesis, which tries an API by its own description.

use crate::system::top;
use anyhow::{Context, Result, bail};
use std::env;
use std::path::PathBuf;
use std::time::Duration;
use tokio::process::Command;

/// One run.
pub struct Run<'a> {
    /// The address of the edge.
    pub url: &'a str,
    /// Where reports and crash files go.
    pub folder: PathBuf,
    /// The configuration, in `tests/schema/`.
    pub config: &'a str,
    /// What its variables mean.
    pub variables: Vec<(&'a str, String)>,
    /// More flags.
    pub flags: Vec<String>,
}

impl Run<'_> {
    /// Tries `docs/openapi.json`. Gives what it printed at the end.
    ///
    /// # Errors
    /// When it found anything, did not end `within` the time, or is not installed; with all that it
    /// printed.
    pub async fn within(self, within: Duration) -> Result<String> {
        let top = top()?;
        let mut command = Command::new(program()?);
        command
            .arg("--no-color")
            .arg("--config-file")
            .arg(top.join("tests/schema").join(self.config))
            .arg("run")
            .arg(top.join("docs/openapi.json"))
            .args(["--url", self.url])
            .args(self.flags)
            .envs(self.variables)
            .current_dir(self.folder)
            .kill_on_drop(true);
        let output = tokio::time::timeout(within, command.output())
            .await
            .with_context(|| format!("schemathesis did not end within {within:?}"))?
            .context("cannot start schemathesis")?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr);
            bail!("{}\n{said}\n{errors}", output.status);
        }
        Ok(said)
    }
}

/// Where `tools/setup.sh` has put it.
fn program() -> Result<PathBuf> {
    let requirements = include_str!("../schema/requirements.txt");
    let version = requirements
        .lines()
        .find_map(|line| line.strip_prefix("schemathesis=="))
        .context("requirements.txt names no version")?;
    let program = tools()?.join(format!("schemathesis-{version}/bin/schemathesis"));
    if !program.is_file() {
        bail!("{} is missing; run: make setup", program.display());
    }
    Ok(program)
}

/// The folder of tools, as `tools/common.sh` finds it.
fn tools() -> Result<PathBuf> {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    if let Some(tools) = set("COUNTERPART_TOOLS") {
        return Ok(tools.into());
    }
    let cache = match set("XDG_CACHE_HOME") {
        Some(cache) => PathBuf::from(cache),
        None => PathBuf::from(set("HOME").context("HOME is not set")?).join(".cache"),
    };
    Ok(cache.join("counterpart"))
}
