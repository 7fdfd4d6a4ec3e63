//! Letters under way.

use crate::link::{Address, Letter};
use std::collections::BTreeMap;

/// One object's outbox, and what it knows of the letters that came in.
#[derive(Debug, Default)]
pub(super) struct Office {
    letters: Vec<Posted>,
    last: u64,
    seen: BTreeMap<Address, u64>,
}

/// A letter, or the answer to one, as it travels.
#[derive(Debug, Clone)]
pub(super) struct Posted {
    pub(super) from: Address,
    pub(super) to: Address,
    pub(super) seq: u64,
    /// What it says; nothing in an answer.
    pub(super) json: Option<String>,
}

impl Office {
    pub(super) fn post(&mut self, from: &Address, letter: &Letter) {
        self.last += 1;
        self.letters.push(Posted {
            from: from.clone(),
            to: letter.address(),
            seq: self.last,
            json: Some(letter.json()),
        });
    }

    /// The oldest letter of each receiver: nothing overtakes a letter.
    pub(super) fn heads(&self) -> Vec<Posted> {
        let mut heads: BTreeMap<&Address, &Posted> = BTreeMap::new();
        for letter in &self.letters {
            heads.entry(&letter.to).or_insert(letter);
        }
        heads.into_values().cloned().collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.letters.is_empty()
    }

    pub(super) fn answered(&mut self, seq: u64) {
        self.letters.retain(|letter| letter.seq != seq);
    }

    /// Of one sender only a higher number is new.
    pub(super) fn first_time(&mut self, letter: &Posted) -> bool {
        let newest = self.seen.entry(letter.from.clone()).or_default();
        let new = letter.seq > *newest;
        *newest = letter.seq.max(*newest);
        new
    }
}
