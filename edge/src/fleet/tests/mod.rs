//! The fleet's rules one by one, and what holds whatever happens.

mod lost;

use super::*;
use crate::link::{Lease, Letter, ToCall, ToFleet};
use crate::table::Row;
use counterpart_shared::api::{
    ApiError, Endpoints, ErrorCode, FromNode, LeastDays, Load, NodeCommand, NodeEvent, OneTimeKey,
    StreamFormat, StreamRef, ToNode,
};
use counterpart_shared::id::{CallId, NodeId, Party, StreamId};
use proptest::prelude::*;
use std::collections::BTreeSet;

const CALLER: Party = Party::Caller;

fn node(n: u8) -> NodeId {
    format!("n{n}").parse().unwrap()
}

fn call(c: u8) -> CallId {
    format!("c{c}").parse().unwrap()
}

fn stream(c: u8, party: Party) -> StreamRef {
    StreamRef {
        call: call(c),
        party,
        stream: StreamId::of(&call(c), party),
    }
}

fn hello(n: u8, boot: &str, streams: Vec<StreamRef>, command_seq: u64) -> Input {
    let endpoints = Endpoints {
        host: "node.example".into(),
        rtmp_port: 1935,
        http_port: 8080,
        udp_port: 4433,
        rtmps_port: None,
        https_port: None,
        one_time: true,
    };
    let message = FromNode::Hello {
        node: node(n),
        version: "1".into(),
        boot: boot.into(),
        endpoints,
        capacity: 10,
        daily_sha256: "dd".into(),
        streams,
        command_seq,
    };
    Input::Message {
        from: None,
        message,
    }
}

fn says(n: u8, message: FromNode) -> Input {
    let from = Some(node(n));
    Input::Message { from, message }
}

fn keys(n: u8, labels: std::ops::Range<u32>, expires_at: u64) -> Input {
    let key = |at: u32| OneTimeKey {
        label: format!("k{at}").parse().unwrap(),
        sha256: "ab".into(),
        expires_at,
    };
    let keys = labels.map(key).collect();
    says(n, FromNode::Keys { keys })
}

fn event(n: u8, seq: u64, c: u8, event: NodeEvent) -> Input {
    let message = FromNode::Event {
        seq,
        at: 0,
        stream: stream(c, CALLER),
        event,
    };
    says(n, message)
}

fn begin() -> NodeEvent {
    NodeEvent::StreamBegin(StreamFormat::default())
}

fn load(n: u8, streams: u32) -> Input {
    let load = Load {
        streams,
        ..Load::default()
    };
    says(n, FromNode::Load(load))
}

fn allocate(c: u8, count: u32) -> Input {
    Input::Allocate {
        call: call(c),
        count,
        at: None,
        until: None,
    }
}

fn end(c: u8) -> Input {
    Input::Letter(ToFleet::End { call: call(c) })
}

fn lease(outputs: &[Output]) -> Result<Lease, ApiError> {
    let lease = |output: &Output| match output {
        Output::Leased(lease) => Some(lease.clone()),
        _ => None,
    };
    outputs.iter().find_map(lease).unwrap()
}

fn sent(outputs: &[Output]) -> Vec<ToNode> {
    let message = |output: &Output| match output {
        Output::Send(_, message) => Some(message.clone()),
        _ => None,
    };
    outputs.iter().filter_map(message).collect()
}

fn told(outputs: &[Output]) -> Vec<(CallId, NodeEvent)> {
    let letter = |output: &Output| match output {
        Output::Letter(Letter::Call(call, ToCall::Stream { event, .. })) => {
            Some((call.clone(), event.clone()))
        }
        _ => None,
    };
    outputs.iter().filter_map(letter).collect()
}

fn fleet(nodes: &[u8]) -> Fleet {
    let mut fleet = Fleet::default();
    for &n in nodes {
        fleet.handle(hello(n, "b1", vec![], 0), &[], 0);
    }
    fleet
}

