//! A node as it is stored.

use counterpart_shared::api::{Endpoints, Load, NodeCommand};
use serde::{Deserialize, Serialize};

/// What is known of a node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Its software version.
    pub version: String,
    /// The start of its process that the numbers below belong to.
    pub boot: String,
    /// Where clients reach it.
    pub endpoints: Endpoints,
    /// How many streams it takes.
    pub capacity: u32,
    /// SHA-256 of its certificate of the day.
    pub daily_sha256: String,
    /// Its newest load report.
    #[serde(default)]
    pub load: Load,
    /// Since when its link is down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone_since: Option<u64>,
    /// When its streams are given up, unless its link is back by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_at: Option<u64>,
    /// What is numbered between it and the edge.
    pub ledger: Ledger,
}

/// The numbers of one boot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// The newest event that is stored.
    pub event_seq: u64,
    /// The newest command.
    pub command_seq: u64,
    /// Commands that it has not carried out yet.
    pub pending: Vec<Pending>,
}

/// A command under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Its number within the boot.
    pub seq: u64,
    /// What to do.
    pub command: NodeCommand,
}

impl Node {
    /// Whether its link is up.
    pub fn is_connected(&self) -> bool {
        self.gone_since.is_none()
    }
}

impl Ledger {
    /// The same boot again, which has carried out the commands up to `done`.
    pub(super) fn resumed(mut self, done: u64) -> Self {
        self.pending.retain(|pending| pending.seq > done);
        self
    }

    /// Stills that nobody will take any more.
    pub(super) fn drop_stills(&mut self) -> Vec<NodeCommand> {
        let is_still = |pending: &Pending| matches!(pending.command, NodeCommand::Still { .. });
        let (stills, rest) = std::mem::take(&mut self.pending)
            .into_iter()
            .partition(is_still);
        self.pending = rest;
        let stills: Vec<Pending> = stills;
        stills.into_iter().map(|pending| pending.command).collect()
    }

    /// Another boot: what is still to be carried out is counted anew.
    pub(super) fn renumbered(self) -> Self {
        let commands = self.pending.into_iter().zip(1..);
        let pending: Vec<Pending> = commands
            .map(|(pending, seq)| Pending { seq, ..pending })
            .collect();
        Self {
            event_seq: 0,
            command_seq: pending.len() as u64,
            pending,
        }
    }
}
