//! Nodes whose link is away: their streams are given up in time, begin again when that was all, and no call hears
//! anything twice.

use super::*;
use crate::table::Change;
use std::collections::BTreeMap;

const BOTH: [Party; 2] = Party::BOTH;

fn ended(reason: &str) -> NodeEvent {
    let reason = reason.to_owned();
    NodeEvent::StreamEnd { reason }
}

/// A stream of call 1 is live at node 1; there is a second node.
fn live() -> Fleet {
    let mut fleet = fleet(&[1]);
    fleet.handle(allocate(1, 0), &[], 0);
    fleet.handle(hello(2, "b1", vec![], 0), &[], 0);
    fleet.handle(event(1, 1, 1, begin()), &[], 1);
    fleet
}

#[test]
fn a_redial_in_time_is_no_loss() {
    let mut fleet = live();
    assert_eq!(fleet.due(1), Some(1 + CHECK_LINKS));
    fleet.handle(Input::Closed(node(1)), &[], 10);
    assert_eq!(fleet.due(10), Some(10 + RETURN));
    fleet.handle(Input::Closed(node(1)), &[], 500);
    assert_eq!(told(&fleet.handle(Input::Alarm, &[], 10 + RETURN - 1)), []);
    let back = hello(1, "b1", vec![stream(1, CALLER)], 0);
    assert_eq!(told(&fleet.handle(back, &[], 10 + RETURN - 1)), []);
    assert_eq!(told(&fleet.handle(Input::Alarm, &[], 10 + RETURN)), []);
    assert_eq!(fleet.board().calls[0].live, [CALLER]);
}

#[test]
fn a_lost_node_ends_its_streams_and_its_calls_go_elsewhere() {
    let mut fleet = live();
    fleet.handle(Input::Closed(node(1)), &[], 10);
    let out = fleet.handle(Input::Alarm, &[], 10 + RETURN);
    assert_eq!(told(&out), [(call(1), ended("node lost"))]);
    fleet.handle(load(2, 0), &[], 99_998);
    assert_eq!(told(&fleet.handle(Input::Alarm, &[], 99_999)), []);
    assert_eq!(fleet.due(99_999), None, "nothing is live");
    let lease = lease(&fleet.handle(allocate(1, 0), &[], 100_000)).unwrap();
    assert_eq!(lease.node, node(2));
    // What the node still has of it is nobody's any more, and its end is no news.
    let back = hello(1, "b1", vec![stream(1, CALLER)], 0);
    assert_eq!(told(&fleet.handle(back, &[], 100_001)), []);
    let out = fleet.handle(event(1, 2, 1, ended("gone")), &[], 100_002);
    assert_eq!(told(&out), []);
}

#[test]
fn a_lost_link_that_comes_back_begins_its_streams_again() {
    let mut fleet = live();
    fleet.handle(Input::Closed(node(1)), &[], 10);
    fleet.handle(Input::Alarm, &[], 10 + RETURN);
    let streams = || vec![stream(1, CALLER)];
    let out = fleet.handle(hello(1, "b1", streams(), 0), &[], 9_000);
    assert_eq!(told(&out), [(call(1), begin())]);
    assert_eq!(fleet.board().calls[0].live, [CALLER]);
    assert_eq!(
        told(&fleet.handle(hello(1, "b1", streams(), 0), &[], 9_001)),
        []
    );
    // Another start of the process has none of them.
    fleet.handle(Input::Closed(node(1)), &[], 10_000);
    fleet.handle(Input::Alarm, &[], 10_000 + RETURN);
    let out = fleet.handle(hello(1, "b2", streams(), 0), &[], 12_000);
    assert_eq!(told(&out), []);
    // Nor has a call that is over.
    let out = fleet.handle(event(1, 1, 1, begin()), &[], 12_001);
    assert_eq!(told(&out).len(), 1);
    fleet.handle(Input::Closed(node(1)), &[], 13_000);
    fleet.handle(Input::Alarm, &[], 13_000 + RETURN);
    fleet.handle(end(1), &[], 15_000);
    let out = fleet.handle(hello(1, "b2", streams(), 0), &[], 15_001);
    assert_eq!(told(&out), []);
}

