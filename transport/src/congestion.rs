//! Which congestion control a connection uses.

use crate::steady::SteadyConfig;
use quinn::TransportConfig;
use quinn::congestion::{BbrConfig, CubicConfig};
use std::sync::Arc;

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
    /// Makes the connections of this configuration use it.
    pub fn apply(self, transport: &mut TransportConfig) {
        match self {
            Self::Steady => transport.congestion_controller_factory(Arc::new(SteadyConfig)),
            Self::Cubic => {
                transport.congestion_controller_factory(Arc::new(CubicConfig::default()))
            }
            Self::Bbr => transport.congestion_controller_factory(Arc::new(BbrConfig::default())),
        };
    }
}
