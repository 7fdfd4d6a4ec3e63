//! An agent's socket of his room.

use super::dialer::Dialer;
use super::edge::Edge;
use super::error::{SignalError, excerpt};
use super::kept::{Happened, Kept, Patience};
use counterpart_shared::api::{DeskCommand, DeskMessage};
use counterpart_shared::id::{ClientId, DeskId, RoomId};

/// Keeps a room's socket and sends each command until it is answered.
///
/// **Driving.** As [`CallSocket`](super::CallSocket).
pub struct RoomSocket {
    kept: Kept,
    /// Whether this connection has had its first message.
    fresh: bool,
}

impl std::fmt::Debug for RoomSocket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RoomSocket")
            .field("unacknowledged", &self.unacknowledged())
            .finish_non_exhaustive()
    }
}

impl RoomSocket {
    /// Dials with the first [`next`](Self::next).
    pub fn new(
        edge: &Edge,
        desk: &DeskId,
        room: &RoomId,
        token: &str,
    ) -> Result<Self, SignalError> {
        let url = edge.socket_url(&format!("/v1/desks/{desk}/rooms/{room}/socket"));
        Ok(Self {
            kept: Kept::new(Dialer::new(url, token)?, Patience::default()),
            fresh: true,
        })
    }

    /// Sends a command, again after each redial until it is answered.
    pub async fn send(&mut self, command: &DeskCommand) {
        let json = serde_json::to_string(command).expect("a command is JSON");
        self.kept.send(id_of(command).clone(), json).await;
    }

    /// The next message. [`SignalError::Bye`] is the end, as of a call's socket.
    pub async fn next(&mut self) -> Result<DeskMessage, SignalError> {
        loop {
            let Happened::Said(text) = self.kept.happened().await? else {
                self.fresh = true;
                continue;
            };
            let message: DeskMessage =
                serde_json::from_str(&text).map_err(|source| SignalError::Message {
                    excerpt: excerpt(&text),
                    source,
                })?;
            if let DeskMessage::Bye { reason } = message {
                return Err(SignalError::Bye(reason));
            }
            if std::mem::take(&mut self.fresh) {
                self.kept.flush().await;
            }
            let answered = match &message {
                DeskMessage::Ack { id } => Some(id),
                DeskMessage::Error { id, .. } => id.as_ref(),
                _ => None,
            };
            if answered.is_none_or(|id| self.kept.settle(id)) {
                return Ok(message);
            }
        }
    }

    /// Commands without an answer yet.
    pub fn unacknowledged(&self) -> usize {
        self.kept.unsettled()
    }

    /// Loses the connection, as a network would; the next [`next`](Self::next) dials again.
    pub fn cut(&mut self) {
        self.kept.cut();
    }

    /// Closes the connection in good order.
    pub async fn close(self) {
        self.kept.close().await;
    }
}

fn id_of(command: &DeskCommand) -> &ClientId {
    match command {
        DeskCommand::Open { id, .. }
        | DeskCommand::Close { id }
        | DeskCommand::Accept { id, .. }
        | DeskCommand::Reject { id, .. } => id,
    }
}
