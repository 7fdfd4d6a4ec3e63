//! The one-time keys of a node that no URL has yet.
//!
//! Keys come by the dozen and go one by one. So the row that holds them is written when they come, and a small one
//! beside it says how many went: each key has a number, and those below [`Given`] are gone.

use super::limits::{ASK_AGAIN, FULL_STOCK, KEY_MARGIN, LOW_STOCK, MAX_STOCK};
use counterpart_shared::api::OneTimeKey;
use serde::{Deserialize, Serialize};

/// The number of the next key that is given out.
pub type Given = u64;

/// Keys in the order in which they came.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stock {
    /// The keys, some of them already given out.
    pub keys: Vec<OneTimeKey>,
    /// When more were asked for.
    #[serde(default)]
    pub asked_at: u64,
    /// The number of the first key.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub first: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Stock {
    /// Without keys, after so many were given out.
    pub(super) fn empty(given: Given) -> Self {
        let first = given;
        Self {
            first,
            ..Self::default()
        }
    }

    /// Takes new ones in; a label that is known is not a second key.
    pub(super) fn add(&mut self, keys: Vec<OneTimeKey>, given: Given) {
        let gone = self.keys.len() - self.left(given).len();
        self.keys.drain(..gone);
        self.first = given.max(self.first);
        for key in keys {
            let known = self.keys.iter().any(|have| have.label == key.label);
            if !known && self.keys.len() < MAX_STOCK {
                self.keys.push(key);
            }
        }
    }

    /// Up to `count` keys for one URL each, and the number after them. They are given out once that is stored.
    pub(super) fn take(&self, count: u32, given: Given, now: u64) -> (Vec<OneTimeKey>, Given) {
        let (mut taken, mut next) = (Vec::new(), given.max(self.first));
        for key in self.left(given) {
            if taken.len() == count as usize {
                break;
            }
            next += 1;
            if key.expires_at > now + KEY_MARGIN {
                taken.push(key.clone());
            }
        }
        (taken, next)
    }

    /// How many to ask for, if it is time to ask.
    pub(super) fn wanted(&self, given: Given, now: u64) -> Option<u32> {
        let asked = self.asked_at > 0 && now < self.asked_at + ASK_AGAIN;
        let left = self.left(given).len();
        (!asked && left < LOW_STOCK).then(|| (FULL_STOCK - left) as u32)
    }

    fn left(&self, given: Given) -> &[OneTimeKey] {
        let gone = given.saturating_sub(self.first);
        let gone = usize::try_from(gone).unwrap_or(usize::MAX);
        self.keys.get(gone..).unwrap_or_default()
    }
}