#[test]
fn after_its_own_start_the_fleet_gives_nodes_time_to_dial() {
    let mut fleet = live();
    let present = BTreeSet::from([node(2)]);
    fleet.handle(Input::Loaded { present }, &[], 100);
    assert_eq!(fleet.due(100), Some(100 + CHECK_LINKS));
    let out = fleet.handle(Input::Alarm, &[], 100 + RETURN_AFTER_START - 1);
    assert_eq!(told(&out), []);
    let out = fleet.handle(Input::Alarm, &[], 100 + RETURN_AFTER_START);
    assert_eq!(told(&out), [(call(1), ended("node lost"))]);
}

#[test]
fn a_node_that_the_network_took_without_a_word_is_lost_too() {
    let mut fleet = live();
    fleet.handle(load(2, 0), &[], 9_000);
    assert_eq!(fleet.handle(Input::Alarm, &[], SILENT_LINK), []);
    let out = fleet.handle(Input::Alarm, &[], 1 + SILENT_LINK);
    assert_eq!(told(&out), [(call(1), ended("node lost"))]);
    assert_eq!(out[0], Output::Drop(node(1)));
    assert!(fleet.board().nodes[1].connected);
    let back = hello(1, "b1", vec![stream(1, CALLER)], 0);
    let out = fleet.handle(back, &[], 99_999);
    assert_eq!(told(&out), [(call(1), begin())]);
}

fn still(party: Party) -> Input {
    Input::Letter(ToFleet::Still {
        call: call(1),
        party,
        id: "7".parse().unwrap(),
    })
}

fn failed(reason: &str) -> (CallId, NodeEvent) {
    let reason = reason.to_owned();
    (call(1), NodeEvent::StillFailed { reason })
}

#[test]
fn a_still_is_taken_where_the_stream_is_or_fails_in_time() {
    let mut fleet = live();
    let out = fleet.handle(still(CALLER), &[], 2);
    let command = NodeCommand::Still {
        call: call(1),
        party: CALLER,
        id: "7".parse().unwrap(),
    };
    assert_eq!(sent(&out), [ToNode::Command { seq: 1, command }]);
    let out = fleet.handle(still(Party::Callee), &[], 2);
    assert_eq!(told(&out), [failed("the stream is not live")]);
    fleet.handle(Input::Closed(node(1)), &[], 10);
    let out = fleet.handle(Input::Alarm, &[], 10 + RETURN);
    assert_eq!(
        told(&out),
        [(call(1), ended("node lost")), failed("node lost")]
    );
    let out = fleet.handle(hello(1, "b1", vec![], 0), &[], 9_000);
    let orders = sent(&out).into_iter();
    let orders = orders.filter(|one| matches!(one, ToNode::Command { .. }));
    assert_eq!(orders.count(), 0, "nobody waits for it any more");
}

#[test]
fn figures_are_shown_by_call_and_not_stored() {
    let mut fleet = live();
    fleet.changes();
    let json = r#"{"type":"load","streams":1,"readers":0,"recording":0,"cpu_percent":1.0,"memory_bytes":5,"keys":6,"media":[
        {"call":"c1","party":"callee","kbps":32,"fps":0.0},
        {"call":"c1","party":"caller","kbps":512,"fps":29.5,"delay_ms":12,"loss_percent":0.5},
        {"call":"c9","party":"caller","kbps":1,"fps":1.0}]}"#;
    fleet.handle(says(1, serde_json::from_str(json).unwrap()), &[], 5);
    assert!(!fleet.changes()[0].json.as_ref().unwrap().contains("kbps"));
    let shown = serde_json::to_string(&fleet.board().calls).unwrap();
    assert_eq!(
        shown,
        r#"[{"call":"c1","node":"n1","live":["caller"],"media":[{"party":"caller","kbps":512,"fps":29.5,"delay_ms":12,"loss_percent":0.5},{"party":"callee","kbps":32,"fps":0.0,"delay_ms":null,"loss_percent":null}]}]"#
    );
    fleet.handle(Input::Closed(node(1)), &[], 6);
    assert_eq!(fleet.board().calls[0].media, []);
}

