//! What nodes are told to do, until they have done it.

use super::node::Pending;
use super::state::Deletion;
use super::turn::Turn;
use counterpart_shared::api::{NodeCommand, ToNode};
use counterpart_shared::id::{CallId, ClientId, NodeId, Party};
use std::collections::BTreeSet;

/// So many deletions does a node have to note at a time: a row has a greatest length.
const AT_ONCE: usize = 64;

fn is_deletion(command: &NodeCommand) -> bool {
    matches!(command, NodeCommand::RecordDelete { .. })
}

impl Turn<'_> {
    /// The call is over: every node that it was at ends what is left and finishes its files.
    pub(super) fn end(&mut self, call: CallId) {
        self.fleet.calls.forget(self.now);
        let mut row = self.fleet.calls.get(&call).cloned().unwrap_or_default();
        if row.ended_at.is_some() {
            return;
        }
        row.ended_at = Some(self.now);
        row.lost.clear();
        for node in row.nodes.clone() {
            let call = call.clone();
            self.order(&node, NodeCommand::CallEnd { call });
        }
        self.fleet.calls.insert(call, row);
    }

    /// Every node that the call was at gets this command.
    pub(super) fn tell_nodes(&mut self, call: &CallId, command: NodeCommand) {
        let nodes = self.fleet.calls.get(call).map(|row| row.nodes.clone());
        for node in nodes.unwrap_or_default() {
            self.order(&node, command.clone());
        }
    }

    /// It is kept until each of the nodes has noted it, be they known at present or not.
    pub(super) fn delete_recordings(&mut self, call: CallId, nodes: BTreeSet<NodeId>, by: String) {
        let mut row = Deletion { nodes, by };
        let asked = row.nodes.clone();
        if let Some(before) = self.fleet.deletions.get(&call) {
            row.nodes.extend(before.nodes.iter().cloned());
        }
        self.fleet.deletions.insert(call, row);
        for node in asked {
            self.send_deletions(&node);
        }
    }

    /// What a node is to delete and has not noted, a few at a time.
    pub(super) fn send_deletions(&mut self, node: &NodeId) {
        let row = self.fleet.nodes.get(node);
        let pending = row.iter().flat_map(|row| &row.ledger.pending);
        let asked = pending.filter(|pending| is_deletion(&pending.command));
        let left = AT_ONCE.saturating_sub(asked.count());
        let rows = self.fleet.deletions.iter();
        let missed = rows.filter(|(_, row)| row.nodes.contains(node));
        let commands = missed.map(|(call, row)| NodeCommand::RecordDelete {
            call: call.clone(),
            by: row.by.clone(),
        });
        let fresh = commands.filter(|command| !self.is_ordered(node, command));
        let fresh: Vec<NodeCommand> = fresh.take(left).collect();
        for command in fresh {
            self.order(node, command);
        }
    }

    fn is_ordered(&self, node: &NodeId, command: &NodeCommand) -> bool {
        let row = self.fleet.nodes.get(node);
        let mut pending = row.iter().flat_map(|row| &row.ledger.pending);
        pending.any(|pending| pending.command == *command)
    }

    /// Only the node where the stream is has a picture of it.
    pub(super) fn still(&mut self, call: CallId, party: Party, id: ClientId) {
        let Some(row) = self.fleet.calls.get(&call) else {
            return;
        };
        let live = row.live.iter().find(|live| live.party == party);
        let at = live.map(|live| live.node.clone());
        match (at, row.node().cloned()) {
            (Some(node), _) => self.order(&node, NodeCommand::Still { call, party, id }),
            (None, Some(node)) => self.no_still(call, party, &node, "the stream is not live"),
            (None, None) => {}
        }
    }

    fn order(&mut self, node: &NodeId, command: NodeCommand) {
        let Some(row) = self.fleet.nodes.get_mut(node) else {
            return;
        };
        row.ledger.command_seq += 1;
        let seq = row.ledger.command_seq;
        let pending = Pending {
            seq,
            command: command.clone(),
        };
        row.ledger.pending.push(pending);
        self.send(node, ToNode::Command { seq, command });
    }

    pub(super) fn command_done(&mut self, node: &NodeId, seq: u64) {
        let Some(row) = self.fleet.nodes.get_mut(node) else {
            return;
        };
        let mut pending = row.ledger.pending.iter();
        let done = pending.find(|pending| pending.seq == seq).cloned();
        row.ledger.pending.retain(|pending| pending.seq != seq);
        if let Some(NodeCommand::RecordDelete { call, .. }) = done.map(|done| done.command) {
            self.deletion_noted(node, &call);
            self.send_deletions(node);
        }
    }

    fn deletion_noted(&mut self, node: &NodeId, call: &CallId) {
        let Some(row) = self.fleet.deletions.get_mut(call) else {
            return;
        };
        row.nodes.remove(node);
        if row.nodes.is_empty() {
            self.fleet.deletions.remove(call);
        }
    }

    pub(super) fn send_pending(&mut self, node: &NodeId) {
        let pending = self
            .fleet
            .nodes
            .get(node)
            .map(|row| row.ledger.pending.clone());
        for Pending { seq, command } in pending.unwrap_or_default() {
            self.send(node, ToNode::Command { seq, command });
        }
    }
}
