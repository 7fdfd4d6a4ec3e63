//! An object's SQLite: rows of the machine, the log, what was carried out, letters out, letters in.

use crate::call::Done;
use crate::link::{Address, Letter};
use crate::table::{Change, Row, to_json};
use counterpart_shared::api::Entry;
use serde::Deserialize;
use worker::{Result, SqlStorage, SqlStorageValue};

const TABLES: [&str; 6] = [
    "CREATE TABLE IF NOT EXISTS rows (kind TEXT, key TEXT, json TEXT, PRIMARY KEY (kind, key))",
    "CREATE TABLE IF NOT EXISTS log (seq INTEGER PRIMARY KEY, json TEXT)",
    "CREATE TABLE IF NOT EXISTS done (owner TEXT, id TEXT, seq INTEGER, at INTEGER, PRIMARY KEY (owner, id)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, target TEXT, json TEXT, attempts INTEGER, next_at INTEGER)",
    "CREATE TABLE IF NOT EXISTS hooks (id TEXT PRIMARY KEY, json TEXT, attempts INTEGER, created_at INTEGER, next_at INTEGER)",
    "CREATE TABLE IF NOT EXISTS seen (sender TEXT PRIMARY KEY, seq INTEGER, at INTEGER)",
];

/// How long commands and senders are remembered, in milliseconds: far longer than any client or outbox
/// tries again, and it keeps a desk's tables from growing for ever.
const MEMORY: u64 = 7 * 86_400_000;

pub(super) struct Store {
    pub(super) sql: SqlStorage,
}

/// A letter that is to be delivered.
#[derive(Deserialize)]
pub(super) struct Outgoing {
    pub(super) seq: u64,
    target: String,
    json: String,
    pub(super) attempts: u32,
}

/// An event that the business server has not answered.
#[derive(Deserialize)]
pub(super) struct Hook {
    pub(super) id: String,
    pub(super) json: String,
    pub(super) attempts: u32,
    pub(super) created_at: u64,
}

#[derive(Deserialize)]
struct Stored {
    kind: String,
    key: String,
    json: String,
}

#[derive(Deserialize)]
struct Json {
    json: String,
}

#[derive(Deserialize)]
struct Number {
    number: Option<u64>,
}

impl Store {
    pub(super) fn new(sql: SqlStorage) -> Self {
        Self { sql }
    }

    /// Whether [`create`](Self::create) was ever called; asking leaves no trace on disk.
    pub(super) fn exists(&self) -> Result<bool> {
        let sql = "SELECT count(*) AS number FROM sqlite_master WHERE name = 'rows'";
        Ok(self.number(sql, vec![])?.is_some_and(|count| count > 0))
    }

    pub(super) fn create(&self) -> Result<()> {
        for table in TABLES {
            self.sql.exec(table, None)?;
        }
        Ok(())
    }

    pub(super) fn rows(&self) -> Result<Vec<Row>> {
        let stored = self.sql.exec("SELECT kind, key, json FROM rows", None)?;
        let rows = stored.to_array::<Stored>()?.into_iter();
        Ok(rows
            .map(|Stored { kind, key, json }| Row { kind, key, json })
            .collect())
    }

    pub(super) fn write(&self, changes: Vec<Change>) -> Result<()> {
        for Change { kind, key, json } in changes {
            match json {
                Some(json) => self.exec(
                    "INSERT INTO rows VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET json = excluded.json",
                    vec![kind.into(), key.into(), json.into()],
                )?,
                None => self.exec(
                    "DELETE FROM rows WHERE kind = ? AND key = ?",
                    vec![kind.into(), key.into()],
                )?,
            }
        }
        Ok(())
    }

    pub(super) fn append(&self, entry: &Entry) -> Result<()> {
        let row = vec![integer(entry.seq), to_json(entry).into()];
        self.exec("INSERT OR REPLACE INTO log VALUES (?, ?)", row)
    }

    pub(super) fn entries(&self, after: u64) -> Result<Vec<Entry>> {
        let sql = "SELECT json FROM log WHERE seq > ? ORDER BY seq";
        let stored = self.sql.exec(sql, vec![integer(after)])?;
        let entries = stored.to_array::<Json>()?.into_iter();
        Ok(entries
            .map(|row| serde_json::from_str(&row.json))
            .collect::<Result<_, _>>()?)
    }

    pub(super) fn remember(&self, owner: &str, id: &str, seq: Option<u64>, now: u64) -> Result<()> {
        let seq = seq.map_or(SqlStorageValue::Null, integer);
        self.exec(
            "INSERT OR IGNORE INTO done VALUES (?, ?, ?, ?)",
            vec![owner.into(), id.into(), seq, integer(now)],
        )
    }

    pub(super) fn recall(&self, owner: &str, id: &str) -> Result<Option<Done>> {
        let sql = "SELECT seq AS number FROM done WHERE owner = ? AND id = ?";
        let rows = self.sql.exec(sql, vec![owner.into(), id.into()])?;
        let row = rows.to_array::<Number>()?.pop();
        Ok(row.map(|Number { number }| Done { seq: number }))
    }

