//! What a party went through.

use super::event::Step;
use crate::play::{PlayReport, Spread};
use crate::publish::PublishReport;
use counterpart_shared::api::EndReason;
use counterpart_shared::id::{CallId, Party};
use serde::Serialize;

/// What a party went through.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartyReport {
    /// The call.
    pub call: CallId,
    /// Who.
    pub party: Party,
    /// The steps, in their order.
    pub steps: Vec<Step>,
    /// Each time the own stream was published.
    pub published: Vec<PublishReport>,
    /// Each time the other's stream was played.
    pub played: Vec<PlayReport>,
    /// Attempts at either that failed before they began.
    pub failed_attempts: Vec<String>,
    /// Texts sent.
    pub texts_sent: u64,
    /// Texts that the edge acknowledged.
    pub texts_acknowledged: u64,
    /// From sending a text to its acknowledgement.
    pub acknowledgement: Option<Spread>,
    /// The other's texts.
    pub texts_heard: Vec<String>,
    /// The newest entry of the log that was seen.
    pub seen: u64,
    /// Connections of the call's socket.
    pub sockets: u64,
    /// Why the call ended, if it has.
    pub end: Option<EndReason>,
}

impl PartyReport {
    pub(super) fn new(call: CallId, party: Party) -> Self {
        Self {
            call,
            party,
            steps: Vec::new(),
            published: Vec::new(),
            played: Vec::new(),
            failed_attempts: Vec::new(),
            texts_sent: 0,
            texts_acknowledged: 0,
            acknowledgement: None,
            texts_heard: Vec::new(),
            seen: 0,
            sockets: 0,
            end: None,
        }
    }
}
