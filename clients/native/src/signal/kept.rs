//! A socket that is dialled again when it is lost.

use super::backoff;
use super::dialer::{Connection, DialError, Dialer};
use super::error::SignalError;
use super::outbox::Outbox;
use counterpart_shared::id::ClientId;
use std::time::{Duration, Instant};

/// How long a lost socket is dialled again before it is given up; one minute unless told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience(pub Duration);

impl Default for Patience {
    fn default() -> Self {
        Self(Duration::from_secs(60))
    }
}

/// What happened on the socket.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Happened {
    /// It is open (again). What waits must be said with [`Kept::flush`] once the edge has greeted.
    Opened,
    /// The edge said this.
    Said(String),
}

/// Holds a connection and what is not acknowledged yet.
///
/// **Driving.** Call [`happened`](Self::happened) again and again: it dials, waits and reads, and may be cancelled at any
/// time without loss. Commands go in with [`send`](Self::send) at any time; [`settle`](Self::settle) them when answered.
pub(super) struct Kept {
    dialer: Dialer,
    patience: Patience,
    connection: Option<Connection>,
    outbox: Outbox,
    /// Whether the edge has greeted on this connection.
    greeted: bool,
    attempts: u32,
    lost: Instant,
}

impl Kept {
    pub(super) fn new(dialer: Dialer, patience: Patience) -> Self {
        Self {
            dialer,
            patience,
            connection: None,
            outbox: Outbox::default(),
            greeted: false,
            attempts: 0,
            lost: Instant::now(),
        }
    }

    /// What happens next.
    pub(super) async fn happened(&mut self) -> Result<Happened, SignalError> {
        loop {
            let Some(connection) = &mut self.connection else {
                self.redial().await?;
                return Ok(Happened::Opened);
            };
            match connection.next().await {
                Ok(text) => return Ok(Happened::Said(text)),
                Err(reason) => self.lose(&reason),
            }
        }
    }

    /// Says this once, if there is a connection.
    pub(super) async fn say(&mut self, json: String) {
        let Some(connection) = &mut self.connection else {
            return;
        };
        if let Err(reason) = connection.send(json).await {
            self.lose(&reason);
        }
    }

    /// Says this until it is settled.
    pub(super) async fn send(&mut self, id: ClientId, json: String) {
        self.outbox.keep(id, json.clone());
        if self.greeted {
            self.say(json).await;
        }
    }

    /// The edge has greeted: says all that waits.
    pub(super) async fn flush(&mut self) {
        self.greeted = true;
        let all: Vec<String> = self.outbox.all().map(str::to_owned).collect();
        for json in all {
            self.say(json).await;
        }
    }

    pub(super) fn settle(&mut self, id: &ClientId) -> bool {
        self.outbox.settle(id)
    }

    pub(super) fn unsettled(&self) -> usize {
        self.outbox.len()
    }

    /// Drops the connection as if the network had.
    pub(super) fn cut(&mut self) {
        if self.connection.is_some() {
            self.lose("cut");
        }
    }

    pub(super) async fn close(mut self) {
        if let Some(connection) = self.connection.take() {
            connection.close().await;
        }
    }

    fn lose(&mut self, reason: &str) {
        tracing::info!(path = self.dialer.path(), reason, "socket lost");
        self.connection = None;
        self.greeted = false;
        self.attempts = 0;
        self.lost = Instant::now();
    }

    async fn redial(&mut self) -> Result<(), SignalError> {
        loop {
            tokio::time::sleep(backoff::wait(self.attempts, rand::random())).await;
            self.attempts = self.attempts.saturating_add(1);
            match self.dialer.dial().await {
                Ok(connection) => {
                    self.connection = Some(connection);
                    tracing::info!(path = self.dialer.path(), "socket open");
                    return Ok(());
                }
                Err(DialError::Refused(error)) => return Err(error),
                Err(DialError::Lost(reason)) => self.give_up_after_all(reason)?,
            }
        }
    }

    fn give_up_after_all(&self, last: String) -> Result<(), SignalError> {
        let waited = self.lost.elapsed();
        if waited < self.patience.0 {
            return Ok(());
        }
        Err(SignalError::Unreachable {
            path: self.dialer.path().to_owned(),
            waited,
            last,
        })
    }
}
