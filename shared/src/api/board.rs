//! `GET /v1/board?desk=DESK`: what is going on, for a dashboard.

use super::desk::Room;
use super::node::Load;
use crate::id::{CallId, DeskId, NodeId, Party, Skill, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One look at a desk and the fleet behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Board {
    /// The desk.
    pub desk: DeskId,
    /// When this was read.
    pub at: u64,
    /// Its rooms.
    pub rooms: Vec<BoardRoom>,
    /// Its line, next first.
    pub line: Vec<BoardWaiting>,
    /// All media nodes.
    pub nodes: Vec<BoardNode>,
    /// All calls that have a node.
    pub calls: Vec<BoardCall>,
}

/// A room on the board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardRoom {
    /// The room.
    #[serde(flatten)]
    pub room: Room,
    /// Whether its agent has a socket.
    pub present: bool,
    /// What its agent can do.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub skills: BTreeSet<Skill>,
}

/// Someone in line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardWaiting {
    /// The call.
    pub call: CallId,
    /// Who waits.
    pub customer: UserId,
    /// Since when.
    pub since: u64,
    /// What he needs.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub skills: BTreeSet<Skill>,
    /// Higher is served first.
    #[serde(default)]
    pub priority: u8,
}

/// A node on the board.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BoardNode {
    /// The node.
    pub node: NodeId,
    /// Its software version.
    pub version: String,
    /// Whether its control link is up.
    pub connected: bool,
    /// How many streams it will take.
    pub capacity: u32,
    /// Its newest load report.
    pub load: Load,
}

/// A call on the board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardCall {
    /// The call.
    pub call: CallId,
    /// Its node.
    pub node: NodeId,
    /// Whose streams are live.
    pub live: Vec<Party>,
}
