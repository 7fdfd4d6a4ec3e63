//! The program as an operator starts it.

use crate::support::stream::*;
use crate::support::{Carrier, World, grant};
use counterpart_shared::api::NodeEvent;
use counterpart_shared::grant::Act;
use std::path::PathBuf;
use tokio::process::Command;

pub(crate) fn program() -> PathBuf {
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
