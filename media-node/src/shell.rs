//! What every connection of a node shares.

use crate::accept::Subflows;
use crate::config::Config;
use crate::control::Outbox;
use crate::door::{Door, Place};
use crate::gate::{Gate, Wish};
use crate::hub::{Hub, Publication, Reader, Taste};
use crate::keys::Keys;
use crate::metrics::{Carrier, Metrics};
use crate::recordings::Recordings;
use crate::refusal::Refusal;
use crate::still::Stills;
use crate::stop::Stop;
use counterpart_shared::api::Endpoints;
use counterpart_shared::grant::{Act, Grant};
use counterpart_shared::id::CallId;
use counterpart_transport::clock;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// The node's parts, put together by [`Node::load`](crate::Node::load).
#[derive(Debug)]
pub struct Shell {
    /// What the operator set.
    pub config: Config,
    /// Where clients reach it, with the ports that were really taken.
    pub endpoints: Endpoints,
    /// Verifies grants.
    pub gate: Gate,
    /// The streams.
    pub hub: Arc<Hub>,
    /// The certificates.
    pub keys: Arc<Keys>,
    /// Tickets for further connections of publishers.
    pub subflows: Arc<Subflows>,
    /// Events for the edge.
    pub outbox: Arc<Outbox>,
    /// The counters.
    pub metrics: Arc<Metrics>,
    /// Counts connections.
    pub door: Arc<Door>,
    /// The recorders at work.
    pub recordings: Recordings,
    /// Takes stills.
    pub stills: Stills,
    /// The wish to stop.
    pub stop: Stop,
}

/// An end of a stream, as a grant allows it.
#[derive(Debug)]
pub enum Allowed {
    /// To write it.
    Publish(Publication),
    /// To read it.
    Play(Reader),
}

impl Shell {
    /// Puts the parts together: no stream, no connection, no edge's key yet.
    pub fn new(config: Config, keys: Arc<Keys>, endpoints: Endpoints) -> Self {
        let metrics = Arc::new(Metrics::new());
        let outbox = Arc::new(Outbox::default());
        let hub = Hub::new(
            config.capacity,
            config.timing.clone(),
            metrics.clone(),
            outbox.clone(),
        );
        Self {
            endpoints,
            gate: Gate::new(config.node.clone()),
            hub: Arc::new(hub),
            keys,
            subflows: Arc::default(),
            outbox: outbox.clone(),
            door: Arc::new(Door::new(config.max_connections, metrics.clone())),
            metrics,
            recordings: Recordings::new(&config, outbox.clone()),
            stills: Stills::new(outbox),
            stop: Stop::default(),
            config,
        }
    }

    /// Checks a wish and carries it out: the one way into the hub. Logs and counts the outcome.
    /// `taste` is for those who play.
    pub fn admit(&self, place: &Place, wish: Wish<'_>, taste: Taste) -> Result<Allowed, Refusal> {
        let outcome = self.decide(place, wish, taste);
        let carrier = place.carrier().as_str();
        match &outcome {
            Ok((grant, _)) => tracing::info!(
                carrier, act = %grant.act, stream = %grant.stream, call = %grant.call,
                party = %grant.party, user = %grant.sub, serial = grant.serial, "allowed"
            ),
            Err(refusal) => {
                self.metrics.refused(refusal.reason());
                let stream: String = wish.stream.chars().take(80).collect();
                tracing::info!(
                    carrier, act = %wish.act, stream, reason = refusal.reason(), %refusal, "refused"
                );
            }
        }
        outcome.map(|(_, allowed)| allowed)
    }

    /// Checks whether somebody may read the recordings of a call.
    pub fn admit_review(
        &self,
        place: &Place,
        call: &str,
        token: Option<&str>,
    ) -> Result<Grant, Refusal> {
        place.check()?;
        self.gate.check_review(call, token, unix_seconds())
    }

    fn decide(
        &self,
        place: &Place,
        wish: Wish<'_>,
        taste: Taste,
    ) -> Result<(Grant, Allowed), Refusal> {
        place.check()?;
        let grant = self.gate.check(wish, unix_seconds())?;
        let now = clock::now();
        let allowed = match grant.act {
            Act::Play => Allowed::Play(self.hub.play(&grant, taste, now)?),
            Act::Publish => {
                let publication = self.hub.publish(&grant, now)?;
                self.recordings.published(&grant);
                if self.hub.ordered(&grant.call).unwrap_or(grant.record) {
                    self.recordings.start(publication.stream());
                }
                Allowed::Publish(publication)
            }
            Act::Review => {
                let (granted, wanted) = (Act::Review, wish.act);
                return Err(Refusal::Act { granted, wanted });
            }
        };
        Ok((grant, allowed))
    }

    /// Records a call from now on: the streams that run already, and those that begin later.
    pub fn record_call(&self, call: &CallId) {
        for stream in self.hub.record_call(call) {
            self.recordings.start(&stream);
        }
    }

    /// Records nothing of a call from now on.
    pub fn end_record(&self, call: &CallId) {
        self.hub.end_record(call, "recording was paused");
    }

    /// The call is over: its streams end, and what was recorded of it is sealed.
    pub fn end_call(&self, call: &CallId) {
        self.hub.end_call(call, "the call is over");
        self.recordings.end_call(call);
    }

    /// Counts a received frame.
    pub fn count_in(&self, carrier: Carrier, bytes: usize) {
        let counters = self.metrics.of(carrier);
        counters.frames_in.increment(1);
        counters.bytes_in.increment(bytes as u64);
    }

    /// Counts a frame that was handed to a socket, `arrived` then.
    pub fn count_out(&self, carrier: Carrier, bytes: usize, arrived: Instant) {
        let counters = self.metrics.of(carrier);
        counters.frames_out.increment(1);
        counters.bytes_out.increment(bytes as u64);
        self.metrics.forwarded(clock::since(arrived));
    }
}

fn unix_seconds() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
