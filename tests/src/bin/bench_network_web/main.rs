//! `make bench-network-web`: calls of a real Chromium over bad networks, in real time, through the lab's own link: this product over
//! WebTransport, and WebRTC of the same Chromium. The method stands in `docs/network.md`.

mod call;
mod description;
mod link;
mod report;
mod senses;

use anyhow::{Context, Result, ensure};
use call::{Call, ROWS, Row};
use clap::Parser;
use counterpart_network::cells::{self, Cell};
use counterpart_tests::figures::write_report;
use counterpart_tests::media_pages::MediaPages;
use counterpart_tests::system::{Options, System};
use report::{HEAD, Line};
use serde_json::json;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The cells, which span the table of the virtual rows.
const CELLS: [&str; 16] = [
    "loss 0 %, 100 ms",
    "loss 5 %, 100 ms",
    "loss 10 %, 100 ms",
    "loss 20 %, 100 ms",
    "loss 30 %, 100 ms",
    "loss 50 %, 100 ms",
    "loss 10 %, 200 ms",
    "loss 10 % at both ends",
    "bursts of 5, 10 %",
    "300 kbit/s",
    "500 kbit/s",
    "1,500 ↓ 300 ↑ kbit/s",
    "jitter 30 ± 30 ms",
    "jitter 30 ± 30 ms, out of order",
    "1 s outage",
    "5 s outage",
];

/// A few of them.
const QUICK: [&str; 3] = ["loss 0 %, 100 ms", "loss 10 %, 100 ms", "300 kbit/s"];

/// Milliseconds from one beep to the next.
const BEEPS: u64 = 250;

/// Calls of a real Chromium over bad networks, in real time.
#[derive(Debug, Parser)]
struct Args {
    /// A few cells.
    #[arg(long)]
    quick: bool,
    /// Only cells whose name has this in it.
    #[arg(long, default_value = "")]
    cells: String,
    /// WebRTC with the codec that we have, too.
    #[arg(long)]
    h264: bool,
    /// Only this row.
    #[arg(long)]
    row: Option<String>,
    /// How long each call is measured; as long as the cell says, unless given.
    #[arg(long)]
    seconds: Option<u64>,
    /// Decides the weather.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The folder of `network.md`: the plots and the figures go beside it, the table into it.
    #[arg(long)]
    docs: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    let begin = Instant::now();
    let folder = tempfile::tempdir()?;
    let system = System::start(Options::new(folder.path())).await?;
    // The relay needs to know where a page is, not a name for it.
    let flags = "--disable-features=WebRtcHideLocalIpsWithMdns";
    let mut pages = MediaPages::open_with(&["ann", "ben"], flags, folder.path()).await?;
    for page in ["ann", "ben"] {
        pages.tell(page, "open", json!([true, 30, BEEPS])).await?;
    }
    println!("{HEAD}");
    let mut lines = Vec::new();
    for cell in chosen(&args)? {
        for row in rows(&args) {
            let what = || format!("{}, {}", cell.name, row.name());
            let line = measure(&system, &mut pages, &cell, row, args.seed)
                .await
                .with_context(what)?;
            println!("{line}");
            lines.push(line);
        }
    }
    pages.close().await?;
    write_report("network-web", &lines)?;
    if let Some(folder) = &args.docs {
        report::publish(folder, &lines)?;
    }
    eprintln!("{:.0} seconds", begin.elapsed().as_secs_f64());
    Ok(())
}

fn chosen(args: &Args) -> Result<Vec<Cell>> {
    let names: &[&str] = if args.quick { &QUICK } else { &CELLS };
    let known: Vec<Cell> = cells::all();
    let missing = names
        .iter()
        .find(|name| known.iter().all(|cell| cell.name != **name));
    ensure!(missing.is_none(), "the lab has no cell {missing:?}");
    let chosen = known
        .into_iter()
        .filter(|cell| names.contains(&cell.name.as_str()) && cell.name.contains(&args.cells));
    let length = |mut cell: Cell| {
        cell.length = args.seconds.map_or(cell.length, Duration::from_secs);
        cell
    };
    Ok(chosen.map(length).collect())
}

/// What is measured of each cell.
fn rows(args: &Args) -> impl Iterator<Item = Row> {
    let named = |row: &Row| args.row.as_deref().is_some_and(|name| name == row.name());
    let usual = |row: &Row| args.row.is_none() && (args.h264 || *row != Row::WebRtcH264);
    ROWS.into_iter().filter(move |row| named(row) || usual(row))
}

/// One call.
async fn measure(
    system: &System,
    pages: &mut MediaPages,
    cell: &Cell,
    row: Row,
    seed: u64,
) -> Result<Line> {
    let call = Call::dial(system, pages, cell, row).await?;
    let seen = call.watch(pages, cell, seed).await;
    for page in ["ann", "ben"] {
        pages.tell(page, "stop", json!([])).await?;
    }
    Ok(Line::of(cell, row, seen?))
}
