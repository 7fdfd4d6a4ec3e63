//! What the edge hears of each publisher.

use crate::support::stream::*;
use crate::support::{Carrier, Client, World, grant};
use counterpart_shared::api::{FromNode, StreamLoad};
use counterpart_shared::grant::Act;
use counterpart_shared::id::Party;
use std::time::Duration;

/// Sends 25 pictures a second of 2,000 bytes, and loses every tenth if the carrier can.
async fn send(publisher: Client) {
    let mut every = tokio::time::interval(Duration::from_millis(40));
    for step in 1.. {
        every.tick().await;
        match step % 10 {
            5 => publisher.skip(),
            0 => publisher.send(&big_key(step * 40, 2_000)),
            _ => publisher.send(&big_inter(step * 40, 2_000)),
        }
    }
}

/// The first report about the caller of `c1` that shows what this asks for.
async fn report(world: &World, wanted: impl Fn(&StreamLoad) -> bool) -> StreamLoad {
    let found = |message: &FromNode| match message {
        FromNode::Load(load) => load.media.iter().find(|one| wanted(one)).cloned(),
        _ => None,
    };
    found(&world.edge.wait(|m| found(m).is_some()).await).unwrap()
}

async fn sending(carrier: Carrier) -> (World, tokio::task::JoinHandle<()>) {
    let world = World::new().await;
    let publish = grant(Act::Publish, "c1");
    let publisher = world.publish(carrier, &publish).await;
    publisher.send_all(&beginning());
    (world, tokio::spawn(send(publisher)))
}

#[tokio::test]
async fn a_publisher_on_tcp_is_measured() {
    let (world, sending) = sending(Carrier::Rtmp).await;
    // The first interval is a part of one.
    let load = report(&world, |load| load.fps > 15.0).await;
    assert_eq!((load.call.as_str(), load.party), ("c1", Party::Caller));
    assert!(load.fps < 30.0, "{load:?}");
    assert!((200..500).contains(&load.kbps), "{load:?}");
    assert!(load.delay_ms.is_some(), "{load:?}");
    assert_eq!(load.loss_percent, None);
    sending.abort();
}

#[tokio::test]
async fn what_quic_loses_is_counted() {
    let (world, sending) = sending(Carrier::Quic).await;
    let load = report(&world, |load| load.loss_percent > Some(3.0)).await;
    assert!(load.loss_percent < Some(60.0), "{load:?}");
    sending.abort();
}
