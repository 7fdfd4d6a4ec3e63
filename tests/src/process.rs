//! A child process whose output goes to a log file and can be waited for.

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;

/// A running program. Dropping it kills it.
pub struct Process {
    name: String,
    child: Child,
    log: PathBuf,
    lines: mpsc::UnboundedReceiver<String>,
}

impl Process {
    /// Starts `command`; what it prints is appended to `folder/name.log`.
    ///
    /// # Errors
    /// When the log cannot be opened or the program cannot be started.
    pub fn spawn(name: &str, mut command: Command, folder: &Path) -> Result<Self> {
        let log = folder.join(format!("{name}.log"));
        let file = File::options()
            .create(true)
            .append(true)
            .open(&log)
            .with_context(|| format!("cannot write {}", log.display()))?;
        let file = Arc::new(Mutex::new(file));
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            // Ctrl-C is for whoever started it, who then ends it in order.
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start {name}: {:?}", command.as_std()))?;
        let (sender, lines) = mpsc::unbounded_channel();
        let stdout = child.stdout.take().context("stdout is piped")?;
        let stderr = child.stderr.take().context("stderr is piped")?;
        copy(stdout, Arc::clone(&file), Some(sender));
        copy(stderr, file, None);
        let name = name.to_owned();
        Ok(Self {
            name,
            child,
            log,
            lines,
        })
    }

    /// Its process id, while it runs.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Where its output goes.
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Waits for a line on its standard output that starts with `prefix`; returns what follows.
    ///
    /// # Errors
    /// When it does not come `within` the time or the program ends first; with the end of its log.
    pub async fn line(&mut self, prefix: &str, within: Duration) -> Result<String> {
        let wait = async {
            while let Some(line) = self.lines.recv().await {
                if let Some(rest) = line.strip_prefix(prefix) {
                    return Some(rest.to_owned());
                }
            }
            None
        };
        match tokio::time::timeout(within, wait).await {
            Ok(Some(rest)) => Ok(rest),
            Ok(None) => bail!(
                "{} ended before it said '{prefix}'\n{}",
                self.name,
                self.tail()
            ),
            Err(_) => bail!(
                "{} has not said '{prefix}' in {within:?}\n{}",
                self.name,
                self.tail()
            ),
        }
    }

    /// Writes a line to its standard input.
    ///
    /// # Errors
    /// When it no longer reads.
    pub async fn say(&mut self, line: &str) -> Result<()> {
        let input = self
            .child
            .stdin
            .as_mut()
            .context("its standard input is closed")?;
        let written = input.write_all(format!("{line}\n").as_bytes()).await;
        written.with_context(|| format!("{} no longer reads", self.name))
    }

    /// Closes its standard input.
    pub fn hang_up(&mut self) {
        self.child.stdin = None;
    }

    /// The last lines of its log.
    pub fn tail(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// Waits until it ends by itself.
    pub async fn ended(&mut self) {
        let _ = self.child.wait().await;
    }

    /// Ends it at once, as a power cut would (SIGKILL).
    ///
    /// # Errors
    /// When the system refuses.
    pub async fn kill(&mut self) -> Result<()> {
        self.child
            .kill()
            .await
            .with_context(|| format!("cannot kill {}", self.name))
    }

    /// Asks it to end (SIGTERM) and waits.
    ///
    /// # Errors
    /// When it has not ended `within` the time.
    pub async fn stop(&mut self, within: Duration) -> Result<ExitStatus> {
        if let Some(id) = self
            .child
            .id()
            .and_then(|id| Pid::from_raw(id.cast_signed()))
        {
            kill_process(id, Signal::TERM)?;
        }
        tokio::time::timeout(within, self.child.wait())
            .await
            .with_context(|| format!("{} did not stop in {within:?}\n{}", self.name, self.tail()))?
            .with_context(|| format!("cannot wait for {}", self.name))
    }
}

fn copy<R>(from: R, file: Arc<Mutex<File>>, lines: Option<mpsc::UnboundedSender<String>>)
where
    R: AsyncRead + Unpin + Send + 'static,
{
    tokio::spawn(async move {
        let mut from = BufReader::new(from).lines();
        while let Ok(Some(line)) = from.next_line().await {
            if let Ok(mut file) = file.lock() {
                let _ = writeln!(file, "{line}");
            }
            if let Some(lines) = &lines {
                let _ = lines.send(line);
            }
        }
    });
}
