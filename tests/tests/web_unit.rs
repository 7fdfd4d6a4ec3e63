//! What the web client promises by itself: its own tests, under Node.

use anyhow::{Context, Result, ensure};
use counterpart_tests::system::top;
use tokio::process::Command;

#[tokio::test]
async fn the_web_client_keeps_its_own_promises() -> Result<()> {
    let output = Command::new("node")
        .arg("clients/web/tests/run.mjs")
        .current_dir(top()?)
        .output()
        .await
        .context("is Node installed (make setup)?")?;
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{said}\n{complained}");
    ensure!(said.contains("\n# fail 0\n"), "{said}");
    Ok(())
}
