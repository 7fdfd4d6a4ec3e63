//! The link to the edge.

use crate::support::stream::*;
use crate::support::{Carrier, Client, PATIENCE, World, grant};
use counterpart_shared::api::{
    Entry, EntryBody, FromNode, NodeCommand, NodeEvent, SUBPROTOCOL, StreamRef, ToNode,
};
use counterpart_shared::grant::{Act, Grant};
use counterpart_shared::id::{CallId, Party};
use std::time::{Duration, Instant};
use tokio::time::timeout;

fn events(world: &World) -> Vec<(u64, NodeEvent)> {
    let heard = world.edge.heard().into_iter();
    let events = heard.filter_map(|message| match message {
        FromNode::Event { seq, event, .. } => Some((seq, event)),
        _ => None,
    });
    events.collect()
}

#[tokio::test]
async fn the_node_shows_its_secret_and_says_where_it_is() {
    let world = World::new().await;
    let hello = world
        .edge
        .wait(|m| matches!(m, FromNode::Hello { .. }))
        .await;
    let FromNode::Hello {
        node,
        endpoints,
        capacity,
        streams,
        ..
    } = hello
    else {
        panic!("{hello:?}");
    };
    assert_eq!((node.as_str(), capacity), ("n1", 50));
    assert_eq!(endpoints, world.endpoints);
    assert!(endpoints.one_time && endpoints.udp_port > 0);
    assert!(streams.is_empty());
    let headers = world.edge.headers.lock().unwrap()[0].clone();
    let expected = (
        Some("Bearer s3cret".to_owned()),
        Some(SUBPROTOCOL.to_owned()),
    );
    assert_eq!(headers, expected);
    let stocked = |m: &FromNode| matches!(m, FromNode::Load(load) if load.keys == 64);
    let load = world.edge.wait(stocked).await;
    let FromNode::Load(load) = load else {
        panic!("{load:?}");
    };
    assert!(load.memory_bytes > 1_000_000);
}

