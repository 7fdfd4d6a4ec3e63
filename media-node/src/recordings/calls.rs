//! What is going on in each call: who published, how many recorders are at work, whether it is over.

use crate::record::open::Published;
use counterpart_shared::grant::Composite;
use counterpart_shared::id::CallId;
use std::collections::{HashMap, VecDeque};

/// Calls of which only the publishers are known, kept in case that the call is recorded after all. An
/// edge that never ends its calls must not fill the memory.
const REMEMBERED: usize = 4_096;

/// The calls of this node.
#[derive(Debug, Default)]
pub(super) struct Calls {
    known: HashMap<CallId, Call>,
    /// In the order in which they became known.
    order: VecDeque<CallId>,
    stopping: bool,
}

#[derive(Debug, Default)]
struct Call {
    published: Vec<Published>,
    recorders: usize,
    recorded: bool,
    ended: bool,
    /// When the composite is to be made, by the newest grant.
    composite: Composite,
    /// A recorder has begun.
    begun: bool,
}

impl Calls {
    /// Somebody publishes; whether the call is being recorded.
    pub(super) fn published(&mut self, published: Published) -> bool {
        let call = self.call(&published.grant.call.clone());
        call.composite = published.grant.composite;
        call.published.push(published);
        call.recorders > 0
    }

    /// A recorder begins; when the composite is to be made, if it is the call's first recorder.
    pub(super) fn begin(&mut self, id: &CallId) -> Option<Composite> {
        let call = self.call(id);
        let first = !std::mem::replace(&mut call.begun, true);
        call.recorders += 1;
        call.recorded = true;
        first.then_some(call.composite)
    }

    /// Something is kept of the call, recorded or not.
    pub(super) fn keep(&mut self, id: &CallId) {
        self.call(id).recorded = true;
    }

    /// A recorder has finished; if the call is to be sealed now, who published.
    pub(super) fn finish(&mut self, id: &CallId) -> Option<Vec<Published>> {
        let stopping = self.stopping;
        let call = self.known.get_mut(id)?;
        call.recorders = call.recorders.saturating_sub(1);
        let over = call.recorders == 0 && (call.ended || stopping);
        if over { self.forget(id) } else { None }
    }

    /// The call is over; if it is to be sealed now, who published.
    pub(super) fn end(&mut self, id: &CallId) -> Option<Vec<Published>> {
        let call = self.known.get_mut(id)?;
        call.ended = true;
        if call.recorders > 0 {
            return None;
        }
        self.forget(id)
    }

    /// The node stops; the calls that no recorder is at any more.
    pub(super) fn stop(&mut self) -> Vec<CallId> {
        self.stopping = true;
        let idle = self.known.iter().filter(|(_, call)| call.recorders == 0);
        idle.map(|(id, _)| id.clone()).collect()
    }

    /// Whether a recorder is at work in a call.
    pub(super) fn is_recording(&self, id: &CallId) -> bool {
        self.known.get(id).is_some_and(|call| call.recorders > 0)
    }

    /// Takes what is known about who published.
    pub(super) fn take_published(&mut self, id: &CallId) -> Vec<Published> {
        let call = self.known.get_mut(id);
        call.map(|call| std::mem::take(&mut call.published))
            .unwrap_or_default()
    }

    /// Recorders at work.
    pub(super) fn recorders(&self) -> usize {
        self.known.values().map(|call| call.recorders).sum()
    }

    /// Nothing if it was never recorded.
    fn forget(&mut self, id: &CallId) -> Option<Vec<Published>> {
        self.order.retain(|known| known != id);
        let call = self.known.remove(id)?;
        call.recorded.then_some(call.published)
    }

    fn call(&mut self, id: &CallId) -> &mut Call {
        if !self.known.contains_key(id) {
            self.order.push_back(id.clone());
            self.make_room();
        }
        self.known.entry(id.clone()).or_default()
    }

    fn make_room(&mut self) {
        if self.order.len() <= REMEMBERED {
            return;
        }
        let unrecorded = |id: &CallId| self.known.get(id).is_some_and(|call| !call.recorded);
        if let Some(oldest) = self.order.iter().position(unrecorded)
            && let Some(id) = self.order.remove(oldest)
        {
            self.known.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use counterpart_shared::grant::{Act, Composite, Grant, Layout};
    use counterpart_shared::id::{Party, StreamId};

    fn call(id: &str) -> CallId {
        id.parse().unwrap()
    }

    fn published(id: &str) -> Published {
        let grant = Grant {
            act: Act::Publish,
            stream: StreamId::of(&call(id), Party::Caller),
            call: call(id),
            party: Party::Caller,
            node: "n1".parse().unwrap(),
            sub: "alice".parse().unwrap(),
            serial: 1,
            record: true,
            watch: false,
            layout: Layout::default(),
            least_days: 0,
            composite: Composite::default(),
            desk: None,
            iat: 0,
            nbf: 0,
            exp: 1,
        };
        Published { at: 1, grant }
    }

    #[test]
    fn a_call_is_sealed_when_it_is_over_and_its_files_are_finished() {
        for ends_first in [true, false] {
            let mut calls = Calls::default();
            assert!(!calls.published(published("c1")));
            calls.begin(&call("c1"));
            assert!(calls.published(published("c1")));
            calls.begin(&call("c1"));
            assert_eq!(calls.finish(&call("c1")), None);
            let sealed = match ends_first {
                true => {
                    assert_eq!(calls.end(&call("c1")), None);
                    calls.finish(&call("c1"))
                }
                false => {
                    assert_eq!(calls.finish(&call("c1")), None);
                    calls.end(&call("c1"))
                }
            };
            assert_eq!(sealed.unwrap().len(), 2);
            assert_eq!(calls.end(&call("c1")), None);
        }
    }

    #[test]
    fn the_first_recorder_of_a_call_says_when_its_composite_is_made() {
        let mut calls = Calls::default();
        let mut live = published("c1");
        live.grant.composite = Composite::Live;
        calls.published(live);
        assert_eq!(calls.begin(&call("c1")), Some(Composite::Live));
        assert_eq!(calls.begin(&call("c1")), None);
        calls.published(published("c2"));
        assert_eq!(calls.begin(&call("c2")), Some(Composite::After));
    }

    #[test]
    fn what_was_never_recorded_is_not_sealed() {
        let mut calls = Calls::default();
        calls.published(published("c1"));
        assert_eq!(calls.end(&call("c1")), None);
    }

    #[test]
    fn a_node_that_stops_seals_what_it_has() {
        let mut calls = Calls::default();
        for id in ["c1", "c2"] {
            calls.published(published(id));
            calls.begin(&call(id));
        }
        assert_eq!(calls.finish(&call("c1")), None);
        assert_eq!(calls.stop(), [call("c1")]);
        assert!(calls.end(&call("c1")).is_some());
        assert!(calls.finish(&call("c2")).is_some());
        assert_eq!(calls.recorders(), 0);
    }

    #[test]
    fn an_edge_that_never_ends_its_calls_does_not_fill_the_memory() {
        let mut calls = Calls::default();
        calls.begin(&call("kept"));
        for n in 0..REMEMBERED + 10 {
            calls.published(published(&format!("c{n}")));
        }
        assert_eq!(calls.known.len(), REMEMBERED);
        assert!(calls.known.contains_key(&call("kept")));
    }
}
