//! Texts: when to say which, and what became of them.

use super::options::PartyOptions;
use super::report::PartyReport;
use crate::play::Times;
use crate::signal::client_id;
use counterpart_shared::api::CallCommand;
use counterpart_shared::id::ClientId;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;
use tokio::time::Instant;

/// What is to be said, and what was.
#[derive(Debug, Default)]
pub(super) struct Texts {
    waiting: VecDeque<String>,
    every: Duration,
    due: Option<Instant>,
    unacknowledged: HashMap<ClientId, Instant>,
    times: Times,
    sent: u64,
    acknowledged: u64,
}

impl Texts {
    /// Begins to say the script's texts.
    pub(super) fn begin(&mut self, options: &PartyOptions) {
        self.waiting.extend(options.texts.iter().cloned());
        self.every = options.text_every;
        self.due = Some(Instant::now());
    }

    /// When the next one is due.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due.filter(|_| !self.waiting.is_empty())
    }

    /// The one that is due.
    pub(super) fn next(&mut self) -> Option<String> {
        self.due = Some(Instant::now() + self.every);
        self.waiting.pop_front()
    }

    /// The command that sends a text.
    pub(super) fn command(&mut self, text: String) -> CallCommand {
        let id = client_id();
        self.sent += 1;
        self.unacknowledged.insert(id.clone(), Instant::now());
        CallCommand::Text { id, text }
    }

    /// The edge has it, if it was a text.
    pub(super) fn acknowledge(&mut self, id: &ClientId) {
        if let Some(sent) = self.unacknowledged.remove(id) {
            self.acknowledged += 1;
            self.times.push(sent.elapsed().as_secs_f64() * 1000.0);
        }
    }

    /// Whether all was said and acknowledged.
    pub(super) fn are_settled(&self) -> bool {
        self.waiting.is_empty() && self.unacknowledged.is_empty()
    }

    pub(super) fn fill(self, report: &mut PartyReport) {
        report.texts_sent = self.sent;
        report.texts_acknowledged = self.acknowledged;
        report.acknowledgement = self.times.spread();
    }
}
