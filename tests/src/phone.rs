//! A phone with the mini-program on it: `tests/miniprogram/phone.mjs` as a pipe.

use crate::process::Process;
use crate::system::{PATIENCE, System, top};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use tokio::process::Command;
use tokio::time::Instant;

/// The sample app on a phone.
pub struct Phone {
    process: Process,
    /// All that it has said.
    said: Vec<String>,
    /// Where the present chapter of the story begins in that.
    chapter: usize,
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
        let process = Process::spawn("phone", command, folder)?;
        let mut phone = Self {
            process,
            said: Vec::new(),
            chapter: 0,
        };
        phone.says("ready").await?;
        Ok(phone)
    }

    /// Does something, as `phone.mjs` lists it; from now on only what comes after it counts.
    ///
    /// # Errors
    /// When the phone no longer reads.
    pub async fn does(&mut self, what: &str) -> Result<()> {
        self.chapter = self.said.len();
        self.process.say(what).await
    }

    /// Waits until it says a line that begins with this; gives what follows. In a chapter each line can be found as often
    /// as it is asked for.
    ///
    /// # Errors
    /// When it does not in time; with all it said in this chapter.
    pub async fn says(&mut self, beginning: &str) -> Result<String> {
        self.finds(beginning, |line| {
            line.strip_prefix(beginning)
                .map(|rest| rest.trim_start().to_owned())
        })
        .await
    }

    /// Waits until the screen shows this, among other things.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn shows(&mut self, text: &str) -> Result<()> {
        self.finds(text, |line| {
            line.strip_prefix("shows ")
                .and_then(|screen| screen.contains(text).then_some(()))
        })
        .await
    }

    /// Waits until a counter of the player has gone up to so many since the last change of its program.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn counts(&mut self, counter: &str, goal: u64) -> Result<()> {
        let prefix = format!("player {counter} ");
        self.finds(&prefix, |line| {
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
        Ok(self.says("player plays into ").await?.into())
    }

    /// How often it has said a line that begins with this, in this chapter.
    pub fn count(&self, beginning: &str) -> usize {
        let lines = self.said[self.chapter..].iter();
        lines.filter(|line| line.starts_with(beginning)).count()
    }

    /// Turns it off.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn off(mut self) -> Result<()> {
        self.process.hang_up();
        tokio::time::timeout(PATIENCE, self.process.ended())
            .await
            .with_context(|| format!("the phone does not end\n{}", self.process.tail()))
    }

    async fn finds<T>(&mut self, what: &str, pick: impl Fn(&str) -> Option<T>) -> Result<T> {
        let deadline = Instant::now() + PATIENCE;
        let mut next = self.chapter;
        loop {
            while next < self.said.len() {
                if let Some(found) = pick(&self.said[next]) {
                    return Ok(found);
                }
                next += 1;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.process.line("", left).await {
                Ok(line) => self.said.push(line),
                Err(error) => bail!(
                    "the phone has not said '{what}': {error}\nit said:\n{}",
                    self.said[self.chapter..].join("\n")
                ),
            }
        }
    }
}
