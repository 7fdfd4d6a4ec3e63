//! What desk and fleet say to a call.

use super::input::Output;
use super::turn::Turn;
use crate::link::ToCall;
use counterpart_shared::api::{
    CallMessage, CallPhase, Deleted, EndReason, EntryBody, NodeEvent, PUSH_BEGIN, StreamFormat,
};
use counterpart_shared::id::{NodeId, Party, RoomId, UserId};

impl Turn<'_> {
    pub(super) fn letter(&mut self, letter: ToCall) {
        match letter {
            ToCall::Stream { party, node, event } => self.stream(party, node, event),
            ToCall::Forget => self.forget(),
            // The desk hears of the end by a letter of its own; what it decided before is void.
            _ if self.call.phase != CallPhase::Requested => {}
            ToCall::Offered { room, agent } => self.offered(room, agent),
            ToCall::Declined { room } => {
                self.append(EntryBody::Declined { room });
            }
            ToCall::Accepted { room, agent } => self.accepted(room, agent),
            ToCall::Refused { reason } => self.refused(reason),
            ToCall::Position { position, wait_s } => self.position(position, wait_s),
        }
    }

    /// The archive knows only calls that are over.
    fn forget(&mut self) {
        if self.call.phase == CallPhase::Ended {
            self.out.push(Output::Forget);
        }
    }

    fn offered(&mut self, room: RoomId, agent: UserId) {
        self.call.position = None;
        self.append(EntryBody::Offer { room, agent });
    }

    /// From here on the agent's absence counts, although he has no socket here yet.
    fn accepted(&mut self, room: RoomId, agent: UserId) {
        self.call.phase = CallPhase::Talking;
        self.call.position = None;
        self.call.callee = Some(agent.clone());
        self.call.room = Some(room.clone());
        let now = self.now;
        let callee = self.call.party_mut(Party::Callee);
        callee.gone_since = Some(now);
        callee.seen = true;
        self.append(EntryBody::Accept {
            callee: agent,
            room: Some(room),
        });
        self.offer_play(Party::Caller, false);
    }

    fn refused(&mut self, reason: EndReason) {
        self.end(None, reason);
    }

    fn position(&mut self, position: u32, wait_s: Option<u64>) {
        self.call.position = Some(position);
        self.call.wait_s = wait_s;
        self.send(Party::Caller, CallMessage::Position { position, wait_s });
    }

    fn stream(&mut self, party: Party, node: NodeId, event: NodeEvent) {
        match event {
            NodeEvent::StreamBegin(format) => self.stream_begin(party, node, format),
            NodeEvent::StreamStalled => {
                self.append(EntryBody::StreamStalled { party });
            }
            NodeEvent::StreamEnd { reason } => self.stream_end(party, &node, reason),
            NodeEvent::RecordingStarted => {
                self.append(EntryBody::RecordingStarted { party });
            }
            NodeEvent::RecordingReady { files } => {
                self.recording_ready(Some(party), node, files);
            }
            NodeEvent::RecordingFailed { reason } => {
                let party = Some(party);
                self.append(EntryBody::RecordingFailed { party, reason });
            }
            NodeEvent::MadeReady { files } => self.recording_ready(None, node, files),
            NodeEvent::MadeFailed { reason } => {
                let party = None;
                self.append(EntryBody::RecordingFailed { party, reason });
            }
            NodeEvent::RecordingDeleted { rule, at, files } => {
                self.recordings_deleted(&node, &Deleted { at, rule }, files);
            }
            NodeEvent::StillReady {
                file,
                width,
                height,
                taken_at,
            } => {
                let entry = EntryBody::Still {
                    party,
                    file: file.clone(),
                    width,
                    height,
                    taken_at,
                };
                self.recorded(Some(party), node, vec![file], entry);
            }
            NodeEvent::StillFailed { reason } => {
                self.append(EntryBody::StillFailed { party, reason });
            }
            NodeEvent::Unknown => {}
        }
    }

    fn stream_begin(&mut self, party: Party, node: NodeId, format: StreamFormat) {
        self.call.party_mut(party).live = Some(node);
        let code = PUSH_BEGIN;
        self.append(EntryBody::StreamBegin {
            party,
            code,
            format,
        });
        self.offer_play(party.other(), false);
        self.show_watchers(party);
    }

    /// The end of a stream that has since begun at another node, or was told before, is no news.
    fn stream_end(&mut self, party: Party, node: &NodeId, reason: String) {
        let state = self.call.party_mut(party);
        if state.live.as_ref() == Some(node) {
            state.live = None;
            self.append(EntryBody::StreamEnd { party, reason });
        }
    }
}
