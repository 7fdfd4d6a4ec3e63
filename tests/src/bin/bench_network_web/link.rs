//! The links of both parties.

use anyhow::Result;
use counterpart_network::cells::Cell;
use counterpart_network::{Dialled, Relay};
use counterpart_shared::id::Party;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// The caller's and the callee's.
pub(crate) struct Links {
    pub(crate) caller: Relay,
    pub(crate) callee: Relay,
}

impl Links {
    /// Each party behind his own link to this server.
    pub(crate) fn to_server(cell: &Cell, server: SocketAddr) -> Result<Self> {
        let link = |party| Relay::start(server, Dialled::ByParty, fair(cell, party));
        Ok(Self {
            caller: link(Party::Caller)?,
            callee: link(Party::Callee)?,
        })
    }

    /// The caller's link leads to the callee's, and that to the callee.
    pub(crate) fn to_callee(cell: &Cell, callee: SocketAddr) -> Result<Self> {
        let delay = fair(cell, Party::Callee);
        let callee = Relay::start(callee, Dialled::ByOthers, delay)?;
        let between = (Ipv4Addr::LOCALHOST, callee.port()).into();
        let delay = fair(cell, Party::Caller);
        Ok(Self {
            caller: Relay::start(between, Dialled::ByParty, delay)?,
            callee,
        })
    }

    /// The weather turns.
    pub(crate) fn turn(&self, cell: &Cell, seed: u64) {
        self.caller.turn(cell, Party::Caller, seed);
        self.callee.turn(cell, Party::Callee, seed);
    }
}

/// The way before the weather turns.
fn fair(cell: &Cell, party: Party) -> Duration {
    let forecast = cell.forecast(party);
    forecast
        .at(Duration::ZERO)
        .map_or(Duration::ZERO, |first| first.delay)
}
