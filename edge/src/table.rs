//! A map that remembers which of its rows changed, so that a decision in memory becomes a few writes.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::str::FromStr;

/// One row as it lies on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Which table it belongs to.
    pub kind: String,
    /// Its key in that table.
    pub key: String,
    /// Its value.
    pub json: String,
}

/// One write that makes the disk like the memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The table.
    pub kind: &'static str,
    /// The key.
    pub key: String,
    /// The new value; `None` removes the row.
    pub json: Option<String>,
}

/// A stored row that this version cannot read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("row '{kind}/{key}' cannot be read: {reason}")]
pub struct RowError {
    /// The table.
    pub kind: String,
    /// The key.
    pub key: String,
    /// What was wrong with it.
    pub reason: String,
}

/// Rows of one kind, by key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table<K, V> {
    kind: &'static str,
    rows: BTreeMap<K, V>,
    changed: BTreeSet<K>,
}

impl<K: Ord + Clone, V> Table<K, V> {
    /// Without rows.
    pub fn new(kind: &'static str) -> Self {
        Self {
            kind,
            rows: BTreeMap::new(),
            changed: BTreeSet::new(),
        }
    }

    /// Reads a row.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.rows.get(key)
    }

    /// Changes a row.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let row = self.rows.get_mut(key)?;
        self.changed.insert(key.clone());
        Some(row)
    }

    /// Adds or replaces a row.
    pub fn insert(&mut self, key: K, value: V) {
        self.changed.insert(key.clone());
        self.rows.insert(key, value);
    }

    /// Removes a row.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        let row = self.rows.remove(key)?;
        self.changed.insert(key.clone());
        Some(row)
    }

    /// All rows, by key.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.rows.iter()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl<K, V> Table<K, V>
where
    K: Ord + Clone + Display + FromStr,
    V: Serialize + DeserializeOwned,
{
    /// Takes the rows of this kind out of what was stored.
    ///
    /// # Errors
    /// [`RowError`] for the first one that cannot be read.
    pub fn load(kind: &'static str, rows: &[Row]) -> Result<Self, RowError> {
        let mut table = Self::new(kind);
        for row in rows.iter().filter(|row| row.kind == kind) {
            let (key, value) = read(row)?;
            table.rows.insert(key, value);
        }
        Ok(table)
    }

    /// The writes since the last time this was asked.
    pub fn changes(&mut self) -> Vec<Change> {
        let changed = std::mem::take(&mut self.changed);
        changed.into_iter().map(|key| self.change(key)).collect()
    }

    fn change(&self, key: K) -> Change {
        Change {
            kind: self.kind,
            json: self.rows.get(&key).map(to_json),
            key: key.to_string(),
        }
    }
}

/// One value that is a row of its own; its default needs none.
#[derive(Debug, Clone)]
pub struct Single<V> {
    kind: &'static str,
    value: V,
    changed: bool,
}

impl<V: Default + Serialize + DeserializeOwned> Single<V> {
    /// With its default.
    pub fn new(kind: &'static str) -> Self {
        Self {
            kind,
            value: V::default(),
            changed: false,
        }
    }

    /// Takes it out of what was stored.
    ///
    /// # Errors
    /// [`RowError`] when it is there and cannot be read.
    pub fn load(kind: &'static str, rows: &[Row]) -> Result<Self, RowError> {
        let mut single = Self::new(kind);
        if let Some(row) = rows.iter().find(|row| row.kind == kind) {
            single.value = read::<String, V>(row)?.1;
        }
        Ok(single)
    }

    /// Reads it.
    pub fn get(&self) -> &V {
        &self.value
    }

    /// Changes it.
    pub fn get_mut(&mut self) -> &mut V {
        self.changed = true;
        &mut self.value
    }

    /// The write since the last time this was asked.
    pub fn changes(&mut self) -> Option<Change> {
        std::mem::take(&mut self.changed).then(|| Change {
            kind: self.kind,
            key: self.kind.to_owned(),
            json: Some(to_json(&self.value)),
        })
    }
}

fn read<K: FromStr, V: DeserializeOwned>(row: &Row) -> Result<(K, V), RowError> {
    let error = |reason: String| RowError {
        kind: row.kind.clone(),
        key: row.key.clone(),
        reason,
    };
    let key = row.key.parse().map_err(|_| error("its key".to_owned()))?;
    let value = serde_json::from_str(&row.json).map_err(|e| error(e.to_string()))?;
    Ok((key, value))
}

/// What is stored and sent here has no map keys other than text and no failing serialiser.
pub(crate) fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("our own types are plain JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_is_written() {
        let mut table: Table<u64, String> = Table::new("t");
        table.insert(1, "a".into());
        table.insert(2, "b".into());
        assert_eq!(table.changes().len(), 2);
        table.get(&1);
        assert_eq!(table.changes(), []);
        table.remove(&2);
        table.remove(&3);
        let gone = Change {
            kind: "t",
            key: "2".into(),
            json: None,
        };
        assert_eq!(table.changes(), [gone]);
    }

    #[test]
    fn a_row_that_cannot_be_read_is_named() {
        let row = |key: &str, json: &str| Row {
            kind: "t".into(),
            key: key.into(),
            json: json.into(),
        };
        let rows = [row("7", "\"x\"")];
        let table: Table<u64, String> = Table::load("t", &rows).unwrap();
        assert_eq!(table.get(&7).map(String::as_str), Some("x"));
        let error = Table::<u64, String>::load("t", &[row("7", "1")]).unwrap_err();
        assert_eq!((error.kind.as_str(), error.key.as_str()), ("t", "7"));
        assert!(Table::<u64, String>::load("t", &[row("x", "\"x\"")]).is_err());
    }
}
