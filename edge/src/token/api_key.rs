//! API keys: `ID.SECRET`. The id finds the stored hash, the secret makes the key impossible to guess.

use crate::hex::hex;
use counterpart_shared::id::KeyId;
use sha2::{Digest, Sha256};

/// The longest key that is looked at, in bytes.
const MAX_KEY: usize = 128;

/// What was shown as a key, with the secret gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyText {
    /// Its public half.
    pub id: KeyId,
    /// SHA-256 of all of it, lower-case hex. The secret is random, so nothing slower is needed.
    pub sha256: String,
}

impl ApiKeyText {
    /// Reads what a client shows; nothing, when it has not the form of a key.
    pub fn read(text: &str) -> Option<Self> {
        let (id, secret) = text.split_once('.').filter(|_| text.len() <= MAX_KEY)?;
        let id = id.parse().ok().filter(|_| !secret.is_empty())?;
        let sha256 = hex(&Sha256::digest(text));
        Some(Self { id, sha256 })
    }
}

/// The key of an id and a random secret.
pub fn key_text(id: &KeyId, secret: &str) -> String {
    format!("{id}.{secret}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_by_its_hash() {
        let id: KeyId = "k-a".parse().unwrap();
        let read = ApiKeyText::read(&key_text(&id, "b")).unwrap();
        assert_eq!(read.id, id);
        let wanted = "298569fea4f095f0f229ac7c0f3104d702dec69036fdbba0e2b304cd9de0e869";
        assert_eq!(read.sha256, wanted);
        for no_key in ["", "k-a", "k-a.", ".b", "k a.b", &"x.".repeat(99)] {
            assert_eq!(ApiKeyText::read(no_key), None, "{no_key}");
        }
    }
}
