//! Why a session cannot go on.

use crate::rtmp::aggregate::AggregateError;
use crate::rtmp::{CommandError, ControlError};

/// A fault of the peer; the connection is to be closed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SessionError {
    /// A command that cannot be read.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// A control message that cannot be read.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// An aggregate that cannot be split.
    #[error(transparent)]
    Aggregate(#[from] AggregateError),
    /// Something before `connect`.
    #[error("'{command}' before connect")]
    NotConnected {
        /// The command.
        command: String,
    },
    /// A second `connect`.
    #[error("connect for a second time")]
    ConnectedTwice,
    /// `publish` or `play` on a message stream that was not created or is in use.
    #[error("'{command}' on message stream {stream_id}, which is not free")]
    StreamNotFree {
        /// The command.
        command: &'static str,
        /// The message stream.
        stream_id: u32,
    },
    /// More message streams than the limit.
    #[error("more than {max} message streams")]
    TooManyStreams {
        /// The limit.
        max: usize,
    },
    /// A name longer than the limit.
    #[error("a {part} of {length} bytes, at most {max} are taken")]
    TooLong {
        /// Which.
        part: &'static str,
        /// Its length.
        length: usize,
        /// The limit.
        max: usize,
    },
}
