//! The one who kills workerd.

use super::plan::{CALLERS, KILLS};
use anyhow::{Context, Result};
use counterpart_tests::system::System;
use tokio::sync::watch;

/// Kills workerd (SIGKILL) and starts it again on the same folder, [`KILLS`] times, each time when so many more callers
/// are through. Gives how often that was.
pub(super) async fn kill(system: &mut System, mut through: watch::Receiver<u64>) -> Result<usize> {
    for number in 1..=KILLS {
        let when = CALLERS * number as u64 / (KILLS as u64 + 1);
        through.wait_for(|through| *through >= when).await?;
        system.edge.kill().await?;
        let again = system.restart_edge().await;
        again.with_context(|| format!("workerd after kill {number}"))?;
    }
    Ok(KILLS)
}