#[test]
fn a_node_is_welcomed_and_asked_for_keys() {
    let mut fleet = Fleet::default();
    let out = fleet.handle(hello(1, "b1", vec![], 0), &[], 0);
    assert_eq!(out[0], Output::Join(node(1)));
    let (keys, least) = (vec![], Some(LeastDays::default()));
    let welcome = ToNode::Welcome { keys, least };
    assert_eq!(sent(&out), [welcome, ToNode::WantKeys { count: 64 }]);
    let message = FromNode::Done { seq: 1 };
    let early = Input::Message {
        from: None,
        message,
    };
    let out = fleet.handle(early, &[], 0);
    assert!(matches!(
        out[..],
        [Output::Reply(ToNode::Error(_)), Output::HangUp]
    ));
}

#[test]
fn keys_are_given_once_and_asked_for_in_time() {
    let mut fleet = fleet(&[1]);
    let far = 10_000_000;
    fleet.handle(keys(1, 0..33, far), &[], 1);
    fleet.handle(keys(1, 0..33, far), &[], 1);
    let out = fleet.handle(allocate(1, 1), &[], 2);
    assert_eq!(lease(&out).unwrap().keys[0].label.as_str(), "k0");
    assert_eq!(sent(&out), [], "32 are enough");
    let out = fleet.handle(allocate(1, 2), &[], 3);
    assert_eq!(lease(&out).unwrap().keys[1].label.as_str(), "k2");
    assert_eq!(sent(&out), [ToNode::WantKeys { count: 34 }]);
    let out = fleet.handle(allocate(1, 50), &[], 4);
    assert_eq!(
        lease(&out).unwrap().keys.len(),
        30,
        "then the certificate of the day"
    );
    assert_eq!(sent(&out), [], "it was asked a moment ago");
    fleet.handle(keys(1, 40..50, 600_010), &[], 5);
    let out = fleet.handle(allocate(1, 1), &[], 11);
    assert_eq!(
        lease(&out).unwrap().keys,
        [],
        "they would not outlive the URL"
    );
    fleet.handle(keys(1, 50..60, far), &[], 12);
    fleet.handle(hello(1, "b2", vec![], 0), &[], 13);
    let out = fleet.handle(allocate(1, 1), &[], 14);
    assert_eq!(
        lease(&out).unwrap().keys,
        [],
        "another boot has none of them"
    );
}

#[test]
fn to_give_a_key_writes_little() {
    let mut fleet = fleet(&[1]);
    fleet.handle(keys(1, 0..40, 10_000_000), &[], 1);
    fleet.handle(allocate(1, 1), &[], 2);
    fleet.changes();
    let out = fleet.handle(allocate(1, 1), &[], 3);
    let first = lease(&out).unwrap().keys;
    let stored: Vec<_> = fleet
        .changes()
        .into_iter()
        .map(|c| (c.kind, c.json))
        .collect();
    assert_eq!(stored, [("given", Some("2".to_owned()))]);
    fleet.handle(keys(1, 40..50, 10_000_000), &[], 4);
    let next = lease(&fleet.handle(allocate(1, 1), &[], 5)).unwrap().keys;
    let labels = [first, next].map(|keys| keys[0].label.to_string());
    assert_eq!(labels, ["k1", "k2"]);
}

