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

/// Tells the congestion control of this connection by how much the other direction of its path has grown, if that is known; whether it holds
/// its own on a link that others fill too, as far as it is ours and has found out.
pub fn contest(connection: &Connection, other: Option<Duration>) -> bool {
    let state = connection.congestion_state().into_any();
    let steady = state.downcast::<Steady>();
    steady.is_ok_and(|steady| {
        steady.tell(other, clock::now());
        steady.contends()
    })
}
