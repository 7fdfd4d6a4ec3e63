//! How many may be inside.

use crate::metrics::{Carrier, Metrics};
use crate::refusal::Refusal;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Places beyond the limit, for those who are told that there is none. A flood that fills these too is
/// closed without a word.
const ANTEROOM: usize = 64;

/// Counts connections.
#[derive(Debug)]
pub struct Door {
    limit: usize,
    inside: AtomicUsize,
    metrics: Arc<Metrics>,
}

/// One connection's place. Dropping it leaves.
#[derive(Debug)]
pub struct Place {
    door: Arc<Door>,
    carrier: Carrier,
    beyond: bool,
}

impl Door {
    /// With this many places.
    pub fn new(limit: usize, metrics: Arc<Metrics>) -> Self {
        Self {
            limit,
            inside: AtomicUsize::new(0),
            metrics,
        }
    }

    /// A place, if there is one at least in the anteroom.
    pub fn enter(self: &Arc<Self>, carrier: Carrier) -> Option<Place> {
        let before = self.inside.fetch_add(1, Ordering::Relaxed);
        if before >= self.limit + ANTEROOM {
            self.inside.fetch_sub(1, Ordering::Relaxed);
            self.metrics.refused("connection_flood");
            return None;
        }
        let counters = self.metrics.of(carrier);
        counters.connections.increment(1);
        counters.connected.increment(1.0);
        Some(Place {
            door: self.clone(),
            carrier,
            beyond: before >= self.limit,
        })
    }
}

impl Place {
    /// Whether its holder may have a stream.
    pub fn check(&self) -> Result<(), Refusal> {
        match self.beyond {
            true => Err(Refusal::ConnectionLimit(self.door.limit)),
            false => Ok(()),
        }
    }

    /// The same place for one who turned out to come another way.
    #[must_use]
    pub fn changed_to(mut self, carrier: Carrier) -> Self {
        let metrics = &self.door.metrics;
        metrics.of(self.carrier).connected.decrement(1.0);
        metrics.of(carrier).connections.increment(1);
        metrics.of(carrier).connected.increment(1.0);
        self.carrier = carrier;
        self
    }

    /// How he came.
    pub fn carrier(&self) -> Carrier {
        self.carrier
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.door.inside.fetch_sub(1, Ordering::Relaxed);
        self.door.metrics.of(self.carrier).connected.decrement(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_too_many_is_told_and_a_flood_is_not() {
        let door = Arc::new(Door::new(1, Arc::new(Metrics::new())));
        let first = door.enter(Carrier::Rtmp).unwrap();
        assert!(first.check().is_ok());
        let told: Vec<_> = (0..ANTEROOM)
            .map(|_| door.enter(Carrier::Rtmp).unwrap())
            .collect();
        assert!(told.iter().all(|place| place.check().is_err()));
        assert!(door.enter(Carrier::Rtmp).is_none());
        drop((first, told));
        assert!(door.enter(Carrier::Quic).unwrap().check().is_ok());
    }
}
