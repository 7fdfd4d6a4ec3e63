//! The Durable Object of the archive.
//!
//! # Atomicity
//! A letter is noted, its call (or rule) written, and what follows from a rule forgotten, without an await: one
//! commit, before which no answer leaves; so a call's outbox lets go of it only when it is here. To forget
//! calls is to delete their rows and to post the letters that tell them, likewise at once.

use super::core::{Core, answer, request};
use super::store::integer;
use super::{internal, now, reply};
use crate::archive::{
    Archive as Machine, CSV_HEAD, Cursor, Overdue, SWEEP, SWEEP_AGAIN, SWEEP_EVERY, Value,
    csv_line, reason_word,
};
use crate::link::{ArchiveRequest, Letter, ToArchive, ToCall, Wanted};
use crate::table::to_json;
use counterpart_shared::api::FinishedCall;
use counterpart_shared::id::{CallId, DeskId};
use futures_util::stream::iter;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::rc::Rc;
use worker::{
    DurableObject, Env, Request, Response, Result, SqlStorageValue, State, durable_object,
    wasm_bindgen,
};

/// Every index ends in the order of the list. `desk` is empty where there is none.
const TABLES: [&str; 5] = [
    "CREATE TABLE IF NOT EXISTS calls (call TEXT PRIMARY KEY, desk TEXT, agent TEXT, customer TEXT, reason TEXT, ended_at INTEGER, json TEXT)",
    "CREATE INDEX IF NOT EXISTS by_time ON calls (ended_at, call)",
    "CREATE INDEX IF NOT EXISTS by_desk ON calls (desk, ended_at, call)",
    "CREATE INDEX IF NOT EXISTS by_agent ON calls (agent, ended_at, call)",
    "CREATE INDEX IF NOT EXISTS by_customer ON calls (customer, ended_at, call)",
];

/// The archive.
#[durable_object(alarm)]
pub struct Archive {
    core: Rc<Core>,
    machine: RefCell<Option<Machine>>,
}

/// [`FinishedCalls`](counterpart_shared::api::FinishedCalls), with the cursor as what it is.
#[derive(Serialize)]
struct FinishedCalls {
    calls: Vec<FinishedCall>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<Cursor>,
}

#[derive(Deserialize)]
struct Json {
    json: String,
}

#[derive(Deserialize)]
struct Name {
    call: CallId,
}

impl DurableObject for Archive {
    fn new(state: State, env: Env) -> Self {
        Self {
            core: Core::new(state, env),
            machine: RefCell::new(None),
        }
    }

    async fn fetch(&self, mut incoming: Request) -> Result<Response> {
        let asked = request(&mut incoming).await?;
        self.ready()?;
        match asked {
            ArchiveRequest::Find(wanted) => answer(find(&self.core, &wanted).map_err(internal)),
            ArchiveRequest::Export(wanted) => reply::csv(iter(export(self.core.clone(), wanted))),
            ArchiveRequest::Letter(post) => {
                if let Some(letter) = self.core.accept(post, now())? {
                    self.take(letter)?;
                }
                answer(Ok(()))
            }
        }
    }

    async fn alarm(&self) -> Result<Response> {
        self.core.disarm();
        if !self.ready()? {
            self.sweep()?;
        }
        self.core.store.forget(now())?;
        Response::empty()
    }
}

impl Archive {
    /// Loads the machine if need be, and then sweeps: whether it did.
    fn ready(&self) -> Result<bool> {
        if self.machine.borrow().is_some() {
            return Ok(false);
        }
        self.core.store.create()?;
        for table in TABLES {
            self.core.store.sql.exec(table, None)?;
        }
        let loaded = Machine::load(&self.core.store.rows()?).map_err(|error| error.to_string())?;
        *self.machine.borrow_mut() = Some(loaded);
        self.sweep()?;
        Ok(true)
    }

    fn take(&self, letter: ToArchive) -> Result<()> {
        let mut machine = self.machine.take().ok_or("the archive is not loaded")?;
        let is_rule = matches!(letter, ToArchive::Retention { .. });
        match letter {
            ToArchive::Ended(record) => {
                record.desk.iter().for_each(|desk| machine.meet(desk));
                self.insert(&record)?;
            }
            ToArchive::Remarks { call, rating, note } => {
                self.amend(&call, |record| {
                    (record.rating, record.note) = (rating, note)
                })?;
            }
            ToArchive::Retention { desk, days } => machine.keep(desk, days),
        }
        self.core.store.write(machine.changes())?;
        *self.machine.borrow_mut() = Some(machine);
        if is_rule {
            return self.sweep();
        }
        self.core.arm(Some(now() + SWEEP_EVERY))
    }

