//! `GET /v1/calls` and `GET /v1/calls.csv`: calls that are over.

use super::call::EndReason;
use super::review::Rating;
use crate::id::{CallId, DeskId, Party, RoomId, UserId};
use serde::{Deserialize, Serialize};

/// A call that was asked for and is over. In this form it is also stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinishedCall {
    /// The call.
    pub call: CallId,
    /// Its desk; none, when it was direct.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk: Option<DeskId>,
    /// The room that took it, at a desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomId>,
    /// Who asked.
    pub customer: UserId,
    /// Who answered; of a direct call, who was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<UserId>,
    /// When it was made; nothing, where it began under a version that did not note it. So with the next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<u64>,
    /// When the callee was asked, or the line entered; nothing, where the caller left before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requested_at: Option<u64>,
    /// When somebody answered first, if anybody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<u64>,
    /// When it was over.
    pub ended_at: u64,
    /// Who ended it; nobody, when the lease or the desk did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Party>,
    /// Why.
    pub reason: EndReason,
    /// Whether a node began to record a party before it was over.
    pub recorded: bool,
    /// For how many days its desks wanted what was recorded kept at least; till then it is not forgotten either.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub least_days: u32,
    /// The supervisors who watched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub watched_by: Vec<UserId>,
    /// What the caller said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
    /// What the agent wrote about it; the customer never sees that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

fn is_zero(days: &u32) -> bool {
    *days == 0
}

/// A page of them, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinishedCalls {
    /// The calls.
    pub calls: Vec<FinishedCall>,
    /// Where the next page begins: for `after`. Nothing on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
