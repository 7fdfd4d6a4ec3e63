//! Where calls are. What every allocation asks of all of them is kept ready: a fleet may have many thousands.

use super::limits::FORGET_EVERY;
use super::state::Assigned;
use crate::table::{Change, Row, RowError, Table};
use counterpart_shared::id::{CallId, NodeId};
use std::collections::BTreeMap;

/// Calls by name, counted by node.
#[derive(Debug, Clone)]
pub struct Calls {
    rows: Table<CallId, Assigned>,
    counts: Counts,
    /// When to look again for calls to forget.
    look_at: u64,
}

/// What the rows say together.
#[derive(Debug, Clone, Default)]
struct Counts {
    /// How many calls that are not over each node has.
    at: BTreeMap<NodeId, u32>,
    /// How many streams are live.
    live: usize,
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
        let mut counts = Counts::default();
        for (_, row) in rows.iter() {
            counts.count(row, 1);
        }
        let look_at = 0;
        Self {
            rows,
            counts,
            look_at,
        }
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
        if let Some(before) = self.rows.get(&call) {
            self.counts.count(before, -1);
        }
        self.counts.count(&row, 1);
        self.rows.insert(call, row);
    }

    /// Removes those of which nothing needs to be remembered; looks for them now and then only.
    pub fn forget(&mut self, now: u64) {
        if now < self.look_at {
            return;
        }
        self.look_at = now + FORGET_EVERY;
        let past = self.rows.iter().filter(|(_, row)| row.is_past(now));
        let past: Vec<CallId> = past.map(|(call, _)| call.clone()).collect();
        for call in past {
            if let Some(row) = self.rows.remove(&call) {
                self.counts.count(&row, -1);
            }
        }
    }

    /// All rows, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&CallId, &Assigned)> {
        self.rows.iter()
    }

    /// How many calls that are not over a node has.
    pub fn at(&self, node: &NodeId) -> u32 {
        self.counts.at.get(node).copied().unwrap_or(0)
    }

    /// How many streams are live, at all nodes together.
    pub fn live(&self) -> usize {
        self.counts.live
    }
}

impl Counts {
    fn count(&mut self, row: &Assigned, change: i32) {
        if let Some(node) = row.node().filter(|_| row.ended_at.is_none()) {
            let count = self.at.entry(node.clone()).or_default();
            *count = count.saturating_add_signed(change);
        }
        let live = row.live.len() as isize * change as isize;
        self.live = self.live.saturating_add_signed(live);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(node: u8, ended_at: Option<u64>, until: Option<u64>) -> Assigned {
        let nodes = vec![format!("n{node}").parse().unwrap()];
        Assigned {
            nodes,
            live: vec![],
            lost: vec![],
            ended_at,
            until,
        }
    }

    proptest! {
        #[test]
        fn what_is_counted_is_what_the_rows_say(
            steps in prop::collection::vec((0..4u8, 0..3u8, 0..3u64, 1..4u64), 1..50),
            reload in any::<bool>(),
        ) {
            let (mut calls, mut now) = (Calls::default(), 0);
            for (call, node, kind, until) in steps {
                now += FORGET_EVERY;
                let call: CallId = format!("c{call}").parse().unwrap();
                let until = now + until * FORGET_EVERY;
                match kind {
                    2 => calls.forget(now),
                    _ => calls.insert(call, row(node, (kind == 1).then_some(now), Some(until))),
                }
                prop_assert!(kind < 2 || calls.iter().all(|(_, row)| !row.is_past(now)));
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
        }
    }
}
