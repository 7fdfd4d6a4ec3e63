//! Figures: how delays are spread, what a process uses, and where reports go.

use crate::process::Process;
use crate::system::top;
use anyhow::{Context, Result};
use serde::Serialize;
use std::fs;
use std::time::Duration;

/// How a set of values is spread.
#[derive(Debug, Clone, Serialize)]
pub struct Spread {
    /// How many there are.
    pub count: usize,
    /// Half are no larger.
    pub p50: f64,
    /// 95 of 100 are no larger.
    pub p95: f64,
    /// 99 of 100 are no larger.
    pub p99: f64,
    /// The largest.
    pub max: f64,
}

impl Spread {
    /// Of these values; all zero when there are none.
    pub fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let index = (values.len() as f64 * share) as usize;
            values.get(index).or(values.last()).copied().unwrap_or(0.0)
        };
        Self {
            count: values.len(),
            p50: at(0.50),
            p95: at(0.95),
            p99: at(0.99),
            max: at(1.0),
        }
    }

    /// Count and the four values, in columns.
    pub fn row(&self) -> String {
        let Self {
            count,
            p50,
            p95,
            p99,
            max,
        } = self;
        format!("{count:>7} {p50:>8.2} {p95:>8.2} {p99:>8.2} {max:>8.2}")
    }
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
