//! Figures: how delays are spread, what a process uses, and where reports go.

use crate::process::Process;
use crate::system::top;
use anyhow::{Context, Result};
pub use counterpart_native::play::Spread;
use serde::Serialize;
use std::fs;
use std::time::Duration;

/// Count and four values of a spread, in columns.
pub fn row(spread: &Spread) -> String {
    let Spread {
        count,
        p50,
        p95,
        p99,
        max,
        ..
    } = spread;
    format!("{count:>7} {p50:>8.2} {p95:>8.2} {p99:>8.2} {max:>8.2}")
}

/// What a process has used so far.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    /// Time on any core.
    pub cpu: Duration,
    /// Resident memory.
    pub memory_bytes: u64,
}

/// What a child process has used so far, as /proc says.
///
/// # Errors
/// When it has ended.
pub fn usage(process: &Process) -> Result<Usage> {
    let id = process.id().context("the process has ended")?;
    usage_of(&id.to_string())
}

/// What this process has used so far.
///
/// # Errors
/// When there is no /proc.
pub fn own_usage() -> Result<Usage> {
    usage_of("self")
}

fn usage_of(id: &str) -> Result<Usage> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat"))?;
    let after_name = stat.rsplit_once(')').context("/proc/PID/stat")?.1;
    let field = |index: usize| {
        after_name
            .split_whitespace()
            .nth(index)
            .and_then(|f| f.parse::<u64>().ok())
    };
    // Fields 14 and 15 of proc(5), in ticks of 10 ms; the first after the name is field 3.
    let ticks = field(11).context("utime")? + field(12).context("stime")?;
    let status = fs::read_to_string(format!("/proc/{id}/status"))?;
    let resident = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .context("VmRSS")?;
    let kilobytes: u64 = resident.trim().trim_end_matches(" kB").parse()?;
    Ok(Usage {
        cpu: Duration::from_millis(ticks * 10),
        memory_bytes: kilobytes * 1024,
    })
}

/// Writes `target/report/NAME.json`.
///
/// # Errors
/// When it cannot be written.
pub fn write_report(name: &str, report: &impl Serialize) -> Result<()> {
    let folder = top()?.join("target/report");
    fs::create_dir_all(&folder)?;
    let file = folder.join(format!("{name}.json"));
    fs::write(&file, serde_json::to_vec_pretty(report)?)
        .with_context(|| format!("cannot write {}", file.display()))
}
