//! Where calls are. What every allocation asks of all of them is kept ready: a fleet may have many thousands.

use super::state::Assigned;
use crate::table::{Change, Row, RowError, Table};
use counterpart_shared::id::{CallId, NodeId};
use std::collections::{BTreeMap, BTreeSet};

/// Calls by name, counted by node and sorted by when they may be forgotten.
#[derive(Debug, Clone)]
pub struct Calls {
    rows: Table<CallId, Assigned>,
    /// When each may be forgotten, soonest first.
    past: BTreeSet<(u64, CallId)>,
    /// How many that are not over each node has.
    at: BTreeMap<NodeId, u32>,
}

impl Default for Calls {
    fn default() -> Self {
        Self::of(Table::new("call"))
    }
}

impl Calls {
    /// From the rows of [`changes`](Self::changes).
    ///
    /// # Errors
    /// [`RowError`] for the first row that cannot be read.
    pub fn load(rows: &[Row]) -> Result<Self, RowError> {
        Table::load("call", rows).map(Self::of)
    }

    fn of(rows: Table<CallId, Assigned>) -> Self {
        let mut calls = Self {
            rows,
            past: BTreeSet::new(),
            at: BTreeMap::new(),
        };
        let notes: Vec<(CallId, Note)> = calls
            .rows
            .iter()
            .map(|(call, row)| (call.clone(), Note::of(row)))
            .collect();
        for (call, note) in notes {
            calls.note(call, note);
        }
        calls
    }

    /// What must be stored since this was asked last.
    pub fn changes(&mut self) -> Vec<Change> {
        self.rows.changes()
    }

    /// Reads a row.
    pub fn get(&self, call: &CallId) -> Option<&Assigned> {
        self.rows.get(call)
    }

    /// Adds or replaces a row.
    pub fn insert(&mut self, call: CallId, row: Assigned) {
        self.strike(&call);
        self.note(call.clone(), Note::of(&row));
        self.rows.insert(call, row);
    }

    /// Removes a row.
    pub fn remove(&mut self, call: &CallId) {
        self.strike(call);
        self.rows.remove(call);
    }

    /// All rows, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&CallId, &Assigned)> {
        self.rows.iter()
    }

    /// Those of which nothing needs to be remembered any more.
    pub fn past(&self, now: u64) -> Vec<CallId> {
        let past = self.past.iter().take_while(|(at, _)| *at <= now);
        past.map(|(_, call)| call.clone()).collect()
    }

    /// How many calls that are not over a node has.
    pub fn at(&self, node: &NodeId) -> u32 {
        self.at.get(node).copied().unwrap_or(0)
    }

    fn note(&mut self, call: CallId, note: Note) {
        self.past.extend(note.past.map(|at| (at, call)));
        if let Some(node) = note.node {
            *self.at.entry(node).or_default() += 1;
        }
    }

    fn strike(&mut self, call: &CallId) {
        let Some(note) = self.rows.get(call).map(Note::of) else {
            return;
        };
        if let Some(at) = note.past {
            self.past.remove(&(at, call.clone()));
        }
        if let Some(count) = note.node.and_then(|node| self.at.get_mut(&node)) {
            *count -= 1;
        }
    }
}

/// What is kept ready of one row.
struct Note {
    past: Option<u64>,
    node: Option<NodeId>,
}

impl Note {
    fn of(row: &Assigned) -> Self {
        Self {
            past: row.past_at(),
            node: row.node().filter(|_| row.ended_at.is_none()).cloned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::FORGET_CALL;
    use proptest::prelude::*;

    fn row(node: u8, ended_at: Option<u64>, until: Option<u64>) -> Assigned {
        let nodes = vec![format!("n{node}").parse().unwrap()];
        Assigned {
            nodes,
            live: vec![],
            ended_at,
            until,
        }
    }

    proptest! {
        #[test]
        fn what_is_kept_ready_is_what_the_rows_say(
            steps in prop::collection::vec((0..4u8, 0..3u8, 0..3u64, 0..4u64), 1..50),
            reload in any::<bool>(),
        ) {
            let mut calls = Calls::default();
            for (call, node, ended_at, until) in steps {
                let call: CallId = format!("c{call}").parse().unwrap();
                match ended_at {
                    2 => calls.remove(&call),
                    _ => calls.insert(call, row(node, (ended_at == 1).then_some(5), Some(until))),
                }
            }
            if reload {
                calls = Calls::of(calls.rows);
            }
            for node in 0..3 {
                let node: NodeId = format!("n{node}").parse().unwrap();
                let here = calls.iter().filter(|(_, row)| {
                    row.ended_at.is_none() && row.node() == Some(&node)
                });
                prop_assert_eq!(calls.at(&node) as usize, here.count());
            }
            for now in [0, 1, 2, 3, FORGET_CALL + 5] {
                let old = calls.iter().filter(|(_, row)| row.past_at().is_some_and(|at| at <= now));
                let old: BTreeSet<CallId> = old.map(|(call, _)| call.clone()).collect();
                prop_assert_eq!(calls.past(now).into_iter().collect::<BTreeSet<_>>(), old);
            }
        }
    }
}
