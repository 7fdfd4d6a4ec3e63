//! The fleet as a dashboard shows it.

use super::state::{Assigned, Fleet};
use crate::link::FleetBoard;
use counterpart_shared::api::{BoardCall, BoardMedia, BoardNode};
use counterpart_shared::id::{CallId, Party};
use std::collections::BTreeMap;

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
        let mut media = self.by_call();
        let calls = self.calls.iter().filter_map(|(call, row)| {
            let media = media.remove(call).unwrap_or_default();
            board_call(call, row, media)
        });
        FleetBoard {
            calls: calls.collect(),
            nodes: nodes.collect(),
        }
    }

    fn by_call(&self) -> BTreeMap<&CallId, Vec<BoardMedia>> {
        let mut calls: BTreeMap<&CallId, Vec<BoardMedia>> = BTreeMap::new();
        for stream in self.media.values().flatten() {
            let media = calls.entry(&stream.call).or_default();
            media.push(BoardMedia {
                party: stream.party,
                kbps: stream.kbps,
                fps: stream.fps,
                delay_ms: stream.delay_ms,
                loss_percent: stream.loss_percent,
            });
            media.sort_by_key(|media| media.party);
        }
        calls
    }
}

fn board_call(call: &CallId, row: &Assigned, media: Vec<BoardMedia>) -> Option<BoardCall> {
    let node = row.node().filter(|_| row.ended_at.is_none())?;
    let mut live: Vec<Party> = row.live.iter().map(|live| live.party).collect();
    live.sort();
    Some(BoardCall {
        call: call.clone(),
        node: node.clone(),
        live,
        media,
    })
}
