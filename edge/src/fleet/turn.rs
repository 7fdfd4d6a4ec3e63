//! One decision under way: the fleet, the time, and what has come out so far.

use super::input::{Input, Output};
use super::state::Fleet;
use crate::link::{Letter, ToCall, ToFleet};
use counterpart_shared::api::{
    ApiError, ErrorCode, FromNode, Load, NodeCommand, NodeEvent, OneTimeKey, ToNode,
};
use counterpart_shared::grant::PublicKey;
use counterpart_shared::id::{CallId, NodeId, Party};

pub(super) struct Turn<'a> {
    pub(super) fleet: &'a mut Fleet,
    pub(super) now: u64,
    pub(super) out: Vec<Output>,
}

impl<'a> Turn<'a> {
    pub(super) fn new(fleet: &'a mut Fleet, now: u64) -> Self {
        let out = Vec::new();
        Self { fleet, now, out }
    }

    pub(super) fn take(&mut self, input: Input, keys: &[PublicKey]) {
        match input {
            Input::Message { from, message } => self.message(from, message, keys),
            Input::Closed(node) => self.closed(&node),
            Input::Allocate {
                call,
                count,
                at,
                until,
            } => {
                let lease = self.allocate(call, count, at, until);
                self.out.push(Output::Leased(lease));
            }
            Input::Letter(ToFleet::End { call }) => self.end(call),
            Input::Letter(ToFleet::GrantsEnd { call, user, serial }) => {
                let at = call.clone();
                self.tell_nodes(&at, NodeCommand::GrantsEnd { call, user, serial });
            }
            Input::Letter(ToFleet::Record { call }) => {
                self.tell_nodes(&call, NodeCommand::RecordBegin { call: call.clone() });
            }
            Input::Letter(ToFleet::RecordEnd { call }) => {
                self.tell_nodes(&call, NodeCommand::RecordEnd { call: call.clone() });
            }
            Input::Letter(ToFleet::Log { call, entries }) => {
                let at = call.clone();
                self.tell_nodes(&at, NodeCommand::CallLog { call, entries });
            }
            Input::Letter(ToFleet::RecordDelete { call, nodes, by }) => {
                self.delete_recordings(call, nodes, by);
            }
            Input::Letter(ToFleet::Least { desk, days }) => self.keep_least(desk, days, keys),
            Input::Letter(ToFleet::Still { call, party, id }) => self.still(call, party, id),
            Input::Loaded { present } => self.loaded(&present),
            Input::Alarm => self.alarm(),
        }
    }

    fn message(&mut self, from: Option<NodeId>, message: FromNode, keys: &[PublicKey]) {
        match (from, message) {
            (None, hello @ FromNode::Hello { .. }) => self.hello(hello, keys),
            (None, _) => self.refuse("the first message must be hello"),
            (Some(_), FromNode::Hello { .. }) => self.refuse("hello was said before on this link"),
            (Some(node), message) => {
                self.fleet.heard.insert(node.clone(), self.now);
                self.report(&node, message);
            }
        }
    }

    fn report(&mut self, node: &NodeId, message: FromNode) {
        match message {
            FromNode::Hello { .. } => {}
            FromNode::Keys { keys } => self.keys(node, keys),
            FromNode::Load(load) => self.load(node, load),
            FromNode::Daily { sha256 } => self.daily(node, sha256),
            FromNode::Event {
                seq, stream, event, ..
            } => self.event(node, seq, stream, event),
            FromNode::Done { seq } => self.command_done(node, seq),
        }
    }

    fn keys(&mut self, node: &NodeId, keys: Vec<OneTimeKey>) {
        let given = self.fleet.given(node);
        if let Some(stock) = self.fleet.stock.get_mut(node) {
            stock.add(keys, given);
            stock.asked_at = 0;
        }
    }

    /// What comes in from each publisher is not stored: it is different every few seconds.
    fn load(&mut self, node: &NodeId, mut load: Load) {
        let media = std::mem::take(&mut load.media);
        if let Some(row) = self.fleet.nodes.get_mut(node) {
            row.load = load;
            self.fleet.media.insert(node.clone(), media);
        }
    }

    fn daily(&mut self, node: &NodeId, sha256: String) {
        if let Some(row) = self.fleet.nodes.get_mut(node) {
            row.daily_sha256 = sha256;
        }
    }

    fn refuse(&mut self, detail: &str) {
        let error = ApiError::new(ErrorCode::BadRequest, detail);
        self.out.push(Output::Reply(ToNode::Error(error)));
        self.out.push(Output::HangUp);
    }

    pub(super) fn send(&mut self, node: &NodeId, message: ToNode) {
        self.out.push(Output::Send(node.clone(), message));
    }

    pub(super) fn tell_call(
        &mut self,
        call: CallId,
        party: Party,
        node: &NodeId,
        event: NodeEvent,
    ) {
        let node = node.clone();
        let letter = ToCall::Stream { party, node, event };
        self.out.push(Output::Letter(Letter::Call(call, letter)));
    }

    /// Asks a node for more keys when it has few.
    pub(super) fn restock(&mut self, node: &NodeId) {
        let row = self.fleet.nodes.get(node);
        let makes_keys = row.is_some_and(|row| row.is_connected() && row.endpoints.one_time);
        if !makes_keys {
            return;
        }
        let given = self.fleet.given(node);
        let stock = self.fleet.stock.get(node);
        if let Some(count) = stock.and_then(|stock| stock.wanted(given, self.now)) {
            if let Some(stock) = self.fleet.stock.get_mut(node) {
                stock.asked_at = self.now;
            }
            self.send(node, ToNode::WantKeys { count });
        }
    }
}
