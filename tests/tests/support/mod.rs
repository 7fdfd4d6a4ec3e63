//! What the stories share.
#![allow(dead_code, reason = "each story is a program of its own and uses its part")]

use anyhow::{Context, Result};
use counterpart_tests::system::{Options, System};
use tempfile::TempDir;

/// A system of one's own, in a folder that goes with it.
pub async fn running() -> Result<(TempDir, System)> {
    running_with(&[]).await
}

/// The same, with more flags for the media node.
pub async fn running_with(node_flags: &[&str]) -> Result<(TempDir, System)> {
    let folder = tempfile::tempdir()?;
    let mut options = Options::new(folder.path());
    options.node_flags = node_flags.iter().map(|&flag| flag.to_owned()).collect();
    let system = System::start(options).await?;
    Ok((folder, system))
}

/// The edge's port.
pub fn port(system: &System) -> Result<u16> {
    let url = system.url();
    let port = url.rsplit(':').next().context("a port")?;
    Ok(port.parse()?)
}
