//! What was recorded is deleted: at the wish of the business server, or because its time is over at the node.

use super::command::{Outcome, conflict};
use super::input::Output;
use super::state::Call;
use super::turn::Turn;
use crate::link::{Letter, ToFleet};
use counterpart_shared::api::{CallPhase, Deleted, EntryBody};
use counterpart_shared::id::NodeId;
use std::collections::BTreeSet;

impl Turn<'_> {
    /// Somebody with the right to it wants all of it deleted, what is finished later included.
    pub(super) fn delete_recordings(&mut self, least_days: u32, by: String) -> Outcome {
        if self.call.phase != CallPhase::Ended {
            return Err(conflict("the call is not over"));
        }
        self.call.may_be_deleted(least_days, self.now)?;
        self.call.delete_by = Some(by.clone());
        self.ask_deletion(by);
        Ok(())
    }

    /// Asks the nodes that have files. Asked again while they are there, it is said to the nodes again.
    pub(super) fn ask_deletion(&mut self, by: String) {
        let nodes = self.call.recorded_at();
        if nodes.is_empty() {
            return;
        }
        if self.call.is_deletion_news() {
            let by = by.clone();
            self.call.deletion = Some(self.append(EntryBody::RecordingDelete { by }));
        }
        let call = self.call.id.clone();
        let letter = ToFleet::RecordDelete { call, nodes, by };
        self.out.push(Output::Letter(Letter::Fleet(letter)));
    }

    /// A node has deleted these files; what it said before is no news.
    pub(super) fn recordings_deleted(
        &mut self,
        node: &NodeId,
        how: &Deleted,
        mut files: Vec<String>,
    ) {
        let table = &mut self.call.recordings;
        let of_node = table.iter().filter(|(_, one)| one.node == *node);
        let numbers: Vec<u64> = of_node.map(|(seq, _)| *seq).collect();
        let mut known = BTreeSet::new();
        for recorded in numbers {
            let Some(recorded) = table.get_mut(&recorded) else {
                continue;
            };
            let there = recorded.there().map(|file| file.path.clone());
            let gone: Vec<String> = there.filter(|path| files.contains(path)).collect();
            known.extend(gone.iter().cloned());
            let gone = gone.into_iter().map(|path| (path, how.clone()));
            recorded.deleted.extend(gone);
        }
        files.retain(|path| known.contains(path));
        if !files.is_empty() {
            let rule = how.rule.clone();
            self.append(EntryBody::RecordingDeleted { rule, files });
        }
    }
}

impl Call {
    /// The nodes that have files of it which are not deleted.
    pub fn recorded_at(&self) -> BTreeSet<NodeId> {
        let recorded = self.recordings.iter();
        let there = recorded.filter(|(_, one)| one.there().next().is_some());
        there.map(|(_, one)| one.node.clone()).collect()
    }

    /// Whether there is something that nobody has asked to delete.
    fn is_deletion_news(&self) -> bool {
        let mut recorded = self.recordings.iter();
        recorded.any(|(seq, one)| {
            one.there().next().is_some() && self.deletion.is_none_or(|asked| *seq > asked)
        })
    }
}
