//! What the mini-program promises by itself: its own tests, under Node.

use anyhow::{Context, Result, ensure};
use counterpart_tests::system::top;
use std::io;
use std::path::PathBuf;
use tokio::process::Command;

#[tokio::test]
async fn the_units_of_the_mini_program_hold() -> Result<()> {
    let folder = top()?.join("clients/miniprogram/test");
    let files: Vec<PathBuf> = std::fs::read_dir(&folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    let tests = files
        .iter()
        .filter(|file| file.to_string_lossy().ends_with(".test.js"));
    let output = Command::new("node")
        .arg("--test")
        .args(tests)
        .output()
        .await
        .context("is Node installed (make setup)?")?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "{said}");
    Ok(())
}
