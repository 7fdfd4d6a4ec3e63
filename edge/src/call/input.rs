//! What goes into a call and what comes out.

use crate::link::{Lease, Letter, ToCall};
use counterpart_shared::api::{ApiError, CallCommand, CallMessage, Entry, PartyUrls};
use counterpart_shared::id::{ClientId, NodeId, Party};

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
    /// A party wants URLs by HTTP.
    Urls(Party),
    /// Another object says something.
    Letter(ToCall),
    /// The fleet's answer.
    Leased {
        /// To which question.
        ask: Ask,
        /// Where the media goes, or why nowhere.
        lease: Result<Lease, ApiError>,
    },
    /// Time has passed, or the object has just been loaded.
    Alarm {
        /// Who has a socket, caller first.
        present: [bool; 2],
    },
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
    /// Who gets the URLs.
    pub holder: Party,
    /// Which ones.
    pub kind: AskKind,
}

/// Which URLs are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskKind {
    /// To publish one's own stream, and to play it as the other party does.
    Own {
        /// The command on a socket; none by HTTP.
        id: Option<ClientId>,
    },
    /// To play the other party's stream.
    Play {
        /// The node where it is live.
        node: NodeId,
        /// For one socket that has just come, or for all of the party's.
        socket_only: bool,
    },
}

impl Ask {
    /// How many one-time keys it takes.
    pub fn keys(&self) -> u32 {
        match self.kind {
            AskKind::Own { .. } => 2,
            AskKind::Play { .. } => 1,
        }
    }

    /// The only node that will do.
    pub fn node(&self) -> Option<&NodeId> {
        match &self.kind {
            AskKind::Own { .. } => None,
            AskKind::Play { node, .. } => Some(node),
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
    /// To all sockets of a party.
    Send(Party, CallMessage),
    /// The socket that the input came from gets the log after this entry.
    Resume(u64),
    /// The answer to [`Input::Urls`].
    Answer(Box<Result<PartyUrls, ApiError>>),
    /// A question to the fleet.
    Ask(Ask),
    /// A letter for the outbox.
    Letter(Letter),
    /// All that is stored of the call goes, and so do its sockets.
    Forget,
}
