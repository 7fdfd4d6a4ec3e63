//! A program that is talked to line by line, and what it has told, chapter by chapter.

use crate::process::Process;
use crate::system::PATIENCE;
use anyhow::{Context, Result, bail};
use tokio::time::Instant;

/// The program, and all that it has said.
pub struct Told {
    process: Process,
    said: Vec<String>,
    /// Where the present chapter of the story begins in that.
    chapter: usize,
}

impl Told {
    /// Listens to this program.
    pub fn by(process: Process) -> Self {
        Self {
            process,
            said: Vec::new(),
            chapter: 0,
        }
    }

    /// Says a line to it; from now on only what comes after it counts.
    ///
    /// # Errors
    /// When it no longer reads.
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

    /// Waits until its screen shows this, among other things.
    ///
    /// # Errors
    /// As [`says`](Self::says).
    pub async fn shows(&mut self, text: &str) -> Result<()> {
        self.finds(text, |line| {
            line.strip_prefix("shows ")
                .and_then(|screen| screen.contains(text).then_some(()))
        })
        .await
    }

    /// Waits for the first line that `pick` takes.
    ///
    /// # Errors
    /// As [`says`](Self::says).
    pub async fn finds<T>(&mut self, what: &str, pick: impl Fn(&str) -> Option<T>) -> Result<T> {
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
                    "it has not said '{what}': {error}\nit said:\n{}",
                    self.said[self.chapter..].join("\n")
                ),
            }
        }
    }

    /// How often it has said a line that begins with this, in this chapter.
    pub fn count(&self, beginning: &str) -> usize {
        let lines = self.said[self.chapter..].iter();
        lines.filter(|line| line.starts_with(beginning)).count()
    }

    /// Closes its input, and waits until it ends.
    ///
    /// # Errors
    /// When it does not.
    pub async fn off(mut self) -> Result<()> {
        self.process.hang_up();
        tokio::time::timeout(PATIENCE, self.process.ended())
            .await
            .with_context(|| format!("it does not end\n{}", self.process.tail()))
    }
}
