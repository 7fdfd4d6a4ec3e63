//! Nodes whose link is away: after a moment their streams are given up, so that both parties go on elsewhere.

use super::input::Output;
use super::limits::{RETURN, RETURN_AFTER_START, SILENT_LINK};
use super::state::{Assigned, Live};
use super::turn::Turn;
use counterpart_shared::api::{NodeCommand, NodeEvent, StreamRef};
use counterpart_shared::id::{CallId, NodeId, Party};
use std::collections::BTreeSet;

/// What the parties hear; clients know it by its words.
const NODE_LOST: &str = "node lost";

impl Turn<'_> {
    pub(super) fn closed(&mut self, node: &NodeId) {
        self.away(node, RETURN);
    }

    /// The sockets that are there are the truth: after a crash of the edge no link was closed, and all nodes dial anew.
    pub(super) fn loaded(&mut self, present: &BTreeSet<NodeId>) {
        let nodes = self.fleet.nodes.iter();
        let absent: Vec<NodeId> = nodes
            .filter(|(node, row)| row.is_connected() && !present.contains(node))
            .map(|(node, _)| node.clone())
            .collect();
        for node in absent {
            self.away(&node, RETURN_AFTER_START);
        }
        let heard = present.iter().map(|node| (node.clone(), self.now));
        self.fleet.heard.extend(heard);
    }

    fn away(&mut self, node: &NodeId, patience: u64) {
        let now = self.now;
        let Some(row) = self.fleet.nodes.get_mut(node) else {
            return;
        };
        if row.is_connected() {
            row.gone_since = Some(now);
            row.lost_at = Some(now + patience);
        }
        self.fleet.media.remove(node);
        self.fleet.heard.remove(node);
    }

    /// The network may take a node without a word, which TCP notices many minutes later.
    fn drop_silent(&mut self) {
        let heard = self.fleet.heard.iter();
        let silent = heard.filter(|(_, at)| **at + SILENT_LINK <= self.now);
        let silent: Vec<NodeId> = silent.map(|(node, _)| node.clone()).collect();
        for node in silent {
            self.away(&node, 0);
            self.out.push(Output::Drop(node));
        }
    }

    /// Time has passed.
    pub(super) fn alarm(&mut self) {
        self.drop_silent();
        let nodes = self.fleet.nodes.iter();
        let due = nodes.filter(|(_, row)| row.lost_at.is_some_and(|at| at <= self.now));
        let lost: Vec<NodeId> = due.map(|(node, _)| node.clone()).collect();
        for node in lost {
            self.give_up(&node);
        }
    }

    fn give_up(&mut self, node: &NodeId) {
        for (call, live) in self.live_at(node) {
            self.set_aside(&call, &live);
            let reason = NODE_LOST.to_owned();
            let event = NodeEvent::StreamEnd { reason };
            self.tell_call(call, live.party, node, event);
        }
        let Some(row) = self.fleet.nodes.get_mut(node) else {
            return;
        };
        row.lost_at = None;
        for still in row.ledger.drop_stills() {
            if let NodeCommand::Still { call, party, .. } = still {
                self.no_still(call, party, node, NODE_LOST);
            }
        }
    }

    fn set_aside(&mut self, call: &CallId, live: &Live) {
        self.change(call, |row| {
            row.live.retain(|one| one != live);
            row.lost.retain(|one| one.party != live.party);
            row.lost.push(live.clone());
        });
    }

    /// The node is back, and so are those of its streams whose call did not go elsewhere meanwhile.
    pub(super) fn take_back(&mut self, node: &NodeId, same_boot: bool, streams: &[StreamRef]) {
        let calls = self.fleet.calls.iter();
        let lost: Vec<(CallId, Live)> = calls
            .flat_map(|(call, row)| row.lost.iter().map(|live| (call.clone(), live.clone())))
            .filter(|(_, live)| live.node == *node)
            .collect();
        for (call, live) in lost {
            let is_there = |one: &StreamRef| one.call == call && one.party == live.party;
            let there = same_boot && streams.iter().any(is_there);
            let back = there
                && self
                    .fleet
                    .calls
                    .get(&call)
                    .is_some_and(|row| row.awaits(&live));
            self.change(&call, |row| {
                row.lost.retain(|one| *one != live);
                if back {
                    row.live.push(live.clone());
                }
            });
            if back {
                let event = NodeEvent::StreamBegin(live.format);
                self.tell_call(call, live.party, node, event);
            }
        }
    }

    /// The streams that are live at a node.
    pub(super) fn live_at(&self, node: &NodeId) -> Vec<(CallId, Live)> {
        let calls = self.fleet.calls.iter();
        let live =
            calls.flat_map(|(call, row)| row.live.iter().map(|live| (call.clone(), live.clone())));
        live.filter(|(_, live)| live.node == *node).collect()
    }

    pub(super) fn change(&mut self, call: &CallId, change: impl FnOnce(&mut Assigned)) {
        if let Some(mut row) = self.fleet.calls.get(call).cloned() {
            change(&mut row);
            self.fleet.calls.insert(call.clone(), row);
        }
    }

    pub(super) fn no_still(&mut self, call: CallId, party: Party, node: &NodeId, reason: &str) {
        let reason = reason.to_owned();
        self.tell_call(call, party, node, NodeEvent::StillFailed { reason });
    }
}

impl Assigned {
    /// Whether a stream that was given up can go on: its call is still at that node, and its party sends nothing elsewhere.
    fn awaits(&self, live: &Live) -> bool {
        let elsewhere = self.live.iter().any(|one| one.party == live.party);
        self.ended_at.is_none() && self.node() == Some(&live.node) && !elsewhere
    }
}
