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
        if new {
            self.note_live(node, &stream, &event);
            self.tell_call(stream.call, stream.party, node, event);
        }
        self.send(node, ToNode::Ack { seq: newest });
    }

    fn note_live(&mut self, node: &NodeId, stream: &StreamRef, event: &NodeEvent) {
        let begins = match event {
            NodeEvent::StreamBegin(_) => true,
            NodeEvent::StreamEnd { .. } => false,
            _ => return,
        };
        let Some(mut row) = self.fleet.calls.get(&stream.call).cloned() else {
            return;
        };
        let (party, node) = (stream.party, node.clone());
        row.live
            .retain(|live| live.party != party || (live.node != node && !begins));
        if begins {
            row.live.push(Live { party, node });
        }
        self.fleet.calls.insert(stream.call.clone(), row);
    }
}