#[test]
fn calls_go_where_there_is_room_and_stay_there() {
    let mut fleet = fleet(&[1, 2]);
    fleet.handle(load(1, 5), &[], 0);
    let at =
        |fleet: &mut Fleet, c: u8| lease(&fleet.handle(allocate(c, 0), &[], 1)).map(|it| it.node);
    assert_eq!(at(&mut fleet, 1), Ok(node(2)));
    assert_eq!(at(&mut fleet, 2), Ok(node(2)));
    assert_eq!(
        at(&mut fleet, 3),
        Ok(node(2)),
        "its two calls are 4 streams to come"
    );
    assert_eq!(at(&mut fleet, 4), Ok(node(1)));
    fleet.handle(load(2, 9), &[], 1);
    assert_eq!(at(&mut fleet, 1), Ok(node(2)), "a call stays");
    fleet.handle(Input::Closed(node(2)), &[], 2);
    assert_eq!(
        at(&mut fleet, 1),
        Ok(node(1)),
        "while its node is connected"
    );
    fleet.handle(load(1, 10), &[], 3);
    let none = at(&mut fleet, 5).unwrap_err();
    assert_eq!(none.code, ErrorCode::NoNode, "a full one takes no more");
    let here = Input::Allocate {
        call: call(1),
        count: 1,
        at: Some(node(2)),
        until: None,
    };
    let there = lease(&fleet.handle(here, &[], 4)).unwrap();
    assert_eq!(there.node, node(2), "a stream is played where it is");
}

#[test]
fn an_event_is_passed_on_once_and_acknowledged_always() {
    let mut fleet = fleet(&[1]);
    fleet.handle(allocate(1, 0), &[], 0);
    let out = fleet.handle(event(1, 1, 1, begin()), &[], 1);
    assert_eq!(told(&out), [(call(1), begin())]);
    assert_eq!(sent(&out), [ToNode::Ack { seq: 1 }]);
    assert_eq!(fleet.board().calls[0].live, [CALLER]);
    let out = fleet.handle(event(1, 1, 1, begin()), &[], 2);
    assert_eq!(
        (told(&out), sent(&out)),
        (vec![], vec![ToNode::Ack { seq: 1 }])
    );
    let reason = "x".to_owned();
    fleet.handle(event(1, 2, 1, NodeEvent::StreamEnd { reason }), &[], 3);
    assert_eq!(fleet.board().calls[0].live, []);
}

#[test]
fn what_a_node_lost_is_told() {
    let mut fleet = fleet(&[1]);
    for c in [1, 2] {
        fleet.handle(allocate(c, 0), &[], 0);
        fleet.handle(event(1, c.into(), c, begin()), &[], 1);
    }
    fleet.handle(Input::Closed(node(1)), &[], 2);
    assert!(!fleet.board().nodes[0].connected);
    assert_eq!(fleet.board().calls.len(), 2, "media may still flow");
    let out = fleet.handle(hello(1, "b1", vec![stream(1, CALLER)], 0), &[], 3);
    assert_eq!(told(&out).len(), 1);
    assert_eq!(told(&out)[0].0, call(2));
    let out = fleet.handle(hello(1, "b2", vec![], 0), &[], 4);
    let reason = "node restarted".to_owned();
    assert_eq!(told(&out), [(call(1), NodeEvent::StreamEnd { reason })]);
    let out = fleet.handle(event(1, 1, 1, begin()), &[], 5);
    assert_eq!(told(&out).len(), 1, "another boot counts anew");
}

#[test]
fn commands_are_repeated_until_done() {
    let mut fleet = fleet(&[1]);
    for c in [1, 2, 3] {
        fleet.handle(allocate(c, 0), &[], 0);
    }
    let command = |seq: u64, c: u8| ToNode::Command {
        seq,
        command: NodeCommand::CallEnd { call: call(c) },
    };
    assert_eq!(sent(&fleet.handle(end(1), &[], 1)), [command(1, 1)]);
    assert_eq!(fleet.handle(end(1), &[], 1), []);
    fleet.handle(end(2), &[], 1);
    fleet.handle(end(3), &[], 1);
    fleet.handle(says(1, FromNode::Done { seq: 2 }), &[], 2);
    let out = fleet.handle(hello(1, "b1", vec![], 1), &[], 3);
    assert!(sent(&out).ends_with(&[command(3, 3)]) && !sent(&out).contains(&command(1, 1)));
    fleet.handle(allocate(4, 0), &[], 4);
    fleet.handle(Input::Closed(node(1)), &[], 5);
    fleet.handle(end(4), &[], 6);
    let out = fleet.handle(hello(1, "b2", vec![], 0), &[], 7);
    assert!(
        sent(&out).ends_with(&[command(1, 3), command(2, 4)]),
        "counted anew"
    );
    let late = lease(&fleet.handle(allocate(1, 1), &[], 8)).unwrap_err();
    assert_eq!(
        late.code,
        ErrorCode::Conflict,
        "a call that is over stays over"
    );
    fleet.handle(end(9), &[], FORGET_CALL + 7);
    assert_eq!(fleet.calls.iter().count(), 1, "but not for ever");
}

