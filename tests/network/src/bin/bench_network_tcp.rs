//! `make bench-network-tcp`: calls over RTMP on bad networks, in real time, with the kernel's own TCP. The method stands in
//! `docs/network.md`.

use anyhow::{Context, Result, bail};
use clap::Parser;
use counterpart_network::cells::{self, Cell};
use counterpart_network::report::{HEAD, Summary, between};
use counterpart_network::{Clip, able, run_over_tcp};
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Where this repository stands.
const TOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// What the rows are called.
const ROW: &str = "ours, RTMP over TCP";

/// The cells.
const CELLS: [&str; 9] = [
    "loss 0 %, 100 ms",
    "loss 2 %, 100 ms",
    "loss 5 %, 100 ms",
    "loss 10 %, 100 ms",
    "300 kbit/s",
    "500 kbit/s",
    "jitter 30 ± 30 ms",
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
}

fn main() -> Result<()> {
    let args = Args::parse();
    if let Err(error) = able() {
        println!(
            "No rows over TCP: they take root, TUN devices, network namespaces and iproute2 ({error:#})."
        );
        return Ok(());
    }
    let clip = Arc::new(Clip::make(&Path::new(TOP).join("target/lab"))?);
    let head = head();
    println!("{head}");
    let mut lines = Vec::new();
    for cell in chosen(&args) {
        let call = run_over_tcp(&cell, args.seed, &clip).with_context(|| cell.name.clone())?;
        let line = Line {
            summary: Summary::of(&cell.name, ROW, vec![call.run]),
            back_ms: call.back.map(|back| back.as_millis()),
        };
        println!("{}", line.text());
        lines.push(line);
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

fn chosen(args: &Args) -> impl Iterator<Item = Cell> {
    let cells = cells::all().into_iter();
    let chosen = cells.filter(|cell| CELLS.contains(&cell.name.as_str()));
    chosen
        .filter(|cell| cell.name.contains(&args.cells))
        .map(|mut cell| {
            cell.length = args.seconds.map_or(cell.length, Duration::from_secs);
            cell
        })
}

/// The columns of the virtual rows, and one more.
fn head() -> String {
    HEAD.replace("\n|", " at live after ms |\n|") + "---|"
}

impl Line {
    fn text(&self) -> String {
        let back = self.back_ms.map_or(String::new(), |ms| ms.to_string());
        format!("{} {back} |", self.summary.line())
    }
}
