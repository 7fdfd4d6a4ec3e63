//! What the fleet keeps: rows for nodes, for their keys and for calls.

use super::calls::Calls;
use super::input::{Input, Output};
use super::limits::{CHECK_LINKS, FORGET_CALL};
use super::node::Node;
use super::stock::{Given, Stock};
use super::turn::Turn;
use crate::table::{Change, Row, RowError, Table};
use counterpart_shared::api::{Endpoints, StreamFormat, StreamLoad};
use counterpart_shared::grant::PublicKey;
use counterpart_shared::id::{CallId, DeskId, NodeId, Party};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The fleet. See the module for how it is driven.
#[derive(Debug, Clone)]
pub struct Fleet {
    pub(super) nodes: Table<NodeId, Node>,
    pub(super) stock: Table<NodeId, Stock>,
    pub(super) given: Table<NodeId, Given>,
    pub(super) calls: Calls,
    /// What nodes have to delete yet. A node that was away for so long that it was forgotten is told all the same.
    pub(super) deletions: Table<CallId, Deletion>,
    /// For how many days desks want recordings kept at least, those that do.
    pub(super) least: Table<DeskId, u32>,
    /// What comes in from publishers, by the newest report of each node. It need not survive: it comes again.
    pub(super) media: BTreeMap<NodeId, Vec<StreamLoad>>,
    /// When each connected node said something last. It need not survive: then each is heard anew.
    pub(super) heard: BTreeMap<NodeId, u64>,
}

/// All that was recorded of a call is to be deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Deletion {
    /// The nodes that have not noted it yet.
    pub(super) nodes: BTreeSet<NodeId>,
    /// Who asks for it.
    pub(super) by: String,
}

/// Where a call is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assigned {
    /// The nodes it was ever at, the present one last.
    pub nodes: Vec<NodeId>,
    /// Its live streams.
    #[serde(default)]
    pub live: Vec<Live>,
    /// Those that were given up because their node was lost, and may be live there all the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<Live>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<u64>,
    /// Of a stream without a call: when its last URL ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
}

/// A live stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Live {
    /// Whose.
    pub party: Party,
    /// Where.
    pub node: NodeId,
    /// What it carries.
    #[serde(default, skip_serializing_if = "is_plain")]
    pub format: StreamFormat,
}

fn is_plain(format: &StreamFormat) -> bool {
    *format == StreamFormat::default()
}

impl Default for Fleet {
    fn default() -> Self {
        Self {
            nodes: Table::new("node"),
            stock: Table::new("stock"),
            given: Table::new("given"),
            calls: Calls::default(),
            deletions: Table::new("deletion"),
            least: Table::new("least"),
            media: BTreeMap::new(),
            heard: BTreeMap::new(),
        }
    }
}

impl Fleet {
    /// From the rows of [`changes`](Self::changes).
    ///
    /// # Errors
    /// [`RowError`] for the first row that cannot be read.
    pub fn load(rows: &[Row]) -> Result<Self, RowError> {
        Ok(Self {
            nodes: Table::load("node", rows)?,
            stock: Table::load("stock", rows)?,
            given: Table::load("given", rows)?,
            calls: Calls::load(rows)?,
            deletions: Table::load("deletion", rows)?,
            least: Table::load("least", rows)?,
            media: BTreeMap::new(),
            heard: BTreeMap::new(),
        })
    }

    /// What must be stored since this was asked last.
    pub fn changes(&mut self) -> Vec<Change> {
        let mut changes = self.nodes.changes();
        changes.extend(self.stock.changes());
        changes.extend(self.given.changes());
        changes.extend(self.calls.changes());
        changes.extend(self.deletions.changes());
        changes.extend(self.least.changes());
        changes
    }

    /// When it wants [`Input::Alarm`].
    pub fn due(&self, now: u64) -> Option<u64> {
        let nodes = self.nodes.iter();
        let lost = nodes.filter_map(|(_, row)| row.lost_at);
        let check = (self.calls.live() > 0).then_some(now + CHECK_LINKS);
        lost.chain(check).min()
    }

    /// Where these nodes are reached, those that are connected.
    pub fn reach(&self, nodes: &BTreeSet<NodeId>) -> BTreeMap<NodeId, Endpoints> {
        let row = |node: &NodeId| self.nodes.get(node).filter(|row| row.is_connected());
        let found = |node: &NodeId| Some((node.clone(), row(node)?.endpoints.clone()));
        nodes.iter().filter_map(found).collect()
    }

    pub(super) fn given(&self, node: &NodeId) -> Given {
        self.given.get(node).copied().unwrap_or(0)
    }

    /// Takes one input and decides; `keys` are those that nodes verify grants with.
    pub fn handle(&mut self, input: Input, keys: &[PublicKey], now: u64) -> Vec<Output> {
        let mut turn = Turn::new(self, now);
        turn.take(input, keys);
        turn.out
    }
}

impl Assigned {
    /// The node where it is now.
    pub fn node(&self) -> Option<&NodeId> {
        self.nodes.last()
    }

    /// Whether nothing is left to remember.
    pub(super) fn is_past(&self, now: u64) -> bool {
        let ended = self.ended_at.is_some_and(|at| at + FORGET_CALL <= now);
        let lapsed = self.until.is_some_and(|until| until <= now) && self.live.is_empty();
        ended || lapsed
    }

    /// Makes a node its present one.
    pub(super) fn move_to(&mut self, node: &NodeId) {
        self.nodes.retain(|one| one != node);
        self.nodes.push(node.clone());
    }
}
