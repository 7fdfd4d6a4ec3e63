//! `make bench-network-tcp`: calls over RTMP, and by RTMP and HTTP-FLV, on bad networks, and one over QUIC beside a download, in real time, with the kernel's own
//! TCP. The method stands in `docs/network.md`.

use anyhow::{Context, Result, bail};
use clap::Parser;
use counterpart_network::cells::{self, Cell};
use counterpart_network::report::{HEAD, Summary, between};
use counterpart_network::{Clip, Load, able, run_in_tunnel};
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// Where this repository stands.
const TOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// What is tried of TCP's congestion control.
const CONGESTION: [&str; 2] = ["reno", "bbr"];

/// Calls that go on beside each other, each in namespaces of its own: one takes a twelfth of a core.
const AT_ONCE: usize = 4;

/// What is measured: media so carried, with TCP so controlled.
#[derive(Clone, Copy)]
struct Row {
    name: &'static str,
    load: Load,
    congestion: &'static str,
}

/// All of them.
const ROWS: [Row; 7] = [
    row("ours, RTMP, Reno", Load::Rtmp, "reno"),
    row("ours, RTMP, BBR", Load::Rtmp, "bbr"),
    row("ours, HTTP-FLV, Reno", Load::HttpFlv, "reno"),
    row("ours, HTTP-FLV, BBR", Load::HttpFlv, "bbr"),
    row("ours, RTMP to QUIC, Reno", Load::RtmpToQuic, "reno"),
    row("ours, QUIC, Reno beside", Load::QuicBesideDownload, "reno"),
    row("ours, QUIC, BBR beside", Load::QuicBesideDownload, "bbr"),
];

const fn row(name: &'static str, load: Load, congestion: &'static str) -> Row {
    Row {
        name,
        load,
        congestion,
    }
}

/// The cell of RTMP at both ends alone: it tells of the kernel's TCP.
const RTMP_ONLY: &str = "jitter 30 ± 30 ms";

/// The cells.
const CELLS: [&str; 9] = [
    "loss 0 %, 100 ms",
    "loss 2 %, 100 ms",
    "loss 5 %, 100 ms",
    "loss 10 %, 100 ms",
    "300 kbit/s",
    "500 kbit/s",
    RTMP_ONLY,
    "1 s outage",
    "5 s outage",
];

/// What stands before and behind the table in `network.md`.
const MARKS: [&str; 2] = ["<!-- tcp table -->\n", "<!-- end of tcp table -->"];

/// Calls over RTMP on bad networks, in real time.
#[derive(Debug, Parser)]
struct Args {
    /// Only cells whose name has this in it.
    #[arg(long, default_value = "")]
    cells: String,
    /// Only this row.
    #[arg(long)]
    row: Option<String>,
    /// How long each call is measured; as long as the cell says, unless given.
    #[arg(long)]
    seconds: Option<u64>,
    /// Decides the weather.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The folder of `network.md`: the figures go beside it, the table into it.
    #[arg(long)]
    docs: Option<PathBuf>,
}

/// One call.
#[derive(Serialize)]
struct Line {
    #[serde(flatten)]
    summary: Summary,
    /// From the end of the outage until a picture was at live again, in milliseconds.
    back_ms: Option<u128>,
    /// What a download beside it got, in kilobits per second.
    download_kbps: Option<f64>,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let clip = Arc::new(Clip::make(&Path::new(TOP).join("target/lab"))?);
    let head = head();
    println!("{head}");
    let mut lines = Vec::new();
    let able: Vec<_> = CONGESTION.into_iter().filter(is_able).collect();
    for some in chosen(&args, &able).chunks(AT_ONCE) {
        let run = |(cell, row): &(Cell, Row)| Line::of(cell, *row, args.seed, &clip);
        let some: Vec<Result<Line>> = thread::scope(|scope| {
            let calls = some.iter().map(|one| scope.spawn(move || run(one)));
            let calls: Vec<_> = calls.collect();
            let ended = calls.into_iter().map(|call| call.join());
            ended
                .map(|line| line.unwrap_or_else(|_| bail!("a call panicked")))
                .collect()
        });
        for line in some {
            let line = line?;
            println!("{}", line.text());
            lines.push(line);
        }
    }
    let report = serde_json::to_vec_pretty(&lines)?;
    let folder = Path::new(TOP).join("target/report");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("network-tcp.json"), &report)?;
    if let Some(folder) = &args.docs {
        fs::write(folder.join("network-tcp.json"), &report)?;
        let file = folder.join("network.md");
        let rows = lines.iter().map(|line| format!("\n{}", line.text()));
        let table: String = [head].into_iter().chain(rows).collect();
        let Some(text) = between(&fs::read_to_string(&file)?, MARKS, &table) else {
            bail!("network.md has no place for the table: {MARKS:?}");
        };
        fs::write(file, text)?;
    }
    Ok(())
}

/// Whether this machine can; says why not.
fn is_able(congestion: &&'static str) -> bool {
    let tried = able(congestion);
    if let Err(error) = &tried {
        println!(
            "No rows with {congestion}: they take root, TUN devices, network namespaces and iproute2 ({error:#})."
        );
    }
    tried.is_ok()
}

fn chosen(args: &Args, able: &[&str]) -> Vec<(Cell, Row)> {
    let named = |row: &&Row| args.row.as_deref().is_none_or(|name| name == row.name);
    let rows = ROWS.iter().filter(|row| able.contains(&row.congestion));
    let rows: Vec<&Row> = rows.filter(named).collect();
    let cells = cells::all().into_iter();
    let cells = cells.filter(|cell| CELLS.contains(&cell.name.as_str()));
    let mut tries = Vec::new();
    for mut cell in cells.chain([cells::shared()]) {
        cell.length = args.seconds.map_or(cell.length, Duration::from_secs);
        let its = rows.iter().filter(|row| has(&cell.name, row.load));
        tries.extend(its.map(|row| (cell.clone(), **row)));
    }
    tries.retain(|(cell, _)| cell.name.contains(&args.cells));
    tries
}

/// Whether a cell has rows of this.
fn has(cell: &str, load: Load) -> bool {
    match load {
        Load::Rtmp => CELLS.contains(&cell),
        Load::HttpFlv | Load::RtmpToQuic => CELLS.contains(&cell) && cell != RTMP_ONLY,
        Load::QuicBesideDownload => !CELLS.contains(&cell),
    }
}

/// The columns of the virtual rows, and two more.
fn head() -> String {
    HEAD.replace("\n|", " at live after ms | download kbit/s |\n|") + "---|---|"
}

impl Line {
    /// Runs a call.
    fn of(cell: &Cell, row: Row, seed: u64, clip: &Arc<Clip>) -> Result<Self> {
        let call = run_in_tunnel(cell, (row.load, row.congestion), seed, clip);
        let call = call.with_context(|| cell.name.clone())?;
        Ok(Self {
            summary: Summary::of(&cell.name, row.name, vec![call.run]),
            back_ms: call.back.map(|back| back.as_millis()),
            download_kbps: call.download.map(|bits| bits / 1000.0),
        })
    }

    fn text(&self) -> String {
        let back = self.back_ms.map_or(String::new(), |ms| ms.to_string());
        let download = self.download_kbps;
        let download = download.map_or(String::new(), |kbps| format!("{kbps:.0}"));
        format!("{} {back} | {download} |", self.summary.line())
    }
}
