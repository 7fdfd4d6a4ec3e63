//! Events that the edge has not acknowledged.

use crate::clock::unix_ms;
use counterpart_shared::api::{FromNode, NodeEvent, StreamRef};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Events that are kept while the edge is away: hours of a busy node at some ten events a call. Beyond
/// that the oldest go, since calls of hours ago have lost their lease at the edge long before.
const MAX_EVENTS: usize = 10_000;

/// Numbers events and keeps each until the edge has stored it.
#[derive(Debug, Default)]
pub struct Outbox {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    newest: u64,
    waiting: VecDeque<(u64, FromNode)>,
}

impl Outbox {
    /// Takes an event, to be sent as soon as the link stands.
    pub fn push(&self, stream: &StreamRef, event: NodeEvent) {
        self.push_at(stream, event, unix_ms());
        self.changed.notify_one();
    }

    fn push_at(&self, stream: &StreamRef, event: NodeEvent, at: u64) {
        let mut state = self.lock();
        state.newest += 1;
        let seq = state.newest;
        let stream = stream.clone();
        let event = FromNode::Event {
            seq,
            at,
            stream,
            event,
        };
        state.waiting.push_back((seq, event));
        if state.waiting.len() > MAX_EVENTS {
            let oldest = state.waiting.pop_front().map(|(seq, _)| seq);
            tracing::warn!(
                ?oldest,
                "an event is dropped, the edge has been away too long"
            );
        }
    }

    /// The edge has stored all events up to this number.
    pub fn acknowledge(&self, seq: u64) {
        let mut state = self.lock();
        while state
            .waiting
            .front()
            .is_some_and(|(first, _)| *first <= seq)
        {
            state.waiting.pop_front();
        }
        drop(state);
        self.changed.notify_one();
    }

    /// The events after this number.
    pub fn after(&self, seq: u64) -> Vec<(u64, FromNode)> {
        let state = self.lock();
        let later = state.waiting.iter().filter(|(number, _)| *number > seq);
        later.cloned().collect()
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.lock().waiting.len()
    }

    /// Whether all are acknowledged.
    pub fn is_empty(&self) -> bool {
        self.lock().waiting.is_empty()
    }

    /// Waits for an event or an acknowledgement.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use counterpart_shared::id::{CallId, Party, StreamId};

    fn stream() -> StreamRef {
        let call: CallId = "c1".parse().unwrap();
        StreamRef {
            stream: StreamId::of(&call, Party::Caller),
            party: Party::Caller,
            call,
        }
    }

    fn numbers(outbox: &Outbox, after: u64) -> Vec<u64> {
        let later = outbox.after(after).into_iter();
        later.map(|(seq, _)| seq).collect()
    }

    #[test]
    fn what_is_not_acknowledged_is_sent_again() {
        let outbox = Outbox::default();
        for _ in 0..3 {
            outbox.push_at(&stream(), NodeEvent::StreamStalled, 7);
        }
        assert_eq!(numbers(&outbox, 0), [1, 2, 3]);
        outbox.acknowledge(2);
        assert_eq!(numbers(&outbox, 0), [3]);
        assert!(numbers(&outbox, 3).is_empty());
        outbox.acknowledge(99);
        assert!(outbox.is_empty());
    }

    #[test]
    fn an_edge_that_never_returns_does_not_fill_the_memory() {
        let outbox = Outbox::default();
        for _ in 0..MAX_EVENTS + 5 {
            outbox.push_at(&stream(), NodeEvent::StreamStalled, 7);
        }
        assert_eq!(outbox.len(), MAX_EVENTS);
        assert_eq!(outbox.after(0)[0].0, 6);
    }
}
