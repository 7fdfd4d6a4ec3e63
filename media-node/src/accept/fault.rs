//! Why a connection ends.

use counterpart_shared::rtmp::chunk::ChunkError;
use counterpart_shared::rtmp::handshake::HandshakeError;
use counterpart_shared::session;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use web_transport_quinn::SessionError;

/// The end of a connection, and whose doing it was.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The client closed it.
    #[error("the client has gone")]
    Gone,
    /// The network did.
    #[error("the connection is lost: {0}")]
    Lost(String),
    /// The client's handshake cannot be read.
    #[error(transparent)]
    Handshake(#[from] HandshakeError),
    /// The client's chunks cannot be read.
    #[error(transparent)]
    Chunk(#[from] ChunkError),
    /// The client's messages make no sense.
    #[error(transparent)]
    Session(#[from] session::SessionError),
    /// The client does not get on.
    #[error("{what} within {after:?}")]
    Slow {
        /// What did not come.
        what: &'static str,
        /// How long it was waited for.
        after: Duration,
    },
    /// The client does not take what he plays.
    #[error("the client has taken nothing for {0:?}")]
    Stuck(Duration),
    /// He was refused, and told so.
    #[error("refused: {0}")]
    Refused(&'static str),
    /// We ended it, and told him why.
    #[error("ended: {0}")]
    Ended(Arc<str>),
    /// The request's path is not ours.
    #[error("there is nothing at this path")]
    Path,
}

impl Fault {
    /// How a session ended that did not end here.
    pub(super) fn lost_session(error: &SessionError) -> Self {
        use quinn::ConnectionError::ApplicationClosed;
        match error {
            SessionError::WebTransportError(_)
            | SessionError::ConnectionError(ApplicationClosed(_)) => Fault::Gone,
            other => Fault::Lost(other.to_string()),
        }
    }

    /// One word for logs and metrics.
    pub fn reason(&self) -> &'static str {
        match self {
            Fault::Gone => "gone",
            Fault::Lost(_) => "lost",
            Fault::Handshake(_) => "bad_handshake",
            Fault::Chunk(_) => "bad_chunk",
            Fault::Session(_) => "bad_session",
            Fault::Slow { .. } => "slow",
            Fault::Stuck(_) => "stuck",
            Fault::Refused(reason) => reason,
            Fault::Ended(_) => "ended",
            Fault::Path => "bad_path",
        }
    }

    /// Whether the client is to blame for sending what nobody should.
    pub fn is_protocol(&self) -> bool {
        matches!(
            self,
            Fault::Handshake(_) | Fault::Chunk(_) | Fault::Session(_) | Fault::Path
        )
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Fault::Lost(error.to_string())
    }
}
