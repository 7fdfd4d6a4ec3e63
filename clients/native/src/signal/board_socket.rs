//! A supervisor's socket of a desk's board.

use super::dialer::Dialer;
use super::edge::Edge;
use super::error::{SignalError, excerpt};
use super::kept::{Happened, Kept, Patience};
use counterpart_shared::api::DeskBoard;
use counterpart_shared::id::DeskId;

/// Keeps a board's socket.
///
/// **Driving.** As [`CallSocket`](super::CallSocket).
pub struct BoardSocket {
    kept: Kept,
}

impl std::fmt::Debug for BoardSocket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BoardSocket").finish_non_exhaustive()
    }
}

impl BoardSocket {
    /// Dials with the first [`next`](Self::next).
    pub fn new(edge: &Edge, desk: &DeskId, token: &str) -> Result<Self, SignalError> {
        let url = edge.socket_url(&format!("/v1/desks/{desk}/board/socket"));
        let kept = Kept::new(Dialer::new(url, token)?, Patience::default());
        Ok(Self { kept })
    }

    /// The next board: the first at once, then one after every change.
    pub async fn next(&mut self) -> Result<DeskBoard, SignalError> {
        loop {
            let Happened::Said(text) = self.kept.happened().await? else {
                continue;
            };
            return serde_json::from_str(&text).map_err(|source| SignalError::Message {
                excerpt: excerpt(&text),
                source,
            });
        }
    }
}
