//! The one-time pairs that wait for their connection.

use super::Certificate;
use counterpart_shared::id::Label;
use rand::RngExt;
use rustls::sign::CertifiedKey;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

/// Most pairs at once, about 2 KB each: an edge that keeps asking cannot fill the memory.
const MAX_KEYS: usize = 16_384;

/// 26 characters of base32 are 130 random bits: nobody guesses a label to burn it.
const LABEL_LEN: usize = 26;
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// One-time pairs by label. [`take`](Self::take) gives each away once.
#[derive(Debug, Default)]
pub struct KeyTable {
    pairs: HashMap<Label, Certificate>,
}

impl KeyTable {
    /// How many more fit, once those that have expired by `now` are gone.
    pub fn room(&mut self, now: SystemTime) -> usize {
        self.pairs.retain(|_, pair| pair.expires_at() > now);
        MAX_KEYS.saturating_sub(self.pairs.len())
    }

    /// Keeps a pair under its label.
    pub fn insert(&mut self, label: Label, pair: Certificate) {
        self.pairs.insert(label, pair);
    }

    /// The pair of this label, which is gone from here afterwards.
    pub fn take(&mut self, label: &str, now: SystemTime) -> Option<Arc<CertifiedKey>> {
        let label: Label = label.parse().ok()?;
        let pair = self.pairs.remove(&label)?;
        (pair.expires_at() > now).then(|| pair.certified())
    }

    /// Forgets the pair of this label, if there is one.
    pub fn discard(&mut self, label: &str) {
        if let Ok(label) = label.parse::<Label>() {
            self.pairs.remove(&label);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }
}

/// A label that nobody can guess.
pub(super) fn random_label(rng: &mut impl rand::Rng) -> Label {
    let text: String = (0..LABEL_LEN)
        .map(|_| char::from(BASE32[rng.random_range(0..BASE32.len())]))
        .collect();
    text.parse().expect("base32 letters are a label")
}

#[cfg(test)]
mod tests {
    use super::super::certificate::VALIDITY;
    use super::*;

    #[test]
    fn an_expired_pair_is_not_given_and_makes_room() {
        let now = SystemTime::now();
        let mut table = KeyTable::default();
        for label in ["a", "b"] {
            let pair = Certificate::make(&format!("{label}.x"), now).unwrap();
            table.insert(label.parse().unwrap(), pair);
        }
        assert!(table.take("a", now + VALIDITY).is_none());
        assert_eq!(table.room(now + VALIDITY), MAX_KEYS);
        assert!(table.is_empty());
    }

    #[test]
    fn labels_are_long_and_differ() {
        let label = random_label(&mut rand::rng());
        assert_eq!(label.as_str().len(), LABEL_LEN);
        assert_ne!(label, random_label(&mut rand::rng()));
    }
}
