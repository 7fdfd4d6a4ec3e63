//! A party's socket of a call.

use super::dialer::Dialer;
use super::edge::Edge;
use super::error::{SignalError, excerpt};
use super::kept::{Happened, Kept, Patience};
use super::log::{Fate, LogCursor};
use counterpart_shared::api::{CallCommand, CallMessage};
use counterpart_shared::id::{CallId, ClientId};
use std::collections::VecDeque;
use std::time::Duration;

/// Gives each entry of the call's log once and in order, and sends each command until it is answered, over as many
/// connections as that takes.
///
/// **Driving.** Call [`next`](Self::next) again and again; nothing is read, sent again or redialled otherwise. It may be
/// cancelled, as by `select!`, without loss.
pub struct CallSocket {
    kept: Kept,
    log: LogCursor,
    /// What came while [`ask`](Self::ask) waited for something else.
    aside: VecDeque<CallMessage>,
}

impl std::fmt::Debug for CallSocket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallSocket")
            .field("log", &self.log)
            .field("unacknowledged", &self.unacknowledged())
            .finish_non_exhaustive()
    }
}

impl CallSocket {
    /// For the whole log. Dials with the first [`next`](Self::next).
    pub fn new(edge: &Edge, call: &CallId, token: &str) -> Result<Self, SignalError> {
        Self::resume(edge, call, token, 0, Patience::default())
    }

    /// For the log after `after`.
    pub fn resume(
        edge: &Edge,
        call: &CallId,
        token: &str,
        after: u64,
        patience: Patience,
    ) -> Result<Self, SignalError> {
        let url = edge.socket_url(&format!("/v1/calls/{call}/socket"));
        Ok(Self {
            kept: Kept::new(Dialer::new(url, token)?, patience),
            log: LogCursor::after(after),
            aside: VecDeque::new(),
        })
    }

    /// Sends a command, again after each redial until it is answered. `Resume` is sent by the socket itself and
    /// goes out once.
    pub async fn send(&mut self, command: &CallCommand) {
        let json = json(command);
        match command.id() {
            Some(id) => self.kept.send(id.clone(), json).await,
            None => self.kept.say(json).await,
        }
    }

    /// Sends a command and waits for its answer: `Ack` or `Urls`; a refusal is an error. What else comes meanwhile is
    /// kept for [`next`](Self::next).
    pub async fn ask(
        &mut self,
        command: &CallCommand,
        patience: Duration,
    ) -> Result<CallMessage, SignalError> {
        self.send(command).await;
        let id = command.id();
        let late = || SignalError::Late {
            what: format!(
                "answer to {}",
                json(command).split(',').next().unwrap_or("")
            ),
            waited: patience,
        };
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            let message = tokio::time::timeout_at(deadline, self.receive())
                .await
                .map_err(|_| late())??;
            match message {
                CallMessage::Error { id: of, error } if of.as_ref() == id => {
                    return Err(error.into());
                }
                message if id.is_some() && answers(&message) == id => return Ok(message),
                message => self.aside.push_back(message),
            }
        }
    }

    /// The next message. Each `Hello` (for a supervisor `Watching`) tells of a new connection. [`SignalError::Bye`] is
    /// the end: the edge wants no other connection of this one.
    pub async fn next(&mut self) -> Result<CallMessage, SignalError> {
        match self.aside.pop_front() {
            Some(message) => Ok(message),
            None => self.receive().await,
        }
    }

    /// The newest entry that was given out.
    pub fn seen(&self) -> u64 {
        self.log.last()
    }

    /// Commands without an answer yet.
    pub fn unacknowledged(&self) -> usize {
        self.kept.unsettled()
    }

    /// Loses the connection, as a network would; the next [`next`](Self::next) dials again.
    pub fn cut(&mut self) {
        self.kept.cut();
    }

    /// Closes the connection in good order.
    pub async fn close(self) {
        self.kept.close().await;
    }

    async fn receive(&mut self) -> Result<CallMessage, SignalError> {
        loop {
            let Happened::Said(text) = self.kept.happened().await? else {
                continue;
            };
            let message: CallMessage =
                serde_json::from_str(&text).map_err(|source| SignalError::Message {
                    excerpt: excerpt(&text),
                    source,
                })?;
            if let CallMessage::Bye { reason } = message {
                return Err(SignalError::Bye(reason));
            }
            if self.take(&message).await {
                return Ok(message);
            }
        }
    }

    /// Keeps book of a message; false when it says nothing new.
    async fn take(&mut self, message: &CallMessage) -> bool {
        match message {
            CallMessage::Hello { seq, .. } | CallMessage::Watching { seq, .. } => {
                if let Some(after) = self.log.hello(*seq) {
                    self.ask_for_log(after).await;
                }
                self.kept.flush().await;
                true
            }
            CallMessage::Entry(entry) => match self.log.entry(entry.seq) {
                Fate::Next => true,
                Fate::Ask(after) => {
                    self.ask_for_log(after).await;
                    false
                }
                Fate::Known | Fate::Asked => false,
            },
            message => answers(message).is_none_or(|id| self.kept.settle(id)),
        }
    }

    async fn ask_for_log(&mut self, after: u64) {
        self.kept.say(json(&CallCommand::Resume { after })).await;
    }
}

fn json(command: &CallCommand) -> String {
    serde_json::to_string(command).expect("a command is JSON")
}

/// The command that this message answers.
fn answers(message: &CallMessage) -> Option<&ClientId> {
    match message {
        CallMessage::Ack { id, .. } | CallMessage::Urls { id, .. } => Some(id),
        CallMessage::Error { id, .. } => id.as_ref(),
        _ => None,
    }
}
