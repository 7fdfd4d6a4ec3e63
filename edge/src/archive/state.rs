//! How long the calls of each desk are kept.

use crate::table::{Change, Row, RowError, Table};
use counterpart_shared::api::MAX_RETENTION_DAYS;
use counterpart_shared::id::DeskId;
use serde::{Deserialize, Serialize};

const DAY: u64 = 86_400_000;

/// How often it is looked for calls whose time is over, in milliseconds: by so much they outlive it.
pub const SWEEP_EVERY: u64 = 3_600_000;

/// The pause before more are forgotten, when there were more than [`SWEEP`].
pub const SWEEP_AGAIN: u64 = 1_000;

/// The most calls that are being told that they are forgotten at a time: a rule that takes a million calls
/// must not hold up those that end meanwhile.
pub const SWEEP: u64 = 64;

/// The archive's part in memory. See the module for how it is driven.
#[derive(Debug, Clone)]
pub struct Archive {
    /// Every desk that has a call here, or a rule.
    desks: Table<DeskId, Keep>,
}

/// A desk's rule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keep {
    /// In days; 0: for ever, nothing: as the deployment does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
}

/// What nobody may find any more: the calls of one desk that ended by then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overdue {
    /// The desk; none: direct calls.
    pub desk: Option<DeskId>,
    /// When the newest of them ended at the latest.
    pub ended_by: u64,
}

impl Default for Archive {
    fn default() -> Self {
        let desks = Table::new("keep");
        Self { desks }
    }
}

impl Archive {
    /// From the rows of [`changes`](Self::changes).
    ///
    /// # Errors
    /// [`RowError`] for the first row that cannot be read.
    pub fn load(rows: &[Row]) -> Result<Self, RowError> {
        let desks = Table::load("keep", rows)?;
        Ok(Self { desks })
    }

    /// What must be stored since this was asked last.
    pub fn changes(&mut self) -> Vec<Change> {
        self.desks.changes()
    }

    /// There is a call of this desk.
    pub fn meet(&mut self, desk: &DeskId) {
        if self.desks.get(desk).is_none() {
            self.desks.insert(desk.clone(), Keep::default());
        }
    }

    /// A desk's calls are kept for so long, those that are here included.
    pub fn keep(&mut self, desk: DeskId, days: Option<u32>) {
        self.desks.insert(desk, Keep { days });
    }

    /// What is to be forgotten now; `default` is the deployment's rule, in days.
    pub fn overdue(&self, default: u32, now: u64) -> Vec<Overdue> {
        let desks = self.desks.iter();
        let ruled = desks.map(|(desk, keep)| (Some(desk.clone()), keep.days.unwrap_or(default)));
        let all = std::iter::once((None, default)).chain(ruled);
        all.filter_map(|(desk, days)| {
            let ended_by = now.checked_sub(u64::from(days) * DAY)?;
            (days > 0).then_some(Overdue { desk, ended_by })
        })
        .collect()
    }
}

/// A rule that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("RETENTION_DAYS is '{0}', it must be a number from 0 to {MAX_RETENTION_DAYS}")]
pub struct DaysError(pub String);

/// Reads the deployment's rule; empty is 0, for ever.
///
/// # Errors
/// [`DaysError`] for what is no number, or too large a one.
pub fn days(text: &str) -> Result<u32, DaysError> {
    if text.is_empty() {
        return Ok(0);
    }
    let days = text.parse().ok().filter(|days| *days <= MAX_RETENTION_DAYS);
    days.ok_or_else(|| DaysError(text.chars().take(80).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk(name: &str) -> DeskId {
        name.parse().unwrap()
    }

    fn overdue(name: Option<&str>, ended_by: u64) -> Overdue {
        let desk = name.map(desk);
        Overdue { desk, ended_by }
    }

    #[test]
    fn each_desk_forgets_by_its_own_rule() {
        let mut archive = Archive::default();
        for name in ["front", "back", "side"] {
            archive.meet(&desk(name));
        }
        assert_eq!(archive.overdue(0, 100 * DAY), [], "kept for ever");
        archive.keep(desk("front"), Some(1));
        archive.keep(desk("side"), Some(0));
        assert_eq!(archive.overdue(0, DAY - 1), [], "no clock began so late");
        assert_eq!(archive.overdue(0, DAY), [overdue(Some("front"), 0)]);
        // A day passes: what ended in it is overdue now.
        assert_eq!(archive.overdue(0, 2 * DAY), [overdue(Some("front"), DAY)]);
        // Where the desk says nothing, the deployment does.
        assert_eq!(
            archive.overdue(30, 100 * DAY),
            [
                overdue(None, 70 * DAY),
                overdue(Some("back"), 70 * DAY),
                overdue(Some("front"), 99 * DAY)
            ]
        );
        // A rule counts for what is there already, and can be taken back.
        archive.meet(&desk("front"));
        archive.keep(desk("front"), Some(90));
        assert_eq!(
            archive.overdue(0, 100 * DAY),
            [overdue(Some("front"), 10 * DAY)]
        );
        archive.keep(desk("front"), None);
        assert_eq!(archive.overdue(0, 100 * DAY), []);
    }

    #[test]
    fn the_stored_form_is_pinned_and_read_again() {
        let mut archive = Archive::default();
        archive.meet(&desk("back"));
        archive.keep(desk("front"), Some(7));
        let changes = archive.changes();
        let stored: Vec<_> = changes
            .iter()
            .map(|change| (change.kind, change.key.as_str(), change.json.as_deref()))
            .collect();
        let wanted = [
            ("keep", "back", Some("{}")),
            ("keep", "front", Some(r#"{"days":7}"#)),
        ];
        assert_eq!(stored, wanted);
        let rows: Vec<Row> = changes
            .into_iter()
            .map(|Change { kind, key, json }| Row {
                kind: kind.to_owned(),
                key,
                json: json.unwrap(),
            })
            .collect();
        let loaded = Archive::load(&rows).unwrap();
        assert_eq!(loaded.overdue(0, 8 * DAY), archive.overdue(0, 8 * DAY));
        archive.meet(&desk("back"));
        assert_eq!(archive.changes(), [], "known already");
    }

    #[test]
    fn the_deployments_rule_is_a_number_of_days() {
        assert_eq!(days(""), Ok(0));
        assert_eq!(days("0"), Ok(0));
        assert_eq!(days("3650"), Ok(3650));
        for bad in ["3651", "-1", "ten", "7d"] {
            assert_eq!(days(bad), Err(DaysError(bad.into())));
        }
    }
}
