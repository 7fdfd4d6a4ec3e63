//! Which node a call gets.

use super::node::Node;
use super::turn::Turn;
use crate::link::Lease;
use counterpart_shared::api::{ApiError, ErrorCode, OneTimeKey};
use counterpart_shared::id::{CallId, NodeId};

/// Streams that a call will have.
const STREAMS_PER_CALL: u32 = 2;

impl Turn<'_> {
    pub(super) fn allocate(
        &mut self,
        call: CallId,
        count: u32,
        at: Option<NodeId>,
        until: Option<u64>,
    ) -> Result<Lease, ApiError> {
        let node = match at {
            Some(node) => node,
            None => self.assign(call, until)?,
        };
        let lease = self.lease(&node, count)?;
        self.restock(&node);
        Ok(lease)
    }

    /// A call stays where it is while that node is connected.
    fn assign(&mut self, call: CallId, until: Option<u64>) -> Result<NodeId, ApiError> {
        self.fleet.calls.forget(self.now);
        let mut row = self.fleet.calls.get(&call).cloned().unwrap_or_default();
        if row.ended_at.is_some() {
            let detail = format!("call '{call}' is over");
            return Err(ApiError::new(ErrorCode::Conflict, detail));
        }
        let longer = until > row.until;
        row.until = row.until.max(until);
        if let Some(node) = row.node().filter(|node| self.is_connected(node)).cloned() {
            if longer {
                self.fleet.calls.insert(call, row);
            }
            return Ok(node);
        }
        let node = self.least_loaded().ok_or_else(no_node)?;
        row.move_to(&node);
        self.fleet.calls.insert(call, row);
        Ok(node)
    }

    fn is_connected(&self, node: &NodeId) -> bool {
        self.fleet.nodes.get(node).is_some_and(Node::is_connected)
    }

    /// Calls that were sent to a node count beside its own report, which is some seconds old.
    fn least_loaded(&self) -> Option<NodeId> {
        let used = |node: &NodeId, row: &Node| {
            let expected = STREAMS_PER_CALL * self.fleet.calls.at(node);
            let streams = row.load.streams.max(expected);
            f64::from(streams) / f64::from(row.capacity)
        };
        let nodes = self.fleet.nodes.iter();
        let open = nodes.filter(|(_, row)| row.is_connected() && row.load.streams < row.capacity);
        open.min_by(|a, b| used(a.0, a.1).total_cmp(&used(b.0, b.1)))
            .map(|(node, _)| node.clone())
    }

    fn lease(&mut self, node: &NodeId, count: u32) -> Result<Lease, ApiError> {
        let row = self.fleet.nodes.get(node).ok_or_else(no_node)?;
        let makes_keys = row.endpoints.one_time;
        let lease = Lease {
            node: node.clone(),
            endpoints: row.endpoints.clone(),
            daily_sha256: row.daily_sha256.clone(),
            keys: Vec::new(),
        };
        if !makes_keys || count == 0 {
            return Ok(lease);
        }
        let keys = self.take_keys(node, count);
        Ok(Lease { keys, ..lease })
    }

    fn take_keys(&mut self, node: &NodeId, count: u32) -> Vec<OneTimeKey> {
        let given = self.fleet.given(node);
        let Some(stock) = self.fleet.stock.get(node) else {
            return Vec::new();
        };
        let (keys, next) = stock.take(count, given, self.now);
        if next > given {
            self.fleet.given.insert(node.clone(), next);
        }
        keys
    }
}

fn no_node() -> ApiError {
    ApiError::new(ErrorCode::NoNode, "no media node is connected and free")
}
