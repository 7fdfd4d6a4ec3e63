//! What goes into the fleet and what comes out.

use crate::link::{Lease, Letter, ToFleet};
use counterpart_shared::api::{ApiError, FromNode, ToNode};
use counterpart_shared::id::{CallId, NodeId};
use std::collections::BTreeSet;

/// What happens to the fleet.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A node says something.
    Message {
        /// Which one, once it has said hello on this socket.
        from: Option<NodeId>,
        /// What.
        message: FromNode,
    },
    /// A node's newest socket is gone.
    Closed(NodeId),
    /// A call wants a node and keys.
    Allocate {
        /// The call.
        call: CallId,
        /// How many keys.
        count: u32,
        /// At this node only.
        at: Option<NodeId>,
        /// For a stream without a call: when it may be forgotten.
        until: Option<u64>,
    },
    /// A call says something.
    Letter(ToFleet),
    /// Time has passed.
    Alarm,
    /// The object has just been loaded.
    Loaded {
        /// The nodes that have a socket.
        present: BTreeSet<NodeId>,
    },
}

/// What the fleet wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// The socket that the input came from is this node's from now on; older ones of it are closed.
    Join(NodeId),
    /// A node's sockets are to be closed: nothing comes from them any more.
    Drop(NodeId),
    /// To the socket that the input came from.
    Reply(ToNode),
    /// Close the socket that the input came from.
    HangUp,
    /// To a node.
    Send(NodeId, ToNode),
    /// The answer to [`Input::Allocate`].
    Leased(Result<Lease, ApiError>),
    /// A letter for the outbox.
    Letter(Letter),
}
