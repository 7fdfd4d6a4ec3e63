//! `counterpart play`.

use super::args::Play;
use super::{stop_after, table};
use anyhow::{Context, Result, bail};
use counterpart_native::{End, play};

pub(super) async fn run(wish: Play, json: bool) -> Result<()> {
    let mut options = wish.keep.options();
    options.stop = stop_after(wish.seconds);
    let report = play(&wish.url, options)
        .await
        .with_context(|| format!("cannot play {}", wish.url.redacted()))?;
    if json {
        table::print_json(&report)?;
    } else {
        table::played(&report).print();
    }
    for fault in &report.faults {
        eprintln!("counterpart: {fault}");
    }
    match report.end {
        End::Failed(reason) => bail!("the stream broke off: {reason}"),
        _ if report.pictures + report.sounds == 0 => bail!("nothing was played"),
        _ => Ok(()),
    }
}