#[tokio::test]
async fn media_goes_on_without_the_edge_and_events_are_sent_again() {
    let world = World::new().await;
    let publisher = world
        .publish(Carrier::Rtmp, &grant(Act::Publish, "c1"))
        .await;
    publisher.send_all(&beginning());
    world
        .event(|e| matches!(e, NodeEvent::StreamBegin(_)))
        .await;
    world.edge.hang_up();
    let mut player = world.play(Carrier::Rtmp, &grant(Act::Play, "c1")).await;
    publisher.send(&inter(33));
    while player.media().await.timestamp != 33 {}
    let start = Instant::now();
    while events(&world).len() < 2 {
        publisher.send(&audio(40));
        assert!(start.elapsed() < crate::support::PATIENCE, "not sent again");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let events = events(&world);
    assert_eq!(events[0], events[1], "the same event under the same number");
    let hellos = world.edge.heard();
    let streams = hellos.iter().rev().find_map(|message| match message {
        FromNode::Hello { streams, .. } => Some(streams.clone()),
        _ => None,
    });
    assert_eq!(streams.unwrap()[0].stream.as_str(), "c1.caller");
}

#[tokio::test]
async fn what_is_acknowledged_is_not_sent_again() {
    let world = World::new().await;
    let publisher = world
        .publish(Carrier::Rtmp, &grant(Act::Publish, "c1"))
        .await;
    publisher.send_all(&beginning());
    world
        .event(|e| matches!(e, NodeEvent::StreamBegin(_)))
        .await;
    world.edge.say(ToNode::Ack { seq: 1 });
    // What it does after the acknowledgement shows that it has read it.
    let call = "c9".parse().unwrap();
    world.edge.command(1, NodeCommand::CallEnd { call });
    world
        .edge
        .wait(|m| matches!(m, FromNode::Done { seq: 1 }))
        .await;
    world.edge.hang_up();
    publisher.close();
    world
        .event(|e| matches!(e, NodeEvent::StreamEnd { .. }))
        .await;
    let numbers: Vec<_> = events(&world).into_iter().map(|(seq, _)| seq).collect();
    assert_eq!(numbers, [1, 2]);
}

#[tokio::test]
async fn what_the_disk_refuses_is_not_said_to_be_done_and_done_the_next_time() {
    let world = World::new().await;
    let mut publish = grant(Act::Publish, "c1");
    publish.record = true;
    let publisher = world.publish(Carrier::Quic, &publish).await;
    publisher.send_all(&beginning());
    world
        .event(|event| matches!(event, NodeEvent::RecordingStarted))
        .await;
    let folder = world.folder.path().join("c1");
    std::fs::create_dir_all(folder.join("log.jsonl")).unwrap();
    let order = |seq| {
        let entries = vec![Entry {
            seq: 1,
            at: 5,
            body: EntryBody::Request { desk: None },
        }];
        let call = "c1".parse().unwrap();
        world
            .edge
            .command(seq, NodeCommand::CallLog { call, entries });
    };
    let done = |seq| move |m: &FromNode| matches!(m, FromNode::Done { seq: it } if *it == seq);
    order(1);
    let call = "c9".parse().unwrap();
    world.edge.command(2, NodeCommand::CallEnd { call });
    world.edge.wait(done(2)).await;
    let heard = world.edge.heard();
    assert!(!heard.iter().any(done(1)), "{heard:?}");

    world.edge.hang_up();
    let before_it = |m: &FromNode| matches!(m, FromNode::Hello { command_seq: 0, streams, .. } if !streams.is_empty());
    world.edge.wait(before_it).await;
    std::fs::remove_dir(folder.join("log.jsonl")).unwrap();
    order(1);
    world.edge.wait(done(1)).await;
    let log = std::fs::read_to_string(folder.join("log.jsonl")).unwrap();
    assert_eq!(log.lines().count(), 1, "{log}");
    world.edge.hang_up();
    let all = |m: &FromNode| matches!(m, FromNode::Hello { command_seq: 2, .. });
    world.edge.wait(all).await;
}

#[tokio::test]
async fn the_end_of_a_call_ends_its_connections_and_its_grants() {
    let world = World::new().await;
    let mut publisher = world
        .publish(Carrier::Rtmp, &grant(Act::Publish, "c1"))
        .await;
    publisher.send_all(&beginning());
    let mut player = world.play(Carrier::Quic, &grant(Act::Play, "c1")).await;
    let other = world
        .publish(Carrier::Rtmp, &grant(Act::Publish, "c2"))
        .await;
    other.send_all(&beginning());
    let call = "c1".parse().unwrap();
    for _ in 0..2 {
        let call = NodeCommand::CallEnd {
            call: Clone::clone(&call),
        };
        world.edge.command(1, call);
    }
    assert_eq!(publisher.closed().await.description, "the call is over");
    assert_eq!(player.closed().await.description, "the call is over");
    world
        .edge
        .wait(|m| matches!(m, FromNode::Done { seq: 1 }))
        .await;
    let name = world.name(&grant(Act::Publish, "c1"));
    let again = Client::open(&world, Carrier::Rtmp, Act::Publish, &name).await;
    let status = again.refused().await;
    assert_eq!(status.description, "call 'c1' is over");
    let mut survivor = world.play(Carrier::Rtmp, &grant(Act::Play, "c2")).await;
    survivor.messages(3).await;
}

#[tokio::test]
async fn who_is_no_party_any_more_sees_nothing_and_the_others_stay() {
    let world = World::new().await;
    let mut agent = grant(Act::Publish, "c1");
    (agent.sub, agent.serial) = ("bob".parse().unwrap(), 3);
    let mut his_play = Grant {
        act: Act::Play,
        ..agent.clone()
    };
    let mut customer = grant(Act::Play, "c1");
    (customer.sub, customer.serial) = ("alice".parse().unwrap(), 9);
    let mut publisher = world.publish(Carrier::Rtmp, &agent).await;
    publisher.send_all(&beginning());
    world
        .event(|e| matches!(e, NodeEvent::StreamBegin(_)))
        .await;
    // The stream of the other party, which both of them read.
    let theirs = |mut grant: Grant| {
        grant.stream = "c1.callee".parse().unwrap();
        grant
    };
    let other = grant(Act::Publish, "c1");
    let other = world.publish(Carrier::Rtmp, &theirs(other)).await;
    other.send_all(&beginning());
    let mut out = world.play(Carrier::Quic, &theirs(his_play.clone())).await;
    let mut stays = world.play(Carrier::Rtmp, &theirs(customer)).await;
    out.messages(3).await;
    world.edge.command(
        1,
        NodeCommand::GrantsEnd {
            call: "c1".parse().unwrap(),
            user: "bob".parse().unwrap(),
            serial: 3,
        },
    );
    let reason = "the call went on to somebody else";
    assert_eq!(publisher.closed().await.description, reason);
    assert_eq!(out.closed().await.description, reason);
    // Two have begun; this is the third event.
    let end = |event: &NodeEvent| matches!(event, NodeEvent::StreamEnd { .. });
    let third = |m: &FromNode| matches!(m, FromNode::Event { seq: 3, event, .. } if end(event));
    world.edge.wait(third).await;
    stays.messages(3).await;
    let name = world.name(&his_play);
    let again = Client::open(&world, Carrier::Rtmp, Act::Play, &name).await;
    let status = again.refused().await;
    assert!(
        status.description.contains("'bob' is no party"),
        "{status:?}"
    );
    // A newer grant of the same person is another matter: the call may come back to him.
    his_play.serial = 4;
    his_play.act = Act::Publish;
    let back = world.publish(Carrier::Rtmp, &his_play).await;
    back.send_all(&beginning());
    let begin = |event: &NodeEvent| matches!(event, NodeEvent::StreamBegin(_));
    let fourth = |m: &FromNode| matches!(m, FromNode::Event { seq: 4, event, .. } if begin(event));
    world.edge.wait(fourth).await;
}

#[tokio::test]
async fn a_running_stream_is_recorded_from_the_moment_the_edge_wants_it() {
    let world = World::new().await;
    let publish = grant(Act::Publish, "c1");
    assert!(!publish.record);
    let publisher = world.publish(Carrier::Rtmp, &publish).await;
    publisher.send_all(&beginning());
    let begun = |event: &NodeEvent| matches!(event, NodeEvent::StreamBegin(_));
    world.event(begun).await;
    let call = "c1".parse().unwrap();
    world.edge.command(1, NodeCommand::RecordBegin { call });
    let recorded = |event: &NodeEvent| matches!(event, NodeEvent::RecordingStarted);
    world.event(recorded).await;
    // The other party's older grant does not ask for it either, and comes later.
    let mut other = grant(Act::Publish, "c1");
    other.stream = "c1.callee".parse().unwrap();
    let other = world.publish(Carrier::Rtmp, &other).await;
    other.send_all(&beginning());
    let both = |m: &FromNode| {
        let of_callee = |stream: &StreamRef| stream.stream.as_str() == "c1.callee";
        matches!(m, FromNode::Event { stream, event, .. } if recorded(event) && of_callee(stream))
    };
    world.edge.wait(both).await;
    let call = "c1".parse().unwrap();
    world.edge.command(2, NodeCommand::CallEnd { call });
    world
        .event(|event| matches!(event, NodeEvent::RecordingReady { files } if !files.is_empty()))
        .await;
}

#[tokio::test]
async fn a_pause_ends_the_files_and_the_log_is_sealed_with_them() {
    let world = World::new().await;
    let mut publish = grant(Act::Publish, "c1");
    publish.record = true;
    let publisher = world.publish(Carrier::Rtmp, &publish).await;
    publisher.send_all(&beginning());
    let started = |event: &NodeEvent| matches!(event, NodeEvent::RecordingStarted);
    let ready = |event: &NodeEvent| matches!(event, NodeEvent::RecordingReady { .. });
    world.event(started).await;
    let call: CallId = "c1".parse().unwrap();
    let order = |seq, command| world.edge.command(seq, command);
    order(1, NodeCommand::RecordEnd { call: call.clone() });
    world.event(ready).await;

    // Nor is what begins meanwhile, whatever its grant asks for.
    let mut other = publish.clone();
    other.stream = "c1.callee".parse().unwrap();
    let other = world.publish(Carrier::Rtmp, &other).await;
    other.send_all(&beginning());
    let of_callee = |message: &FromNode, wanted: &dyn Fn(&NodeEvent) -> bool| {
        matches!(message, FromNode::Event { stream, event, .. }
            if stream.stream.as_str() == "c1.callee" && wanted(event))
    };
    let begun = |event: &NodeEvent| matches!(event, NodeEvent::StreamBegin(_));
    world.edge.wait(|heard| of_callee(heard, &begun)).await;
    order(2, NodeCommand::RecordBegin { call: call.clone() });
    world.edge.wait(|heard| of_callee(heard, &started)).await;
    let heard = world.edge.heard();
    let is_begun = heard.iter().position(|heard| of_callee(heard, &begun));
    let is_started = heard.iter().position(|heard| of_callee(heard, &started));
    assert!(is_begun < is_started, "recorded in the pause: {heard:?}");

    let body = EntryBody::RecordingPause {
        by: Some(Party::Callee),
        supervisor: None,
        reason: "card number".into(),
    };
    let (entries, seq, at) = (
        vec![Entry {
            seq: 1,
            at: 5,
            body,
        }],
        3,
        call.clone(),
    );
    order(seq, NodeCommand::CallLog { call: at, entries });
    order(4, NodeCommand::CallEnd { call });
    let folder = world.folder.path().join("c1");
    let sealed = async {
        while !folder.join("call.json").is_file() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, sealed).await.expect("the call is sealed");
    let manifest = std::fs::read_to_string(folder.join("call.json")).unwrap();
    for name in ["caller.mp4", "caller.2.mp4", "callee.mp4", "log.jsonl"] {
        assert!(
            manifest.contains(&format!("\"{name}\"")),
            "no {name} in {manifest}"
        );
    }
    let log = std::fs::read_to_string(folder.join("log.jsonl")).unwrap();
    assert!(log.contains("card number"), "{log}");
}

#[tokio::test]
async fn an_orderly_stop_tells_everybody_and_finishes_the_files() {
    let mut world = World::new().await;
    let mut publish = grant(Act::Publish, "c1");
    publish.record = true;
    let mut publisher = world.publish(Carrier::Quic, &publish).await;
    publisher.send_all(&beginning());
    world
        .event(|e| matches!(e, NodeEvent::RecordingStarted))
        .await;
    let mut player = world.play(Carrier::Rtmp, &grant(Act::Play, "c1")).await;
    player.messages(3).await;
    world.edge.acknowledge_all();
    world.stop().await;
    let text = "the node is being stopped";
    assert_eq!(publisher.closed().await.description, text);
    assert_eq!(player.closed().await.description, text);
    let events = events(&world);
    let has = |wanted: fn(&NodeEvent) -> bool| events.iter().any(|(_, e)| wanted(e));
    assert!(
        has(|e| matches!(e, NodeEvent::StreamEnd { .. })),
        "{events:?}"
    );
    assert!(
        has(|e| matches!(e, NodeEvent::RecordingReady { .. })),
        "{events:?}"
    );
    let recorded = world.folder.path().join("c1");
    assert!(recorded.join("call.json").exists(), "{recorded:?}");
}
