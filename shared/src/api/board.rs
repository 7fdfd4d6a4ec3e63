//! `GET /v1/board?desk=DESK` and a desk's board socket, `GET /v1/desks/{desk}/board/socket`: what is going on, for a
//! dashboard.

use super::desk::Room;
use super::node::Load;
use crate::id::{CallId, DeskId, NodeId, Party, RoomId, Skill, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One look at a desk and the fleet behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Board {
    /// The desk.
    pub desk: DeskId,
    /// When this was read.
    pub at: u64,
    /// The desk's part.
    #[serde(flatten)]
    pub counter: DeskBoard,
    /// All media nodes.
    pub nodes: Vec<BoardNode>,
    /// All calls that have a node.
    pub calls: Vec<BoardCall>,
}

/// A desk's part of the board, and each message of its board socket: the first at once, then one after every change,
/// at most every half second.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeskBoard {
    /// Its rooms.
    pub rooms: Vec<BoardRoom>,
    /// Its line, next first.
    pub line: Vec<BoardWaiting>,
    /// What it did since its midnight.
    #[serde(default)]
    pub today: Today,
}

/// What a desk did since midnight on its own clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Today {
    /// How often a room was offered a call.
    pub offered: u64,
    /// How many of those offers were taken.
    pub answered: u64,
    /// How many were not answered in time.
    pub missed: u64,
    /// How many callers left before anyone took them.
    pub abandoned: u64,
    /// The mean wait of those who were taken, in seconds; nothing before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_wait_s: Option<u64>,
    /// The mean length of the talks that are over, in seconds; nothing before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_talk_s: Option<u64>,
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
    /// The room that he was handed on to, and waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BoardCall {
    /// The call.
    pub call: CallId,
    /// Its node.
    pub node: NodeId,
    /// Whose streams are live.
    pub live: Vec<Party>,
    /// How they come in, by the newest reports of the nodes.
    #[serde(default)]
    pub media: Vec<BoardMedia>,
}

/// What comes in from a publisher.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BoardMedia {
    /// Who publishes.
    pub party: Party,
    /// Pictures and sound together, in kbit/s.
    pub kbps: u32,
    /// Pictures a second.
    pub fps: f32,
    /// By how much pictures are late; nothing without pictures.
    #[serde(default)]
    pub delay_ms: Option<u32>,
    /// Share of the messages that were lost on the way in; nothing where the carrier loses none.
    #[serde(default)]
    pub loss_percent: Option<f32>,
}
