//! What a running party tells, and what it can be told.

use crate::play::PlayProgress;
use crate::publish::PublishProgress;
use crate::walltime::WallTime;
use counterpart_shared::api::Entry;
use counterpart_shared::id::Party;
use serde::Serialize;
use tokio::sync::{mpsc, watch};

/// One of the seven steps, reached.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// Who.
    pub party: Party,
    /// 1 to 7.
    pub number: u8,
    /// What, such as `urls`.
    pub name: &'static str,
    /// Milliseconds since this party began.
    pub ms: f64,
    /// When, by the wall clock.
    #[serde(skip)]
    pub at: WallTime,
}

/// Something happened.
#[derive(Debug, Clone, PartialEq)]
pub enum PartyEvent {
    /// A step is reached.
    Step(Step),
    /// An entry of the log.
    Entry(Entry),
    /// The place in a desk's line.
    Position(u32),
}

/// What a party can be told while it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    Text(String),
    HangUp,
    CutSocket,
}

/// The other end of a running party. Dropping it changes nothing.
#[derive(Debug)]
pub struct Remote {
    pub(super) events: mpsc::UnboundedReceiver<PartyEvent>,
    pub(super) wishes: mpsc::Sender<Wish>,
    pub(super) publishing: watch::Receiver<PublishProgress>,
    pub(super) playing: watch::Receiver<PlayProgress>,
}

impl Remote {
    /// What happens next; `None` when the party has ended.
    pub async fn next(&mut self) -> Option<PartyEvent> {
        self.events.recv().await
    }

    /// Waits for the next step of this number and name; false when the party ends before it.
    pub async fn step(&mut self, number: u8, name: &str) -> bool {
        while let Some(event) = self.next().await {
            if matches!(&event, PartyEvent::Step(step) if step.number == number && step.name == name)
            {
                return true;
            }
        }
        false
    }

    /// How far the own stream is.
    pub fn publishing(&self) -> watch::Receiver<PublishProgress> {
        self.publishing.clone()
    }

    /// How far the other's stream is.
    pub fn playing(&self) -> watch::Receiver<PlayProgress> {
        self.playing.clone()
    }

    /// Has a text sent.
    pub async fn text(&self, text: &str) {
        self.wish(Wish::Text(text.to_owned())).await;
    }

    /// Has the call ended.
    pub async fn hang_up(&self) {
        self.wish(Wish::HangUp).await;
    }

    /// Has the call's socket cut, as a network would; the party dials again by itself.
    pub async fn cut_socket(&self) {
        self.wish(Wish::CutSocket).await;
    }

    async fn wish(&self, wish: Wish) {
        // A party that has ended wants nothing any more.
        let _ = self.wishes.send(wish).await;
    }
}
