//! What nodes are told to do, until they have done it.

use super::node::Pending;
use super::turn::Turn;
use counterpart_shared::api::{NodeCommand, ToNode};
use counterpart_shared::id::{CallId, ClientId, NodeId, Party};

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
        if let Some(row) = self.fleet.nodes.get_mut(node) {
            row.ledger.pending.retain(|pending| pending.seq != seq);
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
