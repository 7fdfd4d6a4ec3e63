//! Requests: what the Worker asks the objects, and what a call asks the fleet. The person behind one is
//! verified already. Their JSON has the variant's name outside: a tag inside would make every reader collect the
//! whole request before it can begin, in code of its own for each type.

use super::letter::{Needs, ToAccount, ToArchive, ToCall, ToDesk, ToFleet};
use crate::archive::Search;
use counterpart_shared::api::{
    BoardCall, BoardNode, DeskSettings, Endpoints, Image, OneTimeKey, Rating, RecordControl,
    RecordPolicy,
};
use counterpart_shared::grant::{Composite, Layout, Role};
use counterpart_shared::id::{CallId, DeskId, ImageId, KeyId, NodeId, RoomId, UserId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A letter under way. `from` and `seq` make its arrival countable: of one sender only a higher number is
/// new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post<L> {
    /// The sender.
    pub from: String,
    /// Its number in the sender's outbox.
    pub seq: u64,
    /// What it says.
    pub letter: L,
}

/// How a call came to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CreatedBy {
    /// One person calls another.
    Direct {
        /// Who is called.
        callee: UserId,
    },
    /// One person asks a desk.
    Desk {
        /// The desk.
        desk: DeskId,
        /// What he needs there.
        #[serde(default, skip_serializing_if = "Needs::is_none")]
        needs: Needs,
    },
}

/// To a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallRequest {
    /// Begin to exist.
    Create {
        /// Your name.
        call: CallId,
        /// Who asks.
        caller: UserId,
        /// Whom.
        to: CreatedBy,
        /// Whether to record.
        record: bool,
        /// What else holds for it.
        #[serde(default)]
        terms: Terms,
    },
    /// Show the log.
    View {
        /// To which party.
        user: UserId,
        /// After which entry.
        after: u64,
    },
    /// Show the log of what is over, to one who is no party.
    Review {
        /// To a supervisor of this desk; without one, to the business server.
        desk: Option<DeskId>,
        /// After which entry.
        after: u64,
    },
    /// Keep this picture, whose bytes are the body.
    Upload {
        /// Who shows it.
        user: UserId,
        /// What it is.
        image: Image,
    },
    /// Show a picture; the answer is its bytes.
    Picture {
        /// To whom; without one, to the business server.
        visitor: Option<Visitor>,
        /// Which.
        id: ImageId,
    },
    /// You are rated.
    Rate {
        /// By whom.
        user: UserId,
        /// How.
        rating: Rating,
    },
    /// There is something to know of you.
    Note {
        /// Who says so.
        user: UserId,
        /// What.
        text: String,
    },
    /// Show the recorded files; answered by [`Recordings`](counterpart_shared::api::Recordings).
    Recordings {
        /// To whom; without one, to the business server.
        visitor: Option<Visitor>,
    },
    /// What was recorded of you is to be deleted.
    DeleteRecordings {
        /// Who asks for it.
        by: String,
    },
    /// Fresh URLs.
    Urls {
        /// For whom.
        user: UserId,
    },
    /// Take this WebSocket.
    Socket {
        /// Whose.
        visitor: Visitor,
    },
    /// A letter.
    Letter(Post<ToCall>),
}

/// Who comes to a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visitor {
    /// Who he is.
    pub user: UserId,
    /// As what he comes.
    pub role: Role,
    /// The desk where he is that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk: Option<DeskId>,
}

/// To a desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeskRequest {
    /// May a customer come now?; answered by an [`Admission`].
    Admission,
    /// May an agent hand a caller on to you?; answered by an [`Admission`].
    HandOver {
        /// To this room first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<RoomId>,
    },
    /// How do you work?
    Settings,
    /// Work so; the settings are checked.
    Configure {
        /// Your name.
        desk: DeskId,
        /// How.
        settings: DeskSettings,
    },
    /// Show rooms and line.
    Board,
    /// Show them on this WebSocket, again at every change.
    BoardSocket,
    /// Take this WebSocket.
    Socket {
        /// Of which room.
        room: RoomId,
        /// Whose.
        agent: UserId,
    },
    /// A letter.
    Letter(Post<ToDesk>),
}

