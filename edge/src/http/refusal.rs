//! A refusal with what HTTP wants beside it.

use counterpart_shared::api::{ApiError, ErrorCode};

/// Why a request is not served. The one place that knows which header belongs to which status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The body, which names the status too.
    pub error: ApiError,
    /// A header beside it.
    pub header: Option<(&'static str, &'static str)>,
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        let header = match error.code {
            // RFC 9110 §11.6.1
            ErrorCode::Unauthorized => Some(("WWW-Authenticate", "Bearer")),
            // RFC 9110 §15.5.22
            ErrorCode::UpgradeRequired => Some(("Upgrade", "websocket")),
            // RFC 9110 §10.2.3
            ErrorCode::NoNode => Some(("Retry-After", "2")),
            // Every rate is at least one a second.
            ErrorCode::RateLimited => Some(("Retry-After", "1")),
            _ => None,
        };
        Self { error, header }
    }
}

impl Refusal {
    /// The path exists, the method does not (RFC 9110 §15.5.6).
    pub fn method(method: &str, allow: &'static str) -> Self {
        let detail = format!("{} is not supported here, only {allow}", cut(method));
        Self {
            error: ApiError::new(ErrorCode::MethodNotAllowed, detail),
            header: Some(("Allow", allow)),
        }
    }

    /// No such path.
    pub fn path(path: &str) -> Self {
        ApiError::new(ErrorCode::NotFound, format!("no such path: {}", cut(path))).into()
    }
}

/// Enough of a stranger's text to recognise it.
pub(super) fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}
