//! Why the edge did not do as asked.

use counterpart_shared::api::{ApiError, ByeReason};
use std::time::Duration;

/// A refusal, or a fault on the way.
#[derive(Debug, thiserror::Error)]
pub enum SignalError {
    /// The edge refused.
    #[error("the edge refused: {0}")]
    Api(ApiError),
    /// The address of the edge is none.
    #[error("'{0}' is not an http:// or https:// address of an edge")]
    Address(String),
    /// The request could not be made or answered.
    #[error("{method} {path} failed")]
    Http {
        /// The request's method.
        method: &'static str,
        /// Its path.
        path: String,
        /// Why.
        source: Box<ureq::Error>,
    },
    /// An answer that is none of the edge's.
    #[error("{path} was answered with status {status} and '{excerpt}'")]
    Answer {
        /// The request's path.
        path: String,
        /// The status.
        status: u16,
        /// The beginning of the body.
        excerpt: String,
    },
    /// A message that is none of the edge's.
    #[error("the edge sent what is no message: '{excerpt}'")]
    Message {
        /// Its beginning.
        excerpt: String,
        /// Why it is none.
        source: serde_json::Error,
    },
    /// The socket was refused, so that dialling again would not help.
    #[error("the socket {path} was refused with status {status}")]
    Upgrade {
        /// Its path.
        path: String,
        /// The status.
        status: u16,
    },
    /// A token that cannot stand in a header.
    #[error("the token has characters that no token has")]
    Token,
    /// The edge could not be reached for too long.
    #[error("no socket {path} for {} s: {last}", .waited.as_secs())]
    Unreachable {
        /// Its path.
        path: String,
        /// How long.
        waited: Duration,
        /// What the last attempt failed of.
        last: String,
    },
    /// Nothing came that was waited for.
    #[error("no {what} within {} s", .waited.as_secs())]
    Late {
        /// What was waited for.
        what: String,
        /// How long.
        waited: Duration,
    },
    /// The edge closed the socket for good.
    #[error("the edge closed the socket: {0:?}")]
    Bye(ByeReason),
    /// The blocking part of a request was stopped with the program.
    #[error("the program is ending")]
    Ending,
}

impl From<ApiError> for SignalError {
    fn from(refusal: ApiError) -> Self {
        SignalError::Api(refusal)
    }
}

/// The beginning of a foreign text, for an error.
pub(super) fn excerpt(text: &str) -> String {
    text.chars().take(200).collect()
}
