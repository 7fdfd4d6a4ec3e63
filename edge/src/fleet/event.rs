//! What happens to streams: once each, to their calls.

use super::state::Live;
use super::turn::Turn;
use counterpart_shared::api::{NodeEvent, StreamRef, ToNode};
use counterpart_shared::id::NodeId;

impl Turn<'_> {
    /// A node sends its events in order and again until they are acknowledged, so whatever is not higher
    /// than the last number is known.
    pub(super) fn event(&mut self, node: &NodeId, seq: u64, stream: StreamRef, event: NodeEvent) {
        let Some(row) = self.fleet.nodes.get_mut(node) else {
            return;
        };
        let newest = row.ledger.event_seq.max(seq);
        let new = row.ledger.event_seq < newest;
        row.ledger.event_seq = newest;
        if new && self.note_live(node, &stream, &event) {
            self.tell_call(stream.call, stream.party, node, event);
        }
        self.send(node, ToNode::Ack { seq: newest });
    }

    /// Whether the call is to hear of it: not of the end of a stream that it was told of already, or that has since
    /// begun elsewhere.
    fn note_live(&mut self, node: &NodeId, stream: &StreamRef, event: &NodeEvent) -> bool {
        let format = match event {
            NodeEvent::StreamBegin(format) => Some(format.clone()),
            NodeEvent::StreamEnd { .. } => None,
            NodeEvent::Unknown => return false,
            _ => return true,
        };
        let (party, node) = (stream.party, node.clone());
        let mut told = true;
        self.change(&stream.call, |row| match format {
            Some(format) => {
                row.live.retain(|live| live.party != party);
                row.lost.retain(|live| live.party != party);
                let live = Live {
                    party,
                    node,
                    format,
                };
                row.live.push(live);
            }
            None => {
                let is_it = |live: &Live| live.party == party && live.node == node;
                told = row.live.iter().any(is_it);
                row.live.retain(|live| !is_it(live));
                row.lost.retain(|live| !is_it(live));
            }
        });
        told
    }
}
