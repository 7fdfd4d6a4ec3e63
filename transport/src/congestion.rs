//! Which congestion control a connection uses.

use crate::clock;
use crate::steady::{Steady, SteadyConfig};
use quinn::congestion::{BbrConfig, CubicConfig};
use quinn::{Connection, TransportConfig};
use std::sync::Arc;
use std::time::Duration;

/// Lost is what takes longer than so many round trips. QUIC's usual 9/8 (RFC 9002 §6.1.2) takes jitter for loss; and of packets
/// that overtake each other only the quickest are measured, so that what is late is so by more. What is really lost comes as parity
/// before that.
const LATE: f32 = 2.5;

/// A congestion control.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Congestion {
    /// Our own, made for conversation.
    #[default]
    Steady,
    /// QUIC's usual one (RFC 9438), to compare with.
    Cubic,
    /// BBR as quinn has it, to compare with.
    Bbr,
}

impl Congestion {
    /// Makes the connections of this configuration use it, and hold for lost what takes longer than 2.5 round trips, whatever was set
    /// before.
    pub fn apply(self, transport: &mut TransportConfig) {
        transport.time_threshold(LATE);
        match self {
            Self::Steady => transport.congestion_controller_factory(Arc::new(SteadyConfig)),
            Self::Cubic => {
                transport.congestion_controller_factory(Arc::new(CubicConfig::default()))
            }
            Self::Bbr => transport.congestion_controller_factory(Arc::new(BbrConfig::default())),
        };
    }
}

/// Whether the congestion control of this connection holds its own on a link that others fill too, or has just taken back that it gave way to a
/// queue in the other direction: as far as it is ours and has found out.
pub fn contends(connection: &Connection) -> bool {
    steady(connection).is_some_and(|steady| steady.contends(clock::now()))
}

/// Makes it contend for nothing, whatever it finds out.
pub fn give_way(connection: &Connection) {
    if let Some(steady) = steady(connection) {
        steady.give_way();
    }
}

/// Tells it by how much the way to the other end has grown, or by more than that.
pub fn tell_growth(connection: &Connection, growth: Duration) {
    if let Some(steady) = steady(connection) {
        steady.tell(growth, clock::now());
    }
}

/// A copy that hears what the connection's own is told.
fn steady(connection: &Connection) -> Option<Box<Steady>> {
    let state = connection.congestion_state().into_any();
    state.downcast::<Steady>().ok()
}
