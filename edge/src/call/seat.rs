//! What one socket of a call has seen of the log.
//!
//! A client that comes back asks for what it missed, and until that question arrives new entries may be
//! written. Sent at once they would come before the older ones, or twice. So a new socket is *held*: it
//! gets no entries until it resumes, says anything else, is sent something that follows from them, or
//! [`HOLD`] is over. A callee who was not asked yet is held for as long as that lasts.

use super::limits::HOLD;
use super::who::Who;
use serde::{Deserialize, Serialize};

/// A socket's place in a call; it lies in the socket's attachment and survives hibernation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// Whose socket it is.
    #[serde(flatten)]
    pub who: Who,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    held: Option<Held>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Held {
    /// The last entry that it is known to have.
    after: u64,
    /// Until when.
    until: u64,
}

/// What a socket is to get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// The new entries.
    Live,
    /// All entries after this one, which includes the new ones.
    After(u64),
    /// Nothing yet.
    Nothing,
}

impl Seat {
    /// A new socket, which is told that the log ends at `seq`.
    pub fn new(who: Who, seq: u64, now: u64) -> Self {
        let held = Held {
            after: seq,
            until: now + HOLD,
        };
        let held = Some(held);
        Self { who, held }
    }

    /// There are new entries, or time has passed.
    pub fn entries(&mut self, visible: bool, now: u64) -> Delivery {
        match &self.held {
            None => Delivery::Live,
            Some(held) if visible && held.until <= now => self.release(),
            Some(_) => Delivery::Nothing,
        }
    }

    /// It says something other than `resume`.
    pub fn speaks(&mut self, visible: bool) -> Delivery {
        match &self.held {
            Some(_) if visible => self.release(),
            _ => Delivery::Nothing,
        }
    }

    /// It is about to be sent something that follows from the entries up to `newest`.
    pub fn follows(&mut self, visible: bool, newest: u64) -> Delivery {
        let behind = self.held.as_ref().is_some_and(|held| held.after < newest);
        self.speaks(visible && behind)
    }

    /// It asks for what it missed.
    pub fn resumes(&mut self, after: u64, visible: bool) -> Delivery {
        if visible {
            self.held = None;
            return Delivery::After(after);
        }
        if let Some(held) = &mut self.held {
            held.after = after;
        }
        Delivery::Nothing
    }

    /// Whether it is held.
    pub fn is_held(&self) -> bool {
        self.held.is_some()
    }

    /// When it must get what it did not ask for.
    pub fn due(&self, visible: bool) -> Option<u64> {
        self.held
            .as_ref()
            .filter(|_| visible)
            .map(|held| held.until)
    }

    fn release(&mut self) -> Delivery {
        self.held
            .take()
            .map_or(Delivery::Live, |held| Delivery::After(held.after))
    }
}
