//! The hub: every stream of this node, and who reads it.
//!
//! | file | what |
//! |---|---|
//! | `stream` | one stream behind its lock; performs what the others decide |
//! | `life` | waiting, live, away, over: a machine without clock |
//! | `timeline` | timestamps that go on over a takeover |
//! | `cache` | what a late reader gets first |
//! | `queue` | what waits for one reader, and what he loses when he is slow |
//! | `flow` | what comes in from the publisher, for the board |
//! | `rate`, `legs`, `before` | what bitrate the publisher is told, by how late things are on each leg, and what it was before others filled one |
//! | `meter` | how much gets through on a leg |
//! | `publication`, `reader` | the two ends that connections hold |
//! | `holder` | whose connections they are, and whose grants have ended |
//! | `format` | what `stream.begin` says about the tracks |

mod before;
mod cache;
mod flow;
mod format;
mod holder;
mod legs;
mod life;
mod meter;
mod publication;
mod queue;
mod rate;
mod reader;
mod stream;
#[cfg(test)]
mod test_frames;
mod timeline;

pub use legs::Taste;
pub use publication::{Demand, Publication};
pub use queue::Limits;
pub use reader::{Delivery, Reader, Which};
pub use stream::Stream;

use crate::config::Timing;
use crate::control::Outbox;
use crate::metrics::Metrics;
use crate::refusal::Refusal;
use counterpart_shared::api::{MAX_STREAM_LOADS, StreamLoad, StreamRef};
use counterpart_shared::grant::{Act, Grant};
use counterpart_shared::id::{CallId, Party, StreamId, UserId};
use holder::{Ended, EndedGrants};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use stream::Surroundings;

/// Calls that are remembered because they ended, so that a grant which outlives its call opens nothing, or because somebody
/// has ordered that they are recorded or not, whatever an older grant says. Grants expire within minutes; this many calls last longer than that.
const REMEMBERED: usize = 4096;

/// All streams of the node.
#[derive(Debug)]
pub struct Hub {
    capacity: u32,
    around: Surroundings,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    streams: HashMap<StreamId, Arc<Stream>>,
    ended: VecDeque<CallId>,
    orders: VecDeque<(CallId, bool)>,
    ended_grants: EndedGrants,
    stopping: bool,
}

/// How many there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Census {
    /// Streams that are published.
    pub streams: u32,
    /// Readers of all kinds but recorders.
    pub readers: u32,
    /// Streams whose Opus is made AAC.
    pub transcoding: u32,
}

impl Hub {
    /// With no stream.
    pub fn new(capacity: u32, timing: Timing, metrics: Arc<Metrics>, outbox: Arc<Outbox>) -> Self {
        let around = Surroundings {
            timing,
            metrics,
            outbox,
        };
        Self {
            capacity,
            around,
            state: Mutex::default(),
        }
    }

    /// The holder of this grant publishes its stream from now on.
    pub fn publish(&self, grant: &Grant, now: Instant) -> Result<Publication, Refusal> {
        let mut state = self.lock();
        let live = state.streams.values().filter(|s| s.is_live()).count();
        let known = state.streams.get(&grant.stream);
        if live as u64 >= self.capacity.into() && !known.is_some_and(|s| s.is_live()) {
            return Err(Refusal::StreamLimit(self.capacity));
        }
        loop {
            // A stream can end between these two lines; then the next round makes another.
            let stream = self.stream(&mut state, grant, now)?;
            if let Some(outcome) = stream.publish(grant.into(), now) {
                return outcome;
            }
        }
    }

    /// The holder of this grant reads its stream from now on, and waits for it if it is not live.
    pub fn play(&self, grant: &Grant, taste: Taste, now: Instant) -> Result<Reader, Refusal> {
        let mut state = self.lock();
        let stream = self.stream(&mut state, grant, now)?;
        let reader = stream.read(Some(grant.into()), Limits::LIVE, taste, now);
        Ok(reader)
    }

    /// All of the call is to be recorded from now on; these of its streams run already.
    pub fn record_call(&self, call: &CallId) -> Vec<Arc<Stream>> {
        let mut state = self.lock();
        state.order(call, true);
        let streams = state.streams.values();
        let running = streams.filter(|stream| stream.name().call == *call && stream.is_published());
        running.cloned().collect()
    }

    /// Nothing of the call is to be recorded from now on: its recorders end.
    pub fn end_record(&self, call: &CallId, reason: &str) {
        let mut state = self.lock();
        state.order(call, false);
        for stream in state.streams.values() {
            if stream.name().call == *call {
                stream.end_record(reason);
            }
        }
    }

    /// Whether the call is to be recorded, whatever a grant says, if that was ever ordered.
    pub fn ordered(&self, call: &CallId) -> Option<bool> {
        let state = self.lock();
        let order = state.orders.iter().find(|(ordered, _)| ordered == call);
        order.map(|(_, on)| *on)
    }