#[test]
fn a_deletion_is_told_until_it_is_noted_be_the_node_away_for_days() {
    let mut fleet = fleet(&[1]);
    let delete = || {
        let nodes = [node(1), node(2)].into();
        let (call, by) = (call(1), "somebody".to_owned());
        Input::Letter(ToFleet::RecordDelete { call, nodes, by })
    };
    let told = |outputs: &[Output]| {
        let commands = sent(outputs)
            .into_iter()
            .filter_map(|message| match message {
                ToNode::Command { seq, command } => Some((seq, command)),
                _ => None,
            });
        commands.collect::<Vec<_>>()
    };
    let command = NodeCommand::RecordDelete {
        call: call(1),
        by: "somebody".to_owned(),
    };
    assert_eq!(
        told(&fleet.handle(delete(), &[], 1)),
        [(1, command.clone())]
    );
    assert_eq!(told(&fleet.handle(delete(), &[], 2)), [], "once at a time");
    let mut stored = Vec::new();
    for change in fleet.changes() {
        if let Some(json) = change.json {
            let (kind, key) = (change.kind.to_owned(), change.key);
            stored.push(Row { kind, key, json });
        }
    }
    let pinned = r#"{"nodes":["n1","n2"],"by":"somebody"}"#;
    assert!(
        stored
            .iter()
            .any(|row| row.kind == "deletion" && row.json == pinned)
    );
    let mut fleet = Fleet::load(&stored).unwrap();
    fleet.handle(says(1, FromNode::Done { seq: 1 }), &[], 3);
    // Node 2 was never seen, or so long ago that it was forgotten.
    let out = fleet.handle(hello(2, "b1", vec![], 0), &[], 4);
    assert_eq!(told(&out), [(1, command)]);
    fleet.handle(says(2, FromNode::Done { seq: 1 }), &[], 5);
    let out = fleet.handle(hello(2, "b2", vec![], 0), &[], 6);
    assert_eq!(told(&out), []);
}

#[test]
fn many_deletions_are_told_a_few_at_a_time() {
    let mut fleet = fleet(&[1]);
    let mut told = BTreeSet::new();
    let mut take = |outputs: &[Output]| {
        let mut fresh = Vec::new();
        for message in sent(outputs) {
            if let ToNode::Command { seq, command } = message {
                assert!(matches!(command, NodeCommand::RecordDelete { .. }));
                assert!(told.insert(seq), "{seq} twice");
                fresh.push(seq);
            }
        }
        fresh
    };
    let mut open = Vec::new();
    for number in 0..100 {
        let nodes = [node(1)].into();
        let (call, by) = (call(number), "somebody".to_owned());
        let letter = ToFleet::RecordDelete { call, nodes, by };
        open.extend(take(&fleet.handle(Input::Letter(letter), &[], 1)));
    }
    assert_eq!(open.len(), 64);
    while let Some(seq) = open.pop() {
        open.extend(take(&fleet.handle(says(1, FromNode::Done { seq }), &[], 2)));
    }
    assert_eq!(told.len(), 100);
    assert_eq!(fleet.deletions.iter().count(), 0);
}