    /// Whether this letter is new; if so it is noted.
    pub(super) fn first_time(&self, sender: &str, seq: u64, now: u64) -> Result<bool> {
        let sql = "SELECT seq AS number FROM seen WHERE sender = ?";
        let newest = self.number(sql, vec![sender.into()])?;
        if newest.is_some_and(|newest| seq <= newest) {
            return Ok(false);
        }
        self.exec(
            "INSERT OR REPLACE INTO seen VALUES (?, ?, ?)",
            vec![sender.into(), integer(seq), integer(now)],
        )?;
        Ok(true)
    }

    pub(super) fn post(&self, letter: &Letter) -> Result<()> {
        self.exec(
            "INSERT INTO outbox (target, json, attempts, next_at) VALUES (?, ?, 0, 0)",
            vec![letter.address().to_string().into(), letter.json().into()],
        )
    }

    /// The oldest letter of each receiver, where its time has come: nothing overtakes a letter.
    pub(super) fn due_letters(&self, now: u64) -> Result<Vec<Outgoing>> {
        let sql = "SELECT seq, target, json, attempts FROM outbox WHERE next_at <= ? AND seq IN \
                   (SELECT min(seq) FROM outbox GROUP BY target) ORDER BY seq LIMIT 64";
        self.sql.exec(sql, vec![integer(now)])?.to_array()
    }

    pub(super) fn delivered(&self, seq: u64) -> Result<()> {
        self.exec("DELETE FROM outbox WHERE seq = ?", vec![integer(seq)])
    }

    pub(super) fn failed(&self, seq: u64, next_at: u64) -> Result<()> {
        self.exec(
            "UPDATE outbox SET attempts = attempts + 1, next_at = ? WHERE seq = ?",
            vec![integer(next_at), integer(seq)],
        )
    }

    /// How many letters are still to be delivered.
    pub(super) fn letters(&self) -> Result<u64> {
        let count = self.number("SELECT count(*) AS number FROM outbox", vec![])?;
        Ok(count.unwrap_or_default())
    }

    /// When a letter is to be tried next.
    pub(super) fn next_letter(&self) -> Result<Option<u64>> {
        let sql = "SELECT min(next_at) AS number FROM outbox WHERE seq IN \
                   (SELECT min(seq) FROM outbox GROUP BY target)";
        self.number(sql, vec![])
    }

    pub(super) fn post_hook(&self, id: &str, json: String, now: u64) -> Result<()> {
        self.exec(
            "INSERT OR IGNORE INTO hooks VALUES (?, ?, 0, ?, ?)",
            vec![id.into(), json.into(), integer(now), integer(now)],
        )
    }

    /// The oldest event whose time has come.
    pub(super) fn due_hook(&self, now: u64) -> Result<Option<Hook>> {
        let sql = "SELECT id, json, attempts, created_at FROM hooks WHERE next_at <= ? \
                   ORDER BY rowid LIMIT 1";
        let hooks = self.sql.exec(sql, vec![integer(now)])?.to_array()?;
        Ok(hooks.into_iter().next())
    }

    /// The event is about to be sent; if no answer comes, then again at this time.
    pub(super) fn hook_again(&self, id: &str, next_at: u64) -> Result<()> {
        self.exec(
            "UPDATE hooks SET attempts = attempts + 1, next_at = ? WHERE id = ?",
            vec![integer(next_at), id.into()],
        )
    }

    pub(super) fn hook_done(&self, id: &str) -> Result<()> {
        self.exec("DELETE FROM hooks WHERE id = ?", vec![id.into()])
    }

    /// When an event is to be tried next.
    pub(super) fn next_hook(&self) -> Result<Option<u64>> {
        self.number("SELECT min(next_at) AS number FROM hooks", vec![])
    }

    pub(super) fn forget(&self, now: u64) -> Result<()> {
        for table in ["done", "seen"] {
            let sql = format!("DELETE FROM {table} WHERE at < ?");
            self.exec(&sql, vec![integer(now.saturating_sub(MEMORY))])?;
        }
        Ok(())
    }

    fn number(&self, sql: &str, values: Vec<SqlStorageValue>) -> Result<Option<u64>> {
        let rows = self.sql.exec(sql, values)?.to_array::<Number>()?;
        Ok(rows.into_iter().next().and_then(|row| row.number))
    }

    pub(super) fn exec(&self, sql: &str, values: Vec<SqlStorageValue>) -> Result<()> {
        self.sql.exec(sql, values).map(|_| ())
    }
}

impl Outgoing {
    /// Its receiver, and its content as JSON.
    pub(super) fn read(&self) -> Option<(Address, serde_json::Value)> {
        let address = self.target.parse().ok()?;
        Some((address, serde_json::from_str(&self.json).ok()?))
    }
}

/// Numbers here count or are times: they stay far below 2^53, where JavaScript's end.
pub(super) fn integer(number: u64) -> SqlStorageValue {
    SqlStorageValue::Integer(number as i64)
}