/// What a desk says of the calls that are made for it now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admission {
    /// Whether they are recorded whatever they ask for.
    pub record: bool,
    /// What else holds for them.
    pub terms: Terms,
}

/// What holds for a call from its beginning to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Terms {
    /// How long a caller in line may be without a socket, in seconds.
    pub presence_s: u32,
    /// How many texts and pictures a party may send in 10 s.
    pub messages_per_10s: u32,
    /// Whether its caller is asked before he is recorded.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub asks_consent: bool,
    /// Who may begin and pause the recording.
    #[serde(skip_serializing_if = "RecordControl::is_nobody")]
    pub record_control: RecordControl,
    /// How its composite shows both parties.
    #[serde(skip_serializing_if = "Layout::is_side_by_side")]
    pub layout: Layout,
    /// Whether that composite is made, and when.
    #[serde(skip_serializing_if = "Composite::is_after")]
    pub composite: Composite,
    /// The statements that its agent may read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prompts: Vec<String>,
    /// For how many days what is recorded must be kept.
    #[serde(skip_serializing_if = "is_zero")]
    pub least_days: u32,
}

fn is_zero(days: &u32) -> bool {
    *days == 0
}

impl Default for Terms {
    fn default() -> Self {
        Self::from(&DeskSettings::default())
    }
}

impl From<&DeskSettings> for Terms {
    fn from(settings: &DeskSettings) -> Self {
        Self {
            presence_s: settings.presence_s,
            messages_per_10s: settings.messages_per_10s,
            asks_consent: settings.record == RecordPolicy::Consent,
            record_control: settings.record_control,
            layout: settings.layout,
            composite: settings.composite,
            prompts: settings.prompts.clone(),
            least_days: settings.record_least_days,
        }
    }
}

/// To the fleet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FleetRequest {
    /// Show nodes and calls.
    Board,
    /// Where are these nodes reached? Answered by their endpoints; those that are not connected are missing.
    Reach {
        /// Which ones.
        nodes: BTreeSet<NodeId>,
    },
    /// Take this WebSocket of a node.
    Socket,
    /// A node and keys for URLs; answered by a [`Lease`].
    Allocate {
        /// For this call.
        call: CallId,
        /// How many keys.
        count: u32,
        /// At this node, because the stream is there; otherwise the call's node, or the best one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<NodeId>,
        /// For a stream without a call: when it may be forgotten, since nobody says that it is over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<u64>,
    },
    /// A letter.
    Letter(Post<ToFleet>),
}

/// To the account. Keys travel as SHA-256 only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountRequest {
    /// Accept this key from now on.
    CreateKey {
        /// Its public half.
        id: KeyId,
        /// SHA-256 of the whole key, lower-case hex.
        sha256: String,
        /// What it is for.
        name: String,
    },
    /// List the keys.
    Keys,
    /// Accept this key no more.
    DeleteKey {
        /// Which.
        id: KeyId,
    },
    /// Is this a key?
    CheckKey {
        /// Its public half.
        id: KeyId,
        /// SHA-256 of what was shown, lower-case hex.
        sha256: String,
    },
    /// List the desks.
    Desks,
    /// A letter.
    Letter(Post<ToAccount>),
}

/// To the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArchiveRequest {
    /// Show finished calls.
    Find(Wanted),
    /// The same as a file, all pages of it.
    Export(Wanted),
    /// A letter.
    Letter(Post<ToArchive>),
}

/// Which finished calls somebody wants, and what he may know of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// Which ones.
    pub search: Search,
    /// Whether it stays hidden who watched: nobody tells an agent that.
    pub discreet: bool,
}

/// A node's address and keys, given to one call for a few URLs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// The node.
    pub node: NodeId,
    /// Where it is reached.
    pub endpoints: Endpoints,
    /// SHA-256 of its certificate of the day, for URLs beyond the keys.
    pub daily_sha256: String,
    /// One-time keys, at most as many as were asked for.
    pub keys: Vec<OneTimeKey>,
}

/// The fleet's part of the board.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FleetBoard {
    /// All nodes.
    pub nodes: Vec<BoardNode>,
    /// All calls that have a node.
    pub calls: Vec<BoardCall>,
}