#[test]
fn each_node_is_told_for_how_long_desks_want_recordings_kept() {
    let mut fleet = fleet(&[1, 2]);
    fleet.handle(Input::Closed(node(2)), &[], 1);
    let want = |name: &str, days: u32| {
        let desk = name.parse().unwrap();
        Input::Letter(ToFleet::Least { desk, days })
    };
    let told = |outputs: &[Output]| {
        let told = sent(outputs)
            .into_iter()
            .filter_map(|message| match message {
                ToNode::Welcome { least, .. } => Some(serde_json::to_string(&least).unwrap()),
                _ => None,
            });
        told.collect::<Vec<_>>()
    };
    fleet.handle(want("back", 7), &[], 2);
    let both = r#"{"desks":{"back":7,"front":90}}"#;
    let out = fleet.handle(want("front", 90), &[], 3);
    assert_eq!((told(&out), sent(&out).len()), (vec![both.to_owned()], 1));
    let again = fleet.handle(want("front", 90), &[], 3);
    assert_eq!(again, [], "it is known");
    let rows: Vec<Row> = fleet
        .changes()
        .into_iter()
        .filter_map(|change| {
            let (kind, key) = (change.kind.to_owned(), change.key);
            change.json.map(|json| Row { kind, key, json })
        })
        .collect();
    let row = |row: &&Row| row.kind == "least" && row.key == "front";
    assert_eq!(rows.iter().find(row).unwrap().json, "90");
    let mut fleet = Fleet::load(&rows).unwrap();
    let out = fleet.handle(hello(2, "b1", vec![], 0), &[], 4);
    assert_eq!(told(&out), [both], "also who was away");
    let out = fleet.handle(want("front", 0), &[], 5);
    assert_eq!(told(&out), vec![r#"{"desks":{"back":7}}"#; 2]);
    assert_eq!(fleet.least.len(), 1);
}

#[test]
fn a_stream_without_a_call_is_forgotten_after_its_last_url() {
    let mut fleet = fleet(&[1]);
    let wish = |until: u64| Input::Allocate {
        call: call(1),
        count: 1,
        at: None,
        until: Some(until),
    };
    lease(&fleet.handle(wish(100_000), &[], 0)).unwrap();
    lease(&fleet.handle(wish(200_000), &[], 50_000)).unwrap();
    lease(&fleet.handle(allocate(2, 1), &[], 199_999)).unwrap();
    assert_eq!(fleet.calls.iter().count(), 2, "a later URL keeps it longer");
    lease(&fleet.handle(allocate(3, 1), &[], 210_000)).unwrap();
    assert!(fleet.calls.get(&call(1)).is_none());
    let row: Assigned = serde_json::from_str(r#"{"nodes":["n1"]}"#).unwrap();
    assert_eq!(row.until, None, "rows of before are read");
}

#[test]
fn a_node_that_is_gone_for_a_day_is_forgotten() {
    let mut fleet = fleet(&[1, 2]);
    fleet.handle(
        Input::Loaded {
            present: BTreeSet::from([node(2)]),
        },
        &[],
        5,
    );
    assert_eq!(
        fleet
            .board()
            .nodes
            .iter()
            .filter(|one| one.connected)
            .count(),
        1
    );
    fleet.handle(hello(3, "b1", vec![], 0), &[], 5 + FORGET_NODE);
    assert_eq!(fleet.board().nodes.len(), 2);
}

#[test]
fn what_is_stored_is_pinned() {
    let rows = [
        (
            "node",
            "n1",
            r#"{"version":"1","boot":"b1","endpoints":{"host":"h","rtmp_port":1,"http_port":2,"udp_port":3,"one_time":true},"capacity":10,"daily_sha256":"dd","load":{"streams":1,"readers":2,"recording":3,"cpu_percent":4.5,"memory_bytes":6,"keys":7},"gone_since":8,"lost_at":9,"ledger":{"event_seq":9,"command_seq":2,"pending":[{"seq":2,"command":{"kind":"call.end","call":"c1"}}]}}"#,
        ),
        (
            "stock",
            "n1",
            r#"{"keys":[{"label":"k1","sha256":"ab","expires_at":9}],"asked_at":5}"#,
        ),
        ("stock", "n2", r#"{"keys":[],"asked_at":0,"first":6}"#),
        ("given", "n1", "7"),
        (
            "call",
            "c1",
            r#"{"nodes":["n2","n1"],"live":[{"party":"caller","node":"n1"}],"lost":[{"party":"callee","node":"n1","format":{"audio":{"codec":"aac","rate":48000,"channels":2}}}],"ended_at":7}"#,
        ),
    ];
    let row = |(kind, key, json): &(&str, &str, &str)| Row {
        kind: (*kind).into(),
        key: (*key).into(),
        json: (*json).into(),
    };
    let mut fleet = Fleet::load(&rows.each_ref().map(row)).unwrap();
    assert_eq!(fleet.changes(), []);
    fleet.nodes.get_mut(&node(1));
    fleet.stock.get_mut(&node(1));
    fleet.stock.get_mut(&node(2));
    fleet.given.get_mut(&node(1));
    let row = fleet.calls.get(&call(1)).cloned().unwrap();
    fleet.calls.insert(call(1), row);
    let stored = fleet.changes().into_iter();
    let stored: Vec<_> = stored.map(|c| (c.kind, c.key, c.json.unwrap())).collect();
    assert_eq!(
        stored,
        rows.map(|(kind, key, json)| (kind, key.to_owned(), json.to_owned()))
    );
}

fn any_input() -> impl Strategy<Value = (u8, u8, u8)> {
    (0..10u8, 0..3u8, 0..4u8)
}

proptest! {
    #[test]
    fn whatever_happens(steps in prop::collection::vec(any_input(), 1..100)) {
        let mut fleet = Fleet::default();
        let (mut now, mut labels, mut given) = (0, 0, BTreeSet::new());
        let mut connected = BTreeSet::new();
        let mut boots = [0u32; 3];
        let mut events = [0u64; 3];
        for (what, n, c) in steps {
            now += 1_000;
            let at = usize::from(n);
            let input = match what {
                0 | 1 => {
                    boots[at] += u32::from(what);
                    events[at] *= u64::from(1 - what);
                    connected.insert(node(n));
                    hello(n, &format!("b{}", boots[at]), vec![], 0)
                }
                2 if connected.remove(&node(n)) => Input::Closed(node(n)),
                3 if connected.contains(&node(n)) => {
                    labels += 5;
                    keys(n, labels - 5..labels, now + 10_000_000)
                }
                4 | 5 if connected.contains(&node(n)) => {
                    events[at] += 1;
                    event(n, events[at], c, begin())
                }
                6 => end(c),
                7 => Input::Allocate { call: call(c), count: 1, at: Some(node(n)), until: None },
                _ => allocate(c, 2),
            };
            let is_allocate = matches!(input, Input::Allocate { at: None, .. });
            let out = fleet.handle(input, &[], now);
            if is_allocate {
                let over = fleet.calls.get(&call(c)).is_some_and(|row| row.ended_at.is_some());
                match lease(&out) {
                    Ok(lease) => prop_assert!(!over && connected.contains(&lease.node)),
                    Err(error) if over => prop_assert_eq!(error.code, ErrorCode::Conflict),
                    Err(_) => prop_assert!(connected.is_empty()),
                }
            }
            for output in &out {
                if let Output::Leased(Ok(lease)) = output {
                    for key in &lease.keys {
                        prop_assert!(given.insert(key.label.clone()), "a key is given once");
                    }
                }
                if let Output::Send(_, ToNode::WantKeys { count }) = output {
                    prop_assert!(*count as usize <= FULL_STOCK);
                }
            }
            for one in fleet.board().nodes {
                prop_assert_eq!(one.connected, connected.contains(&one.node));
            }
        }
    }
}
