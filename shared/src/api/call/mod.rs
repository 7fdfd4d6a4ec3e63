//! A call's log and its WebSocket, `GET /v1/calls/{call}/socket`.

mod command;
mod entry;
mod format;
mod message;

pub use command::CallCommand;
pub use entry::{Entry, EntryBody};
pub use format::{AudioFormat, StreamFormat, VideoFormat};
pub use message::{ByeReason, CallMessage};

use serde::{Deserialize, Serialize};

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CallPhase {
    /// Made; nobody has been asked yet.
    New,
    /// Asked: ringing at the callee, or in a desk's line.
    Requested,
    /// Both agreed.
    Talking,
    /// Over; the log can still be read.
    Ended,
}

/// Why a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// A party hung up.
    HangUp,
    /// The callee declined.
    Rejected,
    /// The caller left before anyone answered.
    Abandoned,
    /// Nobody was left and the lease ran out.
    Lease,
    /// The desk was not open.
    DeskClosed,
    /// The desk's line was as long as it may be.
    LineFull,
    /// A supervisor ended it.
    Supervisor,
}
