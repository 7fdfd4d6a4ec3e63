//! What was seen from outside: written down by all, judged at the end.

use counterpart_shared::api::{Board, Entry, Room};
use counterpart_shared::id::{CallId, ClientId, Party, Skill};
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

/// A call as it was asked for.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) call: CallId,
    /// Its caller's token.
    pub(super) token: String,
    pub(super) skills: BTreeSet<Skill>,
    pub(super) priority: u8,
}

/// What one party saw and did.
#[derive(Debug, Clone)]
pub(super) struct Side {
    pub(super) call: CallId,
    pub(super) party: Party,
    /// What came on the socket, over all its connections.
    pub(super) entries: Vec<Entry>,
    /// The texts that were sent, in order.
    pub(super) said: Vec<ClientId>,
    /// Those that were acknowledged, under their numbers.
    pub(super) acknowledged: Vec<(ClientId, u64)>,
}

/// The log as a party reads it when all is over.
#[derive(Debug, Clone)]
pub(super) struct Log {
    pub(super) call: CallId,
    pub(super) party: Party,
    pub(super) entries: Vec<Entry>,
}

/// One look at the board.
#[derive(Debug, Clone)]
pub(super) struct Look {
    /// When it was asked for, in UNIX milliseconds; `board.at` is when it was answered.
    pub(super) asked: u64,
    pub(super) board: Board,
}

/// All of it.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) asked: Vec<Asked>,
    pub(super) sides: Vec<Side>,
    pub(super) logs: Vec<Log>,
    /// Each state of a room that its agent was told.
    pub(super) rooms: Vec<Room>,
    pub(super) looks: Vec<Look>,
    /// Calls whose socket refused the agent whose room had them.
    pub(super) refused: Vec<CallId>,
    /// Connections that were made, and cut.
    pub(super) connections: usize,
    pub(super) cuts: usize,
}

/// The book that all write in.
#[derive(Debug, Default)]
pub(super) struct Book(Mutex<Seen>);

impl Book {
    pub(super) fn write(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was written.
    pub(super) fn take(&self) -> Seen {
        std::mem::take(&mut *self.write())
    }
}

/// UNIX milliseconds.
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as u64)
}