    /// The call is over: its streams end, and its grants open nothing any more.
    pub fn end_call(&self, call: &CallId, reason: &str) {
        let mut state = self.lock();
        remember(&mut state.ended, call);
        for stream in state.streams.values() {
            if stream.name().call == *call {
                stream.finish(reason);
            }
        }
    }

    /// Somebody is no party of a call any more: his ends of its streams are closed, and his grants up to this one
    /// open nothing.
    pub fn end_grants(&self, call: &CallId, user: &UserId, serial: u64, reason: &str) {
        let ended = Ended {
            call: call.clone(),
            user: user.clone(),
            serial,
        };
        let mut state = self.lock();
        for stream in state.streams.values() {
            if stream.name().call == *call {
                stream.dismiss(&ended, reason);
            }
        }
        state.ended_grants.add(ended);
    }

    /// The node stops: all streams end and no more begin.
    pub fn stop(&self, reason: &str) {
        let mut state = self.lock();
        state.stopping = true;
        for stream in state.streams.values() {
            stream.finish(reason);
        }
    }

    /// Time has passed. To be called a few times a second.
    pub fn tick(&self, now: Instant) {
        self.lock().streams.retain(|_, stream| !stream.tick(now));
    }

    /// Streams that have begun and are not over.
    pub fn begun(&self) -> Vec<StreamRef> {
        let state = self.lock();
        let begun = state.streams.values().filter(|s| s.is_begun());
        begun.map(|stream| stream.name().clone()).collect()
    }

    /// A reader of what a party publishes, for a part of the node; nothing when he does not.
    pub fn look(&self, call: &CallId, party: Party, now: Instant) -> Option<Reader> {
        let state = self.lock();
        let is_his = |stream: &&Arc<Stream>| {
            let name = stream.name();
            name.call == *call && name.party == party && stream.is_published()
        };
        let stream = state.streams.values().find(is_his)?;
        Some(stream.read(None, Limits::RECORDER, Taste::Recorder, now))
    }

    /// What came in from each publisher since this was last asked.
    pub fn loads(&self, now: Instant) -> Vec<StreamLoad> {
        let state = self.lock();
        let loads = state.streams.values().filter_map(|stream| stream.load(now));
        let mut loads: Vec<_> = loads.collect();
        loads.sort_by_key(|load| std::cmp::Reverse(load.delay_ms));
        loads.truncate(MAX_STREAM_LOADS);
        loads
    }

    /// How many streams and readers there are.
    pub fn census(&self) -> Census {
        let state = self.lock();
        let mut census = Census::default();
        for stream in state.streams.values() {
            census.streams += u32::from(stream.is_live());
            census.readers += stream.readers() as u32;
            census.transcoding += u32::from(stream.is_transcoded());
        }
        census
    }

    fn stream(
        &self,
        state: &mut State,
        grant: &Grant,
        now: Instant,
    ) -> Result<Arc<Stream>, Refusal> {
        if state.stopping {
            return Err(Refusal::Stopping);
        }
        if state.ended.contains(&grant.call) {
            return Err(Refusal::CallOver(grant.call.clone()));
        }
        if state.ended_grants.contain(grant) {
            return Err(Refusal::GrantEnded(grant.sub.clone()));
        }
        let known = state.streams.get(&grant.stream);
        if let Some(stream) = known.filter(|stream| !stream.is_over()) {
            return Ok(stream.clone());
        }
        let name = name_of(grant);
        let stream = Arc::new(Stream::new(name, self.around.clone(), now));
        state.streams.insert(grant.stream.clone(), stream.clone());
        Ok(stream)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn order(&mut self, call: &CallId, on: bool) {
        self.orders.retain(|(ordered, _)| ordered != call);
        self.orders.push_back((call.clone(), on));
        if self.orders.len() > REMEMBERED {
            self.orders.pop_front();
        }
    }
}

fn remember(calls: &mut VecDeque<CallId>, call: &CallId) {
    if !calls.contains(call) {
        calls.push_back(call.clone());
    }
    if calls.len() > REMEMBERED {
        calls.pop_front();
    }
}

/// What events call the stream. Its name says whose it is; if it does not, the grant's holder publishes
/// it, or the other party does when the grant is to play.
fn name_of(grant: &Grant) -> StreamRef {
    let named = |party: &Party| StreamId::of(&grant.call, *party) == grant.stream;
    let by_act = match grant.act {
        Act::Publish => grant.party,
        Act::Play | Act::Review => grant.party.other(),
    };
    StreamRef {
        call: grant.call.clone(),
        party: Party::BOTH.into_iter().find(named).unwrap_or(by_act),
        stream: grant.stream.clone(),
    }
}
