//! What goes into a call and what comes out.

use super::who::Who;
use crate::link::{Admission, Lease, Letter, ToCall};
use counterpart_shared::api::{
    ApiError, ByeReason, CallCommand, CallMessage, Entry, Image, PartyUrls, Rating,
};
use counterpart_shared::id::{ClientId, DeskId, NodeId, Party, RoomId, Skill, UserId};
use std::collections::BTreeSet;

/// What happens to a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A party opened a socket.
    Connected(Party),
    /// One of a party's sockets is gone.
    Closed {
        /// Whose.
        party: Party,
        /// Whether he has others.
        others: bool,
    },
    /// A party says something.
    Command {
        /// Who.
        party: Party,
        /// What.
        command: CallCommand,
        /// What was remembered under this party and id.
        earlier: Option<Done>,
    },
    /// A supervisor opened a socket.
    Watched(UserId),
    /// One of a supervisor's sockets is gone.
    Unwatched {
        /// Whose.
        user: UserId,
        /// Whether he has others.
        others: bool,
    },
    /// A supervisor says something.
    WatcherSays {
        /// Who.
        user: UserId,
        /// What.
        command: CallCommand,
    },
    /// A party wants URLs by HTTP.
    Urls(Party),
    /// Somebody does something by HTTP.
    Deed {
        /// Who.
        user: UserId,
        /// What.
        deed: Deed,
    },
    /// The business server wants what was recorded deleted.
    DeleteRecordings {
        /// For how many days [`Call::desks`](super::Call::desks) want recordings kept today, the most of them.
        least_days: u32,
        /// Which of its keys it shows.
        by: String,
    },
    /// Another object says something.
    Letter(ToCall),
    /// The fleet's answer.
    Leased {
        /// To which question.
        ask: Ask,
        /// Where the media goes, or why nowhere.
        lease: Result<Lease, ApiError>,
    },
    /// The answer of the desk that shall take over.
    Admitted {
        /// What was wanted.
        wish: HandOver,
        /// What the desk says.
        admission: Result<Admission, ApiError>,
    },
    /// Time has passed, or the object has just been loaded.
    Alarm {
        /// Who has a socket, caller first.
        present: [bool; 2],
        /// The supervisors who have one.
        watching: BTreeSet<UserId>,
    },
}

/// What is done by HTTP; it is checked for its form already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// A party uploads this picture.
    Keep(Image),
    /// The caller rates the call.
    Rate(Rating),
    /// The agent writes what there is to know.
    Note(String),
}

/// What is remembered of a command that was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// The entry it made.
    pub seq: Option<u64>,
}

/// A question to the fleet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Who gets the URLs. He may be no party any more when the answer comes.
    pub user: UserId,
    /// Which ones.
    pub kind: AskKind,
}

/// Which URLs are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskKind {
    /// To publish one's own stream, and to play it as the other party does.
    Own {
        /// Whose.
        party: Party,
        /// The command on a socket; none by HTTP.
        id: Option<ClientId>,
    },
    /// To play the other party's stream.
    Play {
        /// Who plays.
        party: Party,
        /// The node where it is live.
        node: NodeId,
        /// For one socket that has just come, or for all of the party's.
        socket_only: bool,
    },
    /// To play a party's stream without being a party.
    Watch {
        /// Whose stream.
        of: Party,
        /// The node where it is live.
        node: NodeId,
    },
}

/// An agent's wish to hand the caller on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandOver {
    /// The agent.
    pub from: UserId,
    /// The command.
    pub id: ClientId,
    /// To which desk.
    pub desk: DeskId,
    /// To which room first.
    pub room: Option<RoomId>,
    /// What the next agent must be able to do.
    pub skills: BTreeSet<Skill>,
}

impl Ask {
    /// How many one-time keys it takes.
    pub fn keys(&self) -> u32 {
        match self.kind {
            AskKind::Own { .. } => 2,
            AskKind::Play { .. } | AskKind::Watch { .. } => 1,
        }
    }

    /// The only node that will do.
    pub fn node(&self) -> Option<&NodeId> {
        match &self.kind {
            AskKind::Own { .. } => None,
            AskKind::Play { node, .. } | AskKind::Watch { node, .. } => Some(node),
        }
    }
}

/// What a call wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// To the log, then to all sockets that see the log.
    Append(Entry),
    /// A command must not be carried out again.
    Remember {
        /// Whose.
        party: Party,
        /// Its id.
        id: ClientId,
        /// The entry it made.
        seq: Option<u64>,
    },
    /// To the socket that the input came from.
    Reply(CallMessage),
    /// To all sockets of a party or a supervisor.
    Send(Who, CallMessage),
    /// Close somebody's sockets: he is out of the call.
    Dismiss(Who, ByeReason),
    /// The socket that the input came from gets the log after this entry.
    Resume(u64),
    /// The answer to [`Input::Urls`].
    Answer(Box<Result<PartyUrls, ApiError>>),
    /// The answer to [`Input::Deed`].
    Settled(Result<(), ApiError>),
    /// A question to the fleet.
    Ask(Ask),
    /// A question to the desk that shall take over.
    AskDesk(HandOver),
    /// The whole log for the outbox, to the fleet, as [`log_letters`](super::log_letters) divides it.
    HandInLog,
    /// A letter for the outbox.
    Letter(Letter),
    /// All that is stored of the call goes, and so do its sockets.
    Forget,
}
