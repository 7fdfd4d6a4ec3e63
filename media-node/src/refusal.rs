//! Why somebody is turned away. Each reason has one word for logs and metrics and one sentence for the
//! client; no sentence holds a token.

use counterpart_shared::api::ErrorCode;
use counterpart_shared::grant::{Act, TokenError};
use counterpart_shared::id::{CallId, NodeId, StreamId, UserId};
use counterpart_shared::rtmp::code;

/// A refusal of a publish or a play.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The edge has not sent its keys so far.
    #[error("this node has no signing keys yet, try again in a moment")]
    NoKeys,
    /// The grant does not verify.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// A play grant used to publish, or the other way round.
    #[error("the grant is to {granted}, not to {wanted}")]
    Act {
        /// What it allows.
        granted: Act,
        /// What was asked.
        wanted: Act,
    },
    /// A grant for another stream.
    #[error("the grant is for stream '{granted}', not for '{asked}'")]
    Stream {
        /// What it names.
        granted: StreamId,
        /// What was asked, cut to 80 characters.
        asked: String,
    },
    /// A grant for another call.
    #[error("the grant is for call '{granted}', not for '{asked}'")]
    Call {
        /// What it names.
        granted: CallId,
        /// What was asked, cut to 80 characters.
        asked: String,
    },
    /// A grant for another node.
    #[error("the grant is for node '{granted}', this is '{here}'")]
    Node {
        /// What it names.
        granted: NodeId,
        /// This node.
        here: NodeId,
    },
    /// The application is not ours.
    #[error("there is no application '{0}' here, only 'live'")]
    App(String),
    /// The call has ended.
    #[error("call '{0}' is over")]
    CallOver(CallId),
    /// Its holder is no party of the call any more.
    #[error("the grant has ended: '{0}' is no party of the call any more")]
    GrantEnded(UserId),
    /// Somebody publishes the stream under the same or a newer grant.
    #[error("the stream is live under grant number {live}, this one is number {given}")]
    InUse {
        /// The live publisher's serial.
        live: u64,
        /// The newcomer's.
        given: u64,
    },
    /// The recording has no such file, or has not finished it.
    #[error("call '{call}' has no finished file '{file}' here")]
    NoFile {
        /// The call.
        call: CallId,
        /// What was asked, cut to 80 characters.
        file: String,
    },
    /// Nobody publishes the stream.
    #[error("nobody publishes this stream")]
    NotLive,
    /// The connection carries a stream already.
    #[error("this connection carries a stream already")]
    Busy,
    /// As many connections as the node takes.
    #[error("this node has its {0} connections, no more are taken")]
    ConnectionLimit(usize),
    /// As many streams as the node takes.
    #[error("this node has its {0} streams, no more are taken")]
    StreamLimit(u32),
    /// The node is being stopped.
    #[error("this node is being stopped")]
    Stopping,
}

impl Refusal {
    /// One word, the same for every refusal of its kind.
    pub fn reason(&self) -> &'static str {
        match self {
            Refusal::NoKeys => "no_keys",
            Refusal::Token(error) => token_reason(error),
            Refusal::Act { .. } => "other_act",
            Refusal::Stream { .. } => "other_stream",
            Refusal::Call { .. } => "other_call",
            Refusal::Node { .. } => "other_node",
            Refusal::NoFile { .. } => "no_file",
            Refusal::App(_) => "other_app",
            Refusal::CallOver(_) => "call_over",
            Refusal::GrantEnded(_) => "grant_ended",
            Refusal::InUse { .. } => "in_use",
            Refusal::NotLive => "not_live",
            Refusal::Busy => "busy",
            Refusal::ConnectionLimit(_) => "connection_limit",
            Refusal::StreamLimit(_) => "stream_limit",
            Refusal::Stopping => "stopping",
        }
    }

    /// For HTTP.
    pub fn error_code(&self) -> ErrorCode {
        match self {
            Refusal::Token(_) => ErrorCode::Unauthorized,
            Refusal::Act { .. }
            | Refusal::Stream { .. }
            | Refusal::Call { .. }
            | Refusal::Node { .. }
            | Refusal::GrantEnded(_) => ErrorCode::Forbidden,
            Refusal::App(_) | Refusal::NotLive | Refusal::NoFile { .. } => ErrorCode::NotFound,
            Refusal::CallOver(_) | Refusal::InUse { .. } | Refusal::Busy => ErrorCode::Conflict,
            Refusal::NoKeys
            | Refusal::ConnectionLimit(_)
            | Refusal::StreamLimit(_)
            | Refusal::Stopping => ErrorCode::NoNode,
        }
    }

    /// For onStatus.
    pub fn status_code(&self, act: Act) -> &'static str {
        match (act, self) {
            (Act::Publish, _) => code::PUBLISH_BAD_NAME,
            (_, Refusal::NotLive | Refusal::App(_)) => code::PLAY_STREAM_NOT_FOUND,
            (Act::Play | Act::Review, _) => code::PLAY_FAILED,
        }
    }
}

fn token_reason(error: &TokenError) -> &'static str {
    match error {
        TokenError::Missing => "grant_missing",
        TokenError::Malformed(_) => "grant_malformed",
        TokenError::Algorithm(_) => "grant_algorithm",
        TokenError::UnknownKey(_) => "grant_unknown_key",
        TokenError::Signature => "grant_signature",
        TokenError::Audience { .. } => "grant_audience",
        TokenError::Expired { .. } => "grant_expired",
        TokenError::NotYetValid { .. } => "grant_not_yet_valid",
    }
}
