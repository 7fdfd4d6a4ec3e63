//! What the account keeps: a row for each key.

use crate::table::{Change, Row, RowError, Table};
use crate::token::same_secret;
use counterpart_shared::api::{ApiError, ApiKey, ApiKeys, ErrorCode};
use counterpart_shared::id::KeyId;
use serde::{Deserialize, Serialize};

/// How many keys there can be: enough for every program of a business, and few enough to look through.
pub const MAX_KEYS: usize = 100;

/// The longest name of a key, in characters.
pub const MAX_NAME: usize = 80;

/// The account. See the module for how it is driven.
#[derive(Debug, Clone)]
pub struct Account {
    keys: Table<KeyId, StoredKey>,
}

/// One key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct StoredKey {
    sha256: String,
    name: String,
    created_at: u64,
}

impl Default for Account {
    fn default() -> Self {
        let keys = Table::new("key");
        Self { keys }
    }
}

impl Account {
    /// From the rows of [`changes`](Self::changes).
    ///
    /// # Errors
    /// [`RowError`] for the first row that cannot be read.
    pub fn load(rows: &[Row]) -> Result<Self, RowError> {
        let keys = Table::load("key", rows)?;
        Ok(Self { keys })
    }

    /// What must be stored since this was asked last.
    pub fn changes(&mut self) -> Vec<Change> {
        self.keys.changes()
    }

    /// Accepts a key from now on.
    ///
    /// # Errors
    /// [`ErrorCode::BadRequest`] for a name that is too long or not one line, [`ErrorCode::Conflict`]
    /// when there are [`MAX_KEYS`] already.
    pub fn create(
        &mut self,
        id: KeyId,
        sha256: String,
        name: String,
        now: u64,
    ) -> Result<(), ApiError> {
        named(&name)?;
        if self.keys.len() >= MAX_KEYS {
            let detail = format!("there are {MAX_KEYS} keys, delete one first");
            return Err(ApiError::new(ErrorCode::Conflict, detail));
        }
        if self.keys.get(&id).is_some() {
            return Err(ApiError::new(ErrorCode::Conflict, "this id is taken"));
        }
        let created_at = now;
        let key = StoredKey {
            sha256,
            name,
            created_at,
        };
        self.keys.insert(id, key);
        Ok(())
    }

    /// Accepts a key no more.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] when there is none of this id.
    pub fn delete(&mut self, id: &KeyId) -> Result<(), ApiError> {
        match self.keys.remove(id) {
            Some(_) => Ok(()),
            None => {
                let detail = format!("there is no API key '{id}'");
                Err(ApiError::new(ErrorCode::NotFound, detail))
            }
        }
    }

    /// Whether what was shown under this id, by its SHA-256, is the key.
    pub fn check(&self, id: &KeyId, sha256: &str) -> bool {
        let key = self.keys.get(id);
        key.is_some_and(|key| same_secret(sha256, &key.sha256))
    }

    /// All keys, without what would let anyone use them.
    pub fn list(&self) -> ApiKeys {
        let listed = |(id, key): (&KeyId, &StoredKey)| ApiKey {
            id: id.clone(),
            name: key.name.clone(),
            created_at: key.created_at,
        };
        let keys = self.keys.iter().map(listed).collect();
        ApiKeys { keys }
    }
}

fn named(name: &str) -> Result<(), ApiError> {
    let length = name.chars().count();
    if length > MAX_NAME {
        let detail = format!("the name has {length} characters, at most {MAX_NAME}");
        return Err(ApiError::new(ErrorCode::BadRequest, detail));
    }
    if name.chars().any(char::is_control) {
        let detail = "the name has control characters";
        return Err(ApiError::new(ErrorCode::BadRequest, detail));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> KeyId {
        text.parse().unwrap()
    }

    #[test]
    fn a_key_works_until_it_is_deleted() {
        let mut account = Account::default();
        assert!(!account.check(&id("k-1"), "aa"));
        account
            .create(id("k-1"), "aa".into(), "crm".into(), 5)
            .unwrap();
        assert!(account.check(&id("k-1"), "aa"));
        assert!(!account.check(&id("k-1"), "ab") && !account.check(&id("k-2"), "aa"));
        assert!(!account.check(&id("k-1"), ""));
        account.delete(&id("k-1")).unwrap();
        assert!(!account.check(&id("k-1"), "aa"));
        let again = account.delete(&id("k-1")).unwrap_err();
        assert_eq!(again.code, ErrorCode::NotFound);
    }

    #[test]
    fn the_stored_form_is_pinned_and_read_again() {
        let mut account = Account::default();
        account
            .create(id("k-1"), "aa".into(), "crm".into(), 5)
            .unwrap();
        let change = account.changes().remove(0);
        let json = r#"{"sha256":"aa","name":"crm","created_at":5}"#;
        assert_eq!((change.kind, change.key.as_str()), ("key", "k-1"));
        assert_eq!(change.json.as_deref(), Some(json));
        let row = Row {
            kind: "key".into(),
            key: "k-1".into(),
            json: json.into(),
        };
        let loaded = Account::load(&[row]).unwrap();
        assert!(loaded.check(&id("k-1"), "aa"));
        assert_eq!(loaded.list(), account.list());
        assert!(!format!("{:?}", loaded.list()).contains("aa"));
    }

    #[test]
    fn names_and_numbers_are_bounded() {
        let mut account = Account::default();
        for bad in ["x".repeat(81), "a\nb".into()] {
            let error = account.create(id("k"), "aa".into(), bad, 0).unwrap_err();
            assert_eq!(error.code, ErrorCode::BadRequest);
        }
        for n in 0..MAX_KEYS {
            let id = id(&format!("k-{n}"));
            account.create(id, "aa".into(), String::new(), 0).unwrap();
        }
        let full = account.create(id("k"), "aa".into(), String::new(), 0);
        assert_eq!(full.unwrap_err().code, ErrorCode::Conflict);
    }
}
