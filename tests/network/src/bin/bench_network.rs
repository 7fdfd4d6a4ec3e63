//! `make bench-network`: calls over bad networks, in virtual time. The method stands in `docs/network.md`.

use anyhow::{Context, Result, anyhow, bail};
use clap::Parser;
use counterpart_network::cells::{self, Cell};
use counterpart_network::figures::Run;
use counterpart_network::report::{Summary, between, head, table};
use counterpart_network::{Clip, ROWS, Row, plot, run};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Where this repository stands.
const TOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Calls over bad networks, in virtual time.
#[derive(Debug, Parser)]
struct Args {
    /// A few cells that span the table.
    #[arg(long)]
    quick: bool,
    /// Only cells whose name has this in it.
    #[arg(long, default_value = "")]
    cells: String,
    /// Only this row.
    #[arg(long)]
    row: Option<String>,
    /// Calls of each cell, each with a seed of its own.
    #[arg(long, default_value_t = 3)]
    seeds: u64,
    /// The same for the rows that are there to compare with; as many unless given.
    #[arg(long)]
    seeds_of_others: Option<u64>,
    /// Calls at a time.
    #[arg(long, default_value_t = 2)]
    jobs: usize,
    /// The folder of `network.md`: the plots and the summaries go beside it, the table into it.
    #[arg(long)]
    docs: Option<PathBuf>,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let begin = Instant::now();
    let clip = Arc::new(Clip::make(&Path::new(TOP).join("target/lab"))?);
    let cells = cells::all().into_iter();
    let cells = cells.filter(|cell| (cell.quick || !args.quick) && cell.name.contains(&args.cells));
    let rows = ROWS
        .iter()
        .filter(|row| args.row.as_deref().is_none_or(|name| row.name == name));
    let rows: Vec<Row> = rows.copied().collect();
    println!("{}", head());
    let mut summaries = Vec::new();
    for cell in cells {
        for row in &rows {
            let runs = measure(&cell, *row, &args, &clip)?;
            let summary = Summary::of(&cell.name, row.name, runs);
            println!("{}", summary.virtual_line());
            summaries.push(summary);
        }
    }
    let folder = Path::new(TOP).join("target/report");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("network.json"), serde_json::to_vec(&summaries)?)?;
    if let Some(folder) = &args.docs {
        publish(folder, &summaries)?;
    }
    eprintln!("{:.0} seconds", begin.elapsed().as_secs_f64());
    Ok(())
}

/// What stands before and behind the table in `network.md`.
const MARKS: [&str; 2] = ["<!-- table -->\n", "<!-- end of table -->"];

/// Puts table, plots and summaries where they are read.
fn publish(folder: &Path, summaries: &[Summary]) -> Result<()> {
    let write = |name: &str, content: &[u8]| {
        let file = folder.join(name);
        fs::write(&file, content).with_context(|| file.display().to_string())
    };
    for (name, svg) in plot::all("network", summaries) {
        write(&name, svg.as_bytes())?;
    }
    let each: Vec<_> = summaries.iter().map(Summary::without_calls).collect();
    write("network.json", &serde_json::to_vec_pretty(&each)?)?;
    let text = fs::read_to_string(folder.join("network.md"))?;
    let Some(text) = between(&text, MARKS, &table(summaries)) else {
        bail!("network.md has no place for the table: {MARKS:?}");
    };
    write("network.md", text.as_bytes())
}

/// One call for each seed, some at a time.
fn measure(cell: &Cell, row: Row, args: &Args, clip: &Arc<Clip>) -> Result<Vec<Run>> {
    let seeds = match row == ROWS[0] {
        true => args.seeds,
        false => args.seeds_of_others.unwrap_or(args.seeds),
    };
    let waiting = Mutex::new(1..=seeds);
    let next = || {
        waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next()
    };
    let work = || -> Result<Vec<Run>> {
        let mut runs = Vec::new();
        while let Some(seed) = next() {
            let what = || format!("{}, {}, seed {seed}", cell.name, row.name);
            runs.push(run(cell, row, seed, clip).with_context(what)?);
        }
        Ok(runs)
    };
    std::thread::scope(|scope| {
        let jobs: Vec<_> = (0..args.jobs).map(|_| scope.spawn(work)).collect();
        let mut runs = Vec::new();
        for job in jobs {
            runs.extend(job.join().map_err(|_| anyhow!("a call panicked"))??);
        }
        Ok(runs)
    })
}
