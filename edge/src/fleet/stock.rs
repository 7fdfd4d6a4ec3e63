//! The one-time keys of a node that no URL has yet.

use super::limits::{ASK_AGAIN, FULL_STOCK, KEY_MARGIN, LOW_STOCK, MAX_STOCK};
use counterpart_shared::api::OneTimeKey;
use serde::{Deserialize, Serialize};

/// Keys in the order in which they came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stock {
    /// The keys.
    pub keys: Vec<OneTimeKey>,
    /// When more were asked for.
    #[serde(default)]
    pub asked_at: u64,
}

impl Stock {
    /// Takes new ones in; a label that is known is not a second key.
    pub(super) fn add(&mut self, keys: Vec<OneTimeKey>) {
        for key in keys {
            let known = self.keys.iter().any(|have| have.label == key.label);
            if !known && self.keys.len() < MAX_STOCK {
                self.keys.push(key);
            }
        }
    }

    /// Gives out up to `count`; what is given is gone.
    pub(super) fn take(&mut self, count: u32, now: u64) -> Vec<OneTimeKey> {
        self.keys.retain(|key| key.expires_at > now + KEY_MARGIN);
        let count = self.keys.len().min(count as usize);
        self.keys.drain(..count).collect()
    }

    /// How many to ask for, if it is time to ask.
    pub(super) fn wanted(&mut self, now: u64) -> Option<u32> {
        let asked = self.asked_at > 0 && now < self.asked_at + ASK_AGAIN;
        if asked || self.keys.len() >= LOW_STOCK {
            return None;
        }
        self.asked_at = now;
        Some((FULL_STOCK - self.keys.len()) as u32)
    }
}