/// A node's process: its streams, and what it has not told yet.
#[derive(Default)]
struct Process {
    boot: u32,
    seq: u64,
    streams: BTreeSet<(u8, Party)>,
    untold: Vec<(u64, u8, Party, NodeEvent)>,
    linked: bool,
    /// Nothing of what it says arrives, and its link does not know.
    frozen: bool,
}

struct World {
    fleet: Fleet,
    rows: BTreeMap<(String, String), String>,
    nodes: [Process; 3],
    /// What each call believes of each stream.
    told: BTreeMap<(u8, Party), NodeId>,
    /// By when a call must not believe in a stream of this node any more.
    bound: BTreeMap<NodeId, u64>,
    now: u64,
    /// The alarm that is set; it outlives the process.
    armed: Option<u64>,
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            fleet: Fleet::default(),
            rows: BTreeMap::new(),
            nodes: Default::default(),
            told: BTreeMap::new(),
            bound: BTreeMap::new(),
            now: 1_000_000,
            armed: None,
        };
        for n in 0..3 {
            world.dial(n);
        }
        for c in 0..3 {
            world.turn(allocate(c, 0));
        }
        world
    }

    fn turn(&mut self, input: Input) {
        let out = self.fleet.handle(input, &[], self.now);
        let due = self.fleet.due(self.now);
        self.armed = self.armed.into_iter().chain(due).min();
        for Change { kind, key, json } in self.fleet.changes() {
            let at = (kind.to_owned(), key);
            match json {
                Some(json) => self.rows.insert(at, json),
                None => self.rows.remove(&at),
            };
        }
        for output in out {
            if let Output::Drop(node) = &output {
                let n: usize = node.as_str()[1..].parse().unwrap();
                assert!(self.nodes[n].frozen, "it was heard");
                self.nodes[n].linked = false;
                self.bound.insert(node.clone(), self.now + 1);
            }
            let Output::Letter(Letter::Call(call, letter)) = output else {
                continue;
            };
            let ToCall::Stream { party, node, event } = letter else {
                continue;
            };
            let c: u8 = call.as_str()[1..].parse().unwrap();
            match event {
                NodeEvent::StreamBegin(_) => {
                    let before = self.told.insert((c, party), node.clone());
                    assert_ne!(before, Some(node), "the begin of {call} {party} is news");
                }
                NodeEvent::StreamEnd { .. } => {
                    let before = self.told.remove(&(c, party));
                    assert_eq!(before, Some(node), "the end of {call} {party} is news");
                }
                _ => {}
            }
        }
    }

    fn dial(&mut self, n: u8) {
        let at = &mut self.nodes[usize::from(n)];
        (at.linked, at.frozen) = (true, false);
        let boot = format!("b{}", at.boot);
        let streams = at.streams.iter().map(|&(c, party)| stream(c, party));
        let hello = hello(n, &boot, streams.collect(), 0);
        let untold = at.untold.clone();
        self.bound.remove(&node(n));
        self.turn(hello);
        for (seq, c, party, event) in untold {
            self.tell(n, seq, c, party, event);
        }
        self.nodes[usize::from(n)].untold.clear();
    }

    fn tell(&mut self, n: u8, seq: u64, c: u8, party: Party, event: NodeEvent) {
        let stream = stream(c, party);
        let at = 0;
        let message = FromNode::Event {
            seq,
            at,
            stream,
            event,
        };
        self.turn(says(n, message));
    }

    fn happens(&mut self, n: u8, c: u8, party: Party, event: NodeEvent) {
        let at = &mut self.nodes[usize::from(n)];
        at.seq += 1;
        let seq = at.seq;
        if at.linked && !at.frozen {
            self.tell(n, seq, c, party, event);
        } else {
            at.untold.push((seq, c, party, event));
        }
    }

    fn close(&mut self, n: u8) {
        let at = &mut self.nodes[usize::from(n)];
        if std::mem::take(&mut at.linked) {
            self.bound.insert(node(n), self.now + RETURN);
            self.turn(Input::Closed(node(n)));
        }
    }

    fn freeze(&mut self, n: u8) {
        let at = &mut self.nodes[usize::from(n)];
        if at.linked && !std::mem::replace(&mut at.frozen, true) {
            let until = self.now + SILENT_LINK + CHECK_LINKS;
            self.bound.insert(node(n), until);
        }
    }

    /// The process of the node is another one.
    fn kill(&mut self, n: u8) {
        self.close(n);
        let at = &mut self.nodes[usize::from(n)];
        *at = Process {
            boot: at.boot + 1,
            ..Process::default()
        };
    }

    fn stream(&mut self, n: u8, c: u8, party: Party) {
        let streams = &mut self.nodes[usize::from(n)].streams;
        let event = match streams.remove(&(c, party)) {
            true => ended("gone"),
            false => {
                streams.insert((c, party));
                begin()
            }
        };
        self.happens(n, c, party, event);
    }

    /// The edge dies and starts again; with or without its sockets, as on one machine or with hibernation.
    fn restart(&mut self, sockets_too: bool) {
        let rows = self.rows.iter().map(|((kind, key), json)| Row {
            kind: kind.clone(),
            key: key.clone(),
            json: json.clone(),
        });
        let rows: Vec<Row> = rows.collect();
        self.fleet = Fleet::load(&rows).unwrap();
        for n in 0..3u8 {
            let at = &mut self.nodes[usize::from(n)];
            if sockets_too && std::mem::take(&mut at.linked) {
                let until = self.now + RETURN_AFTER_START;
                self.bound.insert(node(n), until);
            } else if at.linked && at.frozen {
                let until = self.now + SILENT_LINK + CHECK_LINKS;
                self.bound.insert(node(n), until);
            }
        }
        let linked = (0..3u8).filter(|n| self.nodes[usize::from(*n)].linked);
        let present = linked.map(node).collect();
        self.turn(Input::Loaded { present });
    }

    fn pass(&mut self, pause: u64) {
        let until = self.now + pause;
        while let Some(due) = self.armed.filter(|&due| due <= until) {
            self.now = due.max(self.now);
            self.armed = None;
            for n in 0..3u8 {
                let at = &self.nodes[usize::from(n)];
                if at.linked && !at.frozen {
                    self.turn(load(n, 0));
                }
            }
            self.turn(Input::Alarm);
        }
        self.now = until;
    }

    fn check(&self) {
        for ((c, party), at) in &self.told {
            let bound = self.bound.get(at).copied().unwrap_or(u64::MAX);
            assert!(self.now < bound, "c{c} {party} still believes in {at}");
        }
    }
}

proptest! {
    #![proptest_config(crate::chance::sequences())]

    #[test]
    fn streams_of_a_gone_node_end_in_time_and_once(
        steps in prop::collection::vec((0..12u8, 0..3u8, 0..3u8, any::<bool>(), 0..4_000u64), 1..80),
    ) {
        let mut world = World::new();
        for (what, n, c, flag, pause) in steps {
            let party = BOTH[usize::from(flag)];
            let linked = world.nodes[usize::from(n)].linked;
            match what {
                0..=3 => world.stream(n, c, party),
                4 | 5 => world.close(n),
                6 | 7 if !linked => world.dial(n),
                8 => world.kill(n),
                9 => world.turn(allocate(c, 0)),
                10 if flag => world.turn(end(c)),
                10 => world.freeze(n),
                11 => world.restart(flag),
                _ => world.pass(pause),
            }
            world.check();
        }
        world.pass(RETURN_AFTER_START + SILENT_LINK + CHECK_LINKS);
        world.check();
    }
}
