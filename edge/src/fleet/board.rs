//! The fleet as a dashboard shows it.

use super::state::{Assigned, Fleet};
use crate::link::FleetBoard;
use counterpart_shared::api::{BoardCall, BoardNode};
use counterpart_shared::id::{CallId, Party};

impl Fleet {
    /// Nodes by name, and the calls that are not over.
    pub fn board(&self) -> FleetBoard {
        let nodes = self.nodes.iter().map(|(node, row)| BoardNode {
            node: node.clone(),
            version: row.version.clone(),
            connected: row.is_connected(),
            capacity: row.capacity,
            load: row.load.clone(),
        });
        FleetBoard {
            nodes: nodes.collect(),
            calls: self.calls.iter().filter_map(call).collect(),
        }
    }
}

fn call((call, row): (&CallId, &Assigned)) -> Option<BoardCall> {
    let node = row.node().filter(|_| row.ended_at.is_none())?;
    let mut live: Vec<Party> = row.live.iter().map(|live| live.party).collect();
    live.sort();
    Some(BoardCall {
        call: call.clone(),
        node: node.clone(),
        live,
    })
}
