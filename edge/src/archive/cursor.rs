//! Where a page of finished calls ends.

use counterpart_shared::id::CallId;
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

/// The last millisecond of the year 9999, where the written form of times ends.
pub(super) const LAST_TIME: u64 = 253_402_300_799_999;

/// A place in the order of calls, newest first. It names a call, so what comes and goes does not move it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub struct Cursor {
    /// When the call ended.
    pub ended_at: u64,
    /// The call.
    pub call: CallId,
}

/// A text that was no `next` of ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no place in the list")]
pub struct CursorError(pub String);

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.ended_at, self.call)
    }
}

impl FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let parts = text.split_once('.');
        let cursor = parts.and_then(|(ended_at, call)| {
            Some(Self {
                ended_at: ended_at.parse().ok().filter(|at| *at <= LAST_TIME)?,
                call: call.parse().ok()?,
            })
        });
        cursor.ok_or_else(|| CursorError(text.chars().take(80).collect()))
    }
}

impl From<Cursor> for String {
    fn from(cursor: Cursor) -> Self {
        cursor.to_string()
    }
}
