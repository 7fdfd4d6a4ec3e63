//! The claims of the two kinds of token.

use crate::id::{CallId, DeskId, NodeId, Party, StreamId, UserId};
use serde::de::IntoDeserializer;
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// What a grant lets its holder do with a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Act {
    /// Send the stream.
    Publish,
    /// Receive the stream.
    Play,
    /// Read the recordings of the stream's call over HTTP. No session asks for it.
    Review,
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Act::Publish => "publish",
            Act::Play => "play",
            Act::Review => "review",
        })
    }
}

/// How the composite of a recorded call shows both parties.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layout {
    /// The caller on the left, the callee on the right.
    #[default]
    SideBySide,
    /// The caller, and the callee small in a corner.
    PictureInPicture,
}

impl Layout {
    /// Whether it is as usual.
    pub fn is_side_by_side(&self) -> bool {
        *self == Layout::SideBySide
    }
}

/// Whether a composite of a recorded call is made, and when.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Composite {
    /// None is made.
    Off,
    /// When the call is over.
    #[default]
    After,
    /// While it goes on, and so it is ready soon after the end; afterwards where that cannot be.
    Live,
}

impl Composite {
    /// Whether it is as usual.
    pub fn is_after(&self) -> bool {
        *self == Composite::After
    }

    /// Reads a value; one that only a newer edge knows is as usual, for media are worth more than their composite.
    fn known<'de, D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let value: Result<Self, serde::de::value::Error> =
            Self::deserialize(text.into_deserializer());
        Ok(value.unwrap_or_default())
    }
}

/// What a media URL allows: one act, on one stream, at one node, for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Publish, play or review; none implies another.
    pub act: Act,
    /// The stream it is about.
    pub stream: StreamId,
    /// The call the stream belongs to.
    pub call: CallId,
    /// The party who holds the grant (a player holds one for the other party's stream).
    pub party: Party,
    /// The only node that may honour it.
    pub node: NodeId,
    /// The holder, as the business server names him.
    pub sub: UserId,
    /// Counts the grants of a call: of two publish grants for a stream, the higher one is newer and
    /// takes the stream over.
    pub serial: u64,
    /// Whether the node shall record what is published under it.
    #[serde(default)]
    pub record: bool,
    /// Whether the holder is no party and only watches: the call does not adapt to his network.
    #[serde(default, skip_serializing_if = "is_false")]
    pub watch: bool,
    /// How the composite shows the parties, if what is published is recorded.
    #[serde(default, skip_serializing_if = "Layout::is_side_by_side")]
    pub layout: Layout,
    /// For how many days what is published must be kept, if it is recorded, from the end of the call; 0: it may go at
    /// any time.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub least_days: u32,
    /// Whether that composite is made, and when.
    #[serde(
        default,
        deserialize_with = "Composite::known",
        skip_serializing_if = "Composite::is_after"
    )]
    pub composite: Composite,
    /// The desk where the call is when this is published: for the watermark of a composite that is made while it goes on,
    /// and because it may come to want what is recorded kept for longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk: Option<DeskId>,
    /// When it was made, in UNIX seconds.
    pub iat: u64,
    /// From when on it is valid, in UNIX seconds.
    pub nbf: u64,
    /// Until when it is valid, in UNIX seconds.
    pub exp: u64,
}

/// What a user may do at the edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Asks for calls.
    Customer,
    /// Has a room at a desk.
    Agent,
    /// Watches.
    Supervisor,
    /// Sees the boards of all desks, and no call.
    Operator,
}

/// Who a user is, as minted for the business server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserClaims {
    /// The user.
    pub sub: UserId,
    /// His role.
    pub role: Role,
    /// A customer's place among those who wait: higher first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub priority: u8,
    /// The desk an agent or supervisor belongs to; customers may go to any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk: Option<DeskId>,
    /// When it was made, in UNIX seconds.
    pub iat: u64,
    /// Until when it is valid, in UNIX seconds.
    pub exp: u64,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

fn is_zero<N: Default + PartialEq>(number: &N) -> bool {
    *number == N::default()
}
