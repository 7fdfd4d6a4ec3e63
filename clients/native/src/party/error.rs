//! Why a party could not play his part.

use super::report::PartyReport;
use crate::end::chain;
use crate::play::PlayError;
use crate::publish::PublishError;
use crate::signal::SignalError;
use counterpart_shared::api::EndReason;
use counterpart_shared::session::UrlError;
use std::time::Duration;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum PartyError {
    /// At the edge.
    #[error(transparent)]
    Signal(#[from] SignalError),
    /// A media URL of the edge is none.
    #[error("the edge gave a URL that is none")]
    Url(#[from] UrlError),
    /// The own stream did not begin.
    #[error("cannot publish")]
    Publish(#[from] PublishError),
    /// The other's stream did not begin.
    #[error("cannot play")]
    Play(#[from] PlayError),
    /// The call ended before it got so far.
    #[error("the call ended ({reason:?}) while waiting for {waiting_for}")]
    Ended {
        /// Why.
        reason: EndReason,
        /// What was waited for.
        waiting_for: &'static str,
    },
    /// The party was told to hang up before it got so far. It does so in good order, and this is no failure.
    #[error("hung up while waiting for {waiting_for}")]
    HungUp {
        /// What was waited for.
        waiting_for: &'static str,
    },
    /// Something did not come.
    #[error("no {waiting_for} within {} s", .waited.as_secs())]
    Late {
        /// What.
        waiting_for: &'static str,
        /// How long.
        waited: Duration,
    },
    /// A stream failed again and again.
    #[error("gave up after {attempts} attempts to {act}")]
    Restarts {
        /// `publish` or `play`.
        act: &'static str,
        /// How many.
        attempts: u32,
    },
}

/// A fault, and what was reached before it.
#[derive(Debug, thiserror::Error)]
#[error("{}", chain(.error))]
pub struct PartyFailure {
    /// What went wrong.
    pub error: PartyError,
    /// What was reached.
    pub report: PartyReport,
}
