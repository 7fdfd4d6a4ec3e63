//! What the account keeps: a row for each key and for each desk.

use crate::desk::is_open;
use crate::link::Listing;
use crate::table::{Change, Row, RowError, Table};
use crate::token::same_secret;
use counterpart_shared::api::{ApiError, ApiKey, ApiKeys, Desks, ErrorCode, ListedDesk};
use counterpart_shared::id::{DeskId, KeyId};
use serde::{Deserialize, Serialize};

/// How many keys there can be: enough for every program of a business, and few enough to look through.
pub const MAX_KEYS: usize = 100;

/// The longest name of a key, in characters.
pub const MAX_NAME: usize = 80;

/// The account. See the module for how it is driven.
#[derive(Debug, Clone)]
pub struct Account {
    keys: Table<KeyId, StoredKey>,
    desks: Table<DeskId, Listing>,
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
        Self {
            keys: Table::new("key"),
            desks: Table::new("desk"),
        }
    }
}

impl Account {
    /// From the rows of [`changes`](Self::changes).
    ///
    /// # Errors
    /// [`RowError`] for the first row that cannot be read.
    pub fn load(rows: &[Row]) -> Result<Self, RowError> {
        Ok(Self {
            keys: Table::load("key", rows)?,
            desks: Table::load("desk", rows)?,
        })
    }

    /// What must be stored since this was asked last.
    pub fn changes(&mut self) -> Vec<Change> {
        let mut changes = self.keys.changes();
        changes.extend(self.desks.changes());
        changes
    }

    /// A desk is there, and is shown so from now on.
    pub fn list_desk(&mut self, desk: DeskId, listing: Listing) {
        self.desks.insert(desk, listing);
    }

    /// All desks that were ever set, and whether each is open now.
    pub fn desks(&self, now: u64) -> Desks {
        let listed = |(desk, listing): (&DeskId, &Listing)| ListedDesk {
            desk: desk.clone(),
            title: listing.title.clone(),
            open: is_open(listing.hours.as_deref(), listing.utc_offset_min, now),
        };
        let desks = self.desks.iter().map(listed).collect();
        Desks { desks }
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
    fn desks_are_listed_with_their_titles_and_whether_they_are_open() {
        let mut account = Account::default();
        let listing = |json: &str| serde_json::from_str::<Listing>(json).unwrap();
        let shut = r#"{"hours":[],"utc_offset_min":480}"#;
        let titled = r#"{"title":{"zh":"前台","en":"Front"},"utc_offset_min":0}"#;
        account.list_desk("loans".parse().unwrap(), listing(titled));
        account.list_desk("loans".parse().unwrap(), listing(shut));
        account.list_desk("front".parse().unwrap(), listing(titled));
        let stored = account.changes();
        let stored: Vec<Row> = stored
            .into_iter()
            .map(|Change { kind, key, json }| Row {
                kind: kind.to_owned(),
                key,
                json: json.unwrap(),
            })
            .collect();
        let texts: Vec<_> = stored.iter().map(|row| row.json.as_str()).collect();
        assert_eq!(texts, [titled, shut]);
        let desks = Account::load(&stored).unwrap().desks(5);
        assert_eq!(
            serde_json::to_string(&desks).unwrap(),
            r#"{"desks":[{"desk":"front","title":{"zh":"前台","en":"Front"},"open":true},{"desk":"loans","open":false}]}"#
        );
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
