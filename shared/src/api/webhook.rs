//! What the edge posts to the business server.

use super::call::Entry;
use crate::id::{CallId, UserId};
use serde::{Deserialize, Serialize};

/// One event: an entry of a call's log, and whose call it is. Sent until it is answered with a status of 2xx,
/// for a day at most; one that comes twice has the same id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookEvent {
    /// `CALL.SEQ`.
    pub id: String,
    /// The call.
    pub call: CallId,
    /// Who asked.
    pub caller: UserId,
    /// Who answers, once that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callee: Option<UserId>,
    /// The entry: `seq`, `at`, `kind` and what belongs to that kind.
    pub entry: Entry,
}

/// The header with the HMAC-SHA256 of an event.
pub const SIGNATURE_HEADER: &str = "Counterpart-Signature";

/// The header with the time of sending, in UNIX seconds.
pub const TIMESTAMP_HEADER: &str = "Counterpart-Timestamp";
