//! How quinn drives it.

use super::{INITIAL, LEAST, Steady};
use quinn::congestion::{Controller, ControllerFactory};
use quinn_proto::RttEstimator;
use std::any::Any;
use std::sync::Arc;
use std::time::Instant;

impl Controller for Steady {
    fn on_sent(&mut self, now: Instant, bytes: u64, _: u64) {
        self.sent(bytes, now);
    }

    fn on_ack(&mut self, _: Instant, sent: Instant, bytes: u64, _: bool, _: &RttEstimator) {
        self.acknowledged.0 += 1;
        self.acknowledged.1 += bytes;
        self.newest_sent = self.newest_sent.max(Some(sent));
    }

    fn on_end_acks(&mut self, now: Instant, in_flight: u64, app_limited: bool, _: Option<u64>) {
        let acknowledged = std::mem::take(&mut self.acknowledged);
        if let Some(sent) = self.newest_sent.take() {
            self.acknowledged(acknowledged, sent, in_flight, app_limited, now);
        }
    }

    fn on_congestion_event(&mut self, now: Instant, sent: Instant, persistent: bool, lost: u64) {
        self.lost(lost, persistent, sent, now);
    }

    fn on_mtu_update(&mut self, mtu: u16) {
        self.mtu = mtu.into();
        self.set(self.window);
    }

    fn window(&self) -> u64 {
        match self.draining {
            Some(_) => (self.window / 2).max(LEAST * self.mtu),
            None => self.window,
        }
    }

    fn clone_box(&self) -> Box<dyn Controller> {
        Box::new(self.clone())
    }

    fn initial_window(&self) -> u64 {
        INITIAL
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

/// Makes a [`Steady`] for each path.
#[derive(Debug, Default)]
pub(crate) struct SteadyConfig;

impl ControllerFactory for SteadyConfig {
    fn build(self: Arc<Self>, now: Instant, mtu: u16) -> Box<dyn Controller> {
        Box::new(Steady::new(mtu, now))
    }
}
