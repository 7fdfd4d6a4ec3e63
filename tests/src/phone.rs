//! A phone with the mini-program on it: `tests/miniprogram/phone.mjs` as a pipe.

use crate::process::Process;
use crate::system::{Options, System, top};
use crate::told::Told;
use crate::{camera, wechat};
use anyhow::Result;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tokio::process::Command;

/// The sample app on a phone. What it reads and says stands in `phone.mjs`.
pub struct Phone(Told);

/// A system where one can log in by WeChat, and a phone in it.
///
/// # Errors
/// When one of them does not start.
pub async fn in_a_system() -> Result<(TempDir, System, Phone)> {
    let folder = tempfile::tempdir()?;
    let mut options = Options::new(folder.path());
    options.edge_settings = wechat::stand_in().await?;
    let system = System::start(options).await?;
    let camera = camera::file(&system, folder.path()).await?;
    let phone = Phone::new(&system, &camera, folder.path()).await?;
    Ok((folder, system, phone))
}

impl Phone {
    /// A phone whose camera and microphone are this file, and whose network leads to this system.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn new(system: &System, camera: &Path, folder: &Path) -> Result<Self> {
        let mut command = Command::new("node");
        command
            .arg(top()?.join("tests/miniprogram/phone.mjs"))
            .arg(system.url())
            .arg(camera)
            .arg(folder)
            .arg("code-of-wx-login");
        let mut told = Told::by(Process::spawn("phone", command, folder)?);
        told.says("ready").await?;
        Ok(Self(told))
    }

    /// Waits until a counter of the player has gone up to so many.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn counts(&mut self, counter: &str, goal: u64) -> Result<()> {
        let prefix = format!("player {counter} ");
        self.0
            .finds(&prefix, |line| {
                let count: u64 = line.strip_prefix(&prefix)?.parse().ok()?;
                (count >= goal).then_some(())
            })
            .await
    }

    /// The file that the player keeps what it plays in.
    ///
    /// # Errors
    /// When nothing plays in time.
    pub async fn plays_into(&mut self) -> Result<PathBuf> {
        Ok(self.0.says("player plays into ").await?.into())
    }

    /// Turns it off.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn off(self) -> Result<()> {
        self.0.off().await
    }
}

impl Deref for Phone {
    type Target = Told;
    fn deref(&self) -> &Told {
        &self.0
    }
}

impl DerefMut for Phone {
    fn deref_mut(&mut self) -> &mut Told {
        &mut self.0
    }
}