    fn insert(&self, record: &FinishedCall) -> Result<()> {
        let row = vec![
            record.call.as_str().into(),
            record.desk.as_ref().map_or("", DeskId::as_str).into(),
            record
                .agent
                .as_ref()
                .map_or("", |agent| agent.as_str())
                .into(),
            record.customer.as_str().into(),
            reason_word(record.reason).into(),
            integer(record.ended_at),
            to_json(record).into(),
        ];
        let sql = "INSERT OR REPLACE INTO calls VALUES (?, ?, ?, ?, ?, ?, ?)";
        self.core.store.exec(sql, row)
    }

    /// A call that is forgotten already stays so.
    fn amend(&self, call: &CallId, change: impl FnOnce(&mut FinishedCall)) -> Result<()> {
        let sql = "SELECT json FROM calls WHERE call = ?";
        let found = self.core.store.sql.exec(sql, vec![call.as_str().into()])?;
        let Some(Json { json }) = found.to_array::<Json>()?.pop() else {
            return Ok(());
        };
        let mut record: FinishedCall = serde_json::from_str(&json)?;
        change(&mut record);
        self.insert(&record)
    }

    /// Forgets calls whose time is over, as many as may be under way at once.
    fn sweep(&self) -> Result<()> {
        let default = self.core.config()?.retention_days;
        let machine = self.machine.borrow();
        let machine = machine.as_ref().ok_or("the archive is not loaded")?;
        let mut left = SWEEP.saturating_sub(self.core.store.letters()?);
        for overdue in machine.overdue(default, now()) {
            left -= self.forget(&overdue, left)?;
        }
        let pause = if left > 0 { SWEEP_EVERY } else { SWEEP_AGAIN };
        self.core.arm(Some(now() + pause))?;
        self.core.deliver_soon();
        Ok(())
    }

    /// What must be kept for longer stays: what is forgotten cannot be deleted any more.
    fn forget(&self, overdue: &Overdue, most: u64) -> Result<u64> {
        let sql = "SELECT call FROM calls WHERE desk = ? AND ended_at <= ? \
                   AND ended_at + COALESCE(json_extract(json, '$.least_days'), 0) * 86400000 <= ? \
                   ORDER BY ended_at, call LIMIT ?";
        let desk = overdue.desk.as_ref().map_or("", DeskId::as_str);
        let ended_by = integer(overdue.ended_by);
        let values = vec![desk.into(), ended_by, integer(now()), integer(most)];
        let calls: Vec<Name> = self.core.store.sql.exec(sql, values)?.to_array()?;
        for Name { call } in &calls {
            let sql = "DELETE FROM calls WHERE call = ?";
            self.core.store.exec(sql, vec![call.as_str().into()])?;
            let letter = Letter::Call(call.clone(), ToCall::Forget);
            self.core.post(&letter)?;
        }
        Ok(calls.len() as u64)
    }
}

fn find(core: &Core, Wanted { search, discreet }: &Wanted) -> Result<FinishedCalls> {
    let (sql, values) = search.sql();
    let values: Vec<SqlStorageValue> = values
        .into_iter()
        .map(|value| match value {
            Value::Text(text) => text.into(),
            Value::Number(number) => integer(number),
        })
        .collect();
    let rows: Vec<Json> = core.store.sql.exec(&sql, values)?.to_array()?;
    let read = rows.iter().map(|row| serde_json::from_str(&row.json));
    let mut calls: Vec<FinishedCall> = read.collect::<std::result::Result<_, _>>()?;
    if *discreet {
        calls.iter_mut().for_each(|call| call.watched_by.clear());
    }
    let next = search.page(&mut calls);
    Ok(FinishedCalls { calls, next })
}

/// The parts of a file, a page each: the next one is looked up when the reader has taken the last, so that the whole
/// is never in memory.
fn export(core: Rc<Core>, wanted: Wanted) -> impl Iterator<Item = Result<Vec<u8>>> {
    let mut left = Some(wanted);
    let mut head = CSV_HEAD;
    std::iter::from_fn(move || {
        let mut wanted = left.take()?;
        let page = match find(&core, &wanted) {
            Ok(page) => page,
            Err(error) => return Some(Err(error)),
        };
        let lines = page.calls.iter().map(csv_line);
        let text = std::mem::take(&mut head).to_owned() + &lines.collect::<String>();
        if page.next.is_some() {
            wanted.search.after = page.next;
            left = Some(wanted);
        }
        Some(Ok(text.into_bytes()))
    })
}
