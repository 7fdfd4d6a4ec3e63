//! A node dials: new, back after a moment, or restarted.

use super::input::Output;
use super::limits::FORGET_NODE;
use super::node::{Ledger, Node};
use super::state::Live;
use super::stock::Stock;
use super::turn::Turn;
use counterpart_shared::api::{FromNode, Load, NodeEvent, StreamRef};
use counterpart_shared::grant::PublicKey;
use counterpart_shared::id::{CallId, NodeId};

impl Turn<'_> {
    pub(super) fn hello(&mut self, hello: FromNode, keys: &[PublicKey]) {
        let FromNode::Hello {
            node,
            version,
            boot,
            endpoints,
            capacity,
            daily_sha256,
            streams,
            command_seq,
        } = hello
        else {
            return;
        };
        self.out.push(Output::Join(node.clone()));
        self.fleet.heard.insert(node.clone(), self.now);
        self.forget_nodes();
        let before = self.fleet.nodes.get(&node).cloned();
        let same_boot = before.as_ref().is_some_and(|row| row.boot == boot);
        let (load, ledger) = carried_over(before, same_boot, command_seq);
        let row = Node {
            version,
            boot,
            endpoints,
            capacity,
            daily_sha256,
            load,
            gone_since: None,
            lost_at: None,
            ledger,
        };
        self.fleet.nodes.insert(node.clone(), row);
        self.welcome(&node, same_boot, keys);
        self.reconcile(&node, same_boot, &streams);
        self.take_back(&node, same_boot, &streams);
    }

    fn welcome(&mut self, node: &NodeId, same_boot: bool, keys: &[PublicKey]) {
        self.tell_terms(node, keys);
        if !same_boot || self.fleet.stock.get(node).is_none() {
            let stock = Stock::empty(self.fleet.given(node));
            self.fleet.stock.insert(node.clone(), stock);
        }
        if let Some(stock) = self.fleet.stock.get_mut(node) {
            stock.asked_at = 0;
        }
        self.restock(node);
        self.send_pending(node);
        self.send_deletions(node);
    }

    /// Ends what was live at the node and is not: all of it, if its process is another one.
    fn reconcile(&mut self, node: &NodeId, same_boot: bool, streams: &[StreamRef]) {
        let is_there = |call: &CallId, live: &Live| {
            let mut streams = streams.iter();
            same_boot && streams.any(|one| one.call == *call && one.party == live.party)
        };
        let here = self.live_at(node).into_iter();
        let lost: Vec<(CallId, Live)> = here.filter(|(call, live)| !is_there(call, live)).collect();
        let reason = if same_boot {
            "the node has it no more"
        } else {
            "node restarted"
        };
        for (call, live) in lost {
            self.lose(call, &live, reason);
        }
    }

    fn lose(&mut self, call: CallId, lost: &Live, reason: &str) {
        self.change(&call, |row| row.live.retain(|live| live != lost));
        let reason = reason.to_owned();
        self.tell_call(
            call,
            lost.party,
            &lost.node,
            NodeEvent::StreamEnd { reason },
        );
    }

    fn forget_nodes(&mut self) {
        let now = self.now;
        let long_gone = |row: &Node| row.gone_since.is_some_and(|at| at + FORGET_NODE <= now);
        let nodes = self.fleet.nodes.iter();
        let gone: Vec<NodeId> = nodes
            .filter(|(_, row)| long_gone(row))
            .map(|(node, _)| node.clone())
            .collect();
        for node in gone {
            self.fleet.nodes.remove(&node);
            self.fleet.stock.remove(&node);
            self.fleet.given.remove(&node);
        }
    }
}

/// What remains true of a node over a redial.
fn carried_over(before: Option<Node>, same_boot: bool, done: u64) -> (Load, Ledger) {
    match before {
        None => Default::default(),
        Some(row) if same_boot => (row.load, row.ledger.resumed(done)),
        Some(row) => (Load::default(), row.ledger.renumbered()),
    }
}
