//! The seven steps by name, between two native clients over QUIC.

use anyhow::Result;
use counterpart_shared::id::Party;
use counterpart_tests::scripted::{STEPS, call_at_desk};
use counterpart_tests::system::running;
use std::time::Duration;
use tokio::sync::mpsc;

#[tokio::test(flavor = "multi_thread")]
async fn two_native_clients_meet_at_a_desk_in_seven_steps() -> Result<()> {
    let (_folder, system) = running().await?;
    let (told, mut steps) = mpsc::unbounded_channel();
    let report = call_at_desk(&system, Duration::from_secs(4), told).await?;
    assert_eq!(report.faults, Vec::<String>::new());
    let reached: Vec<_> = report
        .steps
        .iter()
        .map(|step| (step.0, step.1, step.2))
        .collect();
    assert_eq!(reached, STEPS);
    let times: Vec<f64> = report.steps.iter().map(|step| step.3).collect();
    assert!(times.is_sorted(), "out of order: {times:?}");
    assert!(
        steps.recv().await.is_some(),
        "the steps are told while they happen"
    );
    let (caller, callee) = (&report.caller, &report.callee);
    assert_eq!((caller.party, callee.party), (Party::Caller, Party::Callee));
    assert_eq!(caller.seen, callee.seen, "both have seen the same log");
    Ok(())
}
