//! The program as an operator starts it.

use crate::support::stream::*;
use crate::support::{Carrier, World, grant};
use counterpart_shared::api::NodeEvent;
use counterpart_shared::grant::Act;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::process::Command;

fn program() -> PathBuf {
    env!("CARGO_BIN_EXE_counterpart-node").into()
}

async fn terminate(world: &mut World) -> std::process::ExitStatus {
    let id = world.program().id().unwrap().to_string();
    let kill = Command::new("kill").args(["-TERM", &id]).status().await;
    assert!(kill.unwrap().success());
    let end = tokio::time::timeout(crate::support::PATIENCE, world.program().wait());
    end.await.expect("it ends").unwrap()
}

#[tokio::test]
async fn it_says_where_it_listens_and_stops_in_order() {
    let mut world = World::spawned(&program()).await;
    let publisher = world
        .publish(Carrier::Quic, &grant(Act::Publish, "c1"))
        .await;
    publisher.send_all(&beginning());
    world
        .event(|e| matches!(e, NodeEvent::StreamBegin(_)))
        .await;
    world.edge.acknowledge_all();
    let status = terminate(&mut world).await;
    assert_eq!(status.code(), Some(0));
    let event = world
        .event(|e| matches!(e, NodeEvent::StreamEnd { .. }))
        .await;
    let NodeEvent::StreamEnd { reason } = event else {
        panic!("{event:?}");
    };
    assert_eq!(reason, "the node is being stopped");
}

#[tokio::test]
async fn a_wrong_setting_is_named() {
    let output = Command::new(program())
        .args(["--node-id", "n1", "--edge", "http://x/"])
        .env("COUNTERPART_NODE_SECRET", "s3cret")
        .output()
        .await
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(
        text.contains("--edge 'http://x/': must begin with ws"),
        "{text}"
    );
}

/// What a forwarded stream costs. To be run by hand, with the program of a release build in
/// `COUNTERPART_NODE_PROGRAM` and the number of pairs in `PAIRS`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures for ten seconds"]
async fn cost_of_a_stream() {
    let path = std::env::var_os("COUNTERPART_NODE_PROGRAM");
    let mut world = World::spawned(&path.map_or_else(program, PathBuf::from)).await;
    let pairs = std::env::var("PAIRS").map_or(50, |text| text.parse().unwrap());
    for carrier in [Carrier::Rtmp, Carrier::Quic] {
        measure(&mut world, carrier, pairs).await;
    }
}

/// 30 pictures of 1.9 kB and 42 packets of sound of 90 bytes a second: 577 kbit/s with headers.
async fn measure(world: &mut World, carrier: Carrier, pairs: usize) {
    let mut tasks = tokio::task::JoinSet::new();
    let mut players = Vec::new();
    for pair in 0..pairs {
        let call = format!("{carrier:?}{pair}");
        let publisher = world.publish(carrier, &grant(Act::Publish, &call)).await;
        publisher.send_all(&beginning());
        players.push(world.play(carrier, &grant(Act::Play, &call)).await);
        tasks.spawn(async move {
            let start = tokio::time::Instant::now();
            for step in 1..u32::MAX {
                let due = Duration::from_secs_f64(f64::from(step) / 72.0);
                tokio::time::sleep_until(start + due).await;
                let time = due.as_millis() as u32;
                publisher.send(&match step % 12 {
                    0 | 2 | 5 | 7 | 10 => big_inter(time, 1_900),
                    _ => audio(time),
                });
            }
        });
    }
    let drain = tokio::spawn(async move {
        loop {
            for player in &mut players {
                while player.heard.try_recv().is_ok() {}
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    tokio::time::sleep(Duration::from_secs(2)).await;
    let id = world.program().id().unwrap();
    let (before, begin) = (cpu_ms(id), Instant::now());
    tokio::time::sleep(Duration::from_secs(10)).await;
    let cost = (cpu_ms(id) - before) / begin.elapsed().as_secs_f64() / pairs as f64;
    let delay = delays(world).await;
    println!("{carrier:?}: {pairs} pairs, {cost:.2} ms of processor a second and stream; {delay}");
    tasks.abort_all();
    drain.abort();
}

/// Processor time so far, in ticks of 10 ms.
fn cpu_ms(id: u32) -> f64 {
    let stat = std::fs::read_to_string(Path::new("/proc").join(id.to_string()).join("stat"));
    let stat = stat.unwrap();
    let fields: Vec<&str> = stat
        .rsplit_once(')')
        .unwrap()
        .1
        .split_whitespace()
        .collect();
    let ticks = |place: usize| fields[place].parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) * 10.0
}

async fn delays(world: &World) -> String {
    let name = "counterpart_forward_delay_seconds";
    let all = world.metric(&format!("{name}_count")).await;
    let mut text = String::new();
    for bound in ["0.0003", "0.001", "0.003", "0.01", "0.05"] {
        let line = format!("{name}_bucket{{le=\"{bound}\"}}");
        let share = 100.0 * world.metric(&line).await / all;
        text += &format!("{share:.1} % within {bound} s, ");
    }
    text
}
