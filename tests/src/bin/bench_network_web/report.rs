//! How it is told.

use crate::call::{Outcome, Row};
use anyhow::{Context, Result, bail};
use counterpart_network::cells::Cell;
use counterpart_network::plot;
use counterpart_network::report::{Summary, between};
use serde::Serialize;
use std::fmt;
use std::fs;
use std::path::Path;

/// What stands before and behind the table in `network.md`.
const MARKS: [&str; 2] = ["<!-- web table -->\n", "<!-- end of web table -->"];

/// What the columns are.
pub(crate) const HEAD: &str = "\
| cell | row | delay p50 ms | p95 | p99 | freezes /min | s/min | % | pictures % | kbit/s | SSIM | sound p50 ms | p95 | sound in time % | concealed % | bytes ÷ media | queue p95 ms | used % | redialled |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|";

/// One call.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Line {
    /// What is in no other field: of the two directions each figure is the worse one's.
    #[serde(flatten)]
    summary: Summary,
    /// Share of the sound that WebRTC's player says that it concealed; nobody counts it for ours.
    concealed_by_player: Option<f64>,
    /// How often a page lost its connection and made another.
    redialled: u64,
}

impl Line {
    pub(crate) fn of(cell: &Cell, row: Row, outcome: Outcome) -> Self {
        Self {
            summary: Summary::of(&cell.name, row.name(), vec![outcome.run]),
            concealed_by_player: outcome.concealed,
            redialled: outcome.redialled,
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Summary {
            cell,
            row,
            delay,
            sound_delay,
            ..
        } = &self.summary;
        let s = &self.summary;
        let (delay, sound) = (delay.unwrap_or_default(), sound_delay.unwrap_or_default());
        let percent = |share: Option<f64>, digits: usize| {
            share.map_or(String::new(), |s| format!("{:.digits$}", s * 100.0))
        };
        let ssim = s.ssim.map_or(String::new(), |ssim| format!("{ssim:.3}"));
        let queue = s.queue.map_or(String::new(), |q| format!("{:.0}", q.p95));
        write!(
            f,
            "| {cell} | {row} | {:.0} | {:.0} | {:.0} | {:.1} | {:.1} | {:.2} | {:.1} | {:.0} | {ssim} | {:.0} | {:.0} | {:.1} | {} | {:.2} | {queue} | {} | {} |",
            delay.p50,
            delay.p95,
            delay.p99,
            s.freezes_per_minute,
            s.frozen_per_minute,
            s.freeze_ratio * 100.0,
            s.shown * 100.0,
            s.bitrate / 1000.0,
            sound.p50,
            sound.p95,
            s.in_time * 100.0,
            percent(self.concealed_by_player, 2),
            s.overhead,
            percent(s.used, 0),
            self.redialled,
        )
    }
}

/// Puts table, plots and figures where they are read.
pub(crate) fn publish(folder: &Path, lines: &[Line]) -> Result<()> {
    let write = |name: &str, content: &[u8]| {
        let file = folder.join(name);
        fs::write(&file, content).with_context(|| file.display().to_string())
    };
    let summaries: Vec<Summary> = lines.iter().map(|line| line.summary.clone()).collect();
    for (name, svg) in plot::all("network-web", &summaries) {
        write(&name, svg.as_bytes())?;
    }
    write("network-web.json", &serde_json::to_vec_pretty(lines)?)?;
    let rows = lines.iter().map(|line| format!("\n{line}"));
    let table: String = [HEAD.to_owned()].into_iter().chain(rows).collect();
    let text = fs::read_to_string(folder.join("network.md"))?;
    let Some(text) = between(&text, MARKS, &table) else {
        bail!("network.md has no place for the table: {MARKS:?}");
    };
    write("network.md", text.as_bytes())
}
