//! `make call`: the whole system, one recorded call of two native clients at a desk, and the end.

use anyhow::{Context, Result, bail};
use clap::Parser;
use counterpart_native::party::{PartyReport, Step};
use counterpart_tests::figures::write_report;
use counterpart_tests::scripted::{CallReport, STEPS, call_at_desk, is};
use counterpart_tests::system::{Options, PATIENCE, System, top};
use std::fs;
use std::time::Duration;
use tokio::sync::mpsc;

#[derive(Parser)]
struct Args {
    /// How long the parties talk after the seven steps.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    if !(2..=3600).contains(&args.seconds) {
        bail!("--seconds {}: 2 to 3600", args.seconds);
    }
    let folder = top()?.join("run/call");
    // Each call starts from nothing; what it leaves can be looked at until the next one.
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot clear {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    println!("call: starting the edge (workerd) and a media node…  正在启动");
    let mut system = System::start(Options::new(&folder)).await?;
    println!(
        "call: the two parties talk for {} s after the seven steps",
        args.seconds
    );
    let (told, steps) = mpsc::unbounded_channel();
    let printing = tokio::spawn(print_steps(steps));
    let report = call_at_desk(&system, Duration::from_secs(args.seconds), told).await;
    let report = report.with_context(|| format!("logs are in {}", folder.display()))?;
    printing.await?;
    system.node.stop(PATIENCE).await?;
    system.edge.stop(PATIENCE).await?;
    print(&report);
    write_report("call", &report)?;
    println!("the same as JSON: target/report/call.json");
    if !report.faults.is_empty() {
        bail!(
            "the call was not as it should be:\n  {}",
            report.faults.join("\n  ")
        );
    }
    println!("call: good  通话正常");
    Ok(())
}

async fn print_steps(mut steps: mpsc::UnboundedReceiver<Step>) {
    while let Some(step) = steps.recv().await {
        if STEPS.iter().any(|wanted| is(&step, wanted)) {
            println!(
                "  step {}  {:<7} {:<13} {:>7.0} ms",
                step.number, step.party, step.name, step.ms
            );
        }
    }
}

fn print(report: &CallReport) {
    println!(
        "\n{:<18} {:>6} {:>9} {:>8} {:>8} {:>8} {:>11}",
        "direction", "sent", "delivered", "p50 ms", "p95 ms", "max ms", "audio gaps"
    );
    direction("caller -> callee", &report.caller, &report.callee);
    direction("callee -> caller", &report.callee, &report.caller);
    println!(
        "frame delay: from capture to the decoded picture in the player's hands, coding included"
    );
    println!(
        "node: {:.1} % of a core, {:.0} MB for this call, recording included\n",
        report.node_cpu_percent,
        report.node_memory_bytes as f64 / 1e6
    );
    println!("recordings in run/call/recordings/node-1:");
    for judged in &report.files {
        let verdict = judged.complaint.as_deref().unwrap_or("decodes");
        println!(
            "  {:<42} {:>9} bytes {:>7.2} s  {verdict}",
            judged.file.path, judged.file.bytes, judged.seconds
        );
    }
}

fn direction(name: &str, from: &PartyReport, to: &PartyReport) {
    let sent: u64 = from.published.iter().map(|sent| sent.pictures).sum();
    for seen in &to.played {
        let delay = seen.frame_delay.unwrap_or_default();
        println!(
            "{name:<18} {sent:>6} {:>9} {:>8.1} {:>8.1} {:>8.1} {:>11}",
            seen.pictures, delay.p50, delay.p95, delay.max, seen.audio_gaps
        );
    }
}
