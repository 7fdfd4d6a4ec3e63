//! For how long desks want recordings kept, which each node is told when it dials and whenever it changes.

use super::turn::Turn;
use counterpart_shared::api::{LeastDays, ToNode};
use counterpart_shared::grant::PublicKey;
use counterpart_shared::id::{DeskId, NodeId};

impl Turn<'_> {
    /// A desk says what it wants; nodes hear of it where that is something else.
    pub(super) fn keep_least(&mut self, desk: DeskId, days: u32, keys: &[PublicKey]) {
        let before = self.least();
        match days {
            0 => drop(self.fleet.least.remove(&desk)),
            days => self.fleet.least.insert(desk, days),
        }
        if self.least() == before {
            return;
        }
        let nodes = self.fleet.nodes.iter();
        let connected = nodes.filter(|(_, row)| row.is_connected());
        let connected: Vec<NodeId> = connected.map(|(node, _)| node.clone()).collect();
        for node in connected {
            self.tell_terms(&node, keys);
        }
    }

    /// By which keys a node knows grants, and what it must keep.
    pub(super) fn tell_terms(&mut self, node: &NodeId, keys: &[PublicKey]) {
        let (keys, least) = (keys.to_vec(), Some(self.least()));
        self.send(node, ToNode::Welcome { keys, least });
    }

    fn least(&self) -> LeastDays {
        let rows = self.fleet.least.iter();
        LeastDays::new(rows.map(|(desk, days)| (desk, *days)))
    }
}
