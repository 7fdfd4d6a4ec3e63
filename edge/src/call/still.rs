//! The agent keeps what a party shows at a moment.

use super::command::{Outcome, conflict};
use super::input::Output;
use super::review::Recorded;
use super::turn::Turn;
use crate::link::{Letter, ToFleet};
use counterpart_shared::api::{EntryBody, RecordedFile};
use counterpart_shared::id::{ClientId, NodeId, Party};
use std::collections::BTreeMap;

impl Turn<'_> {
    pub(super) fn still(&mut self, by: Party, id: ClientId, party: Party) -> Outcome {
        self.is_agents_turn(by, "takes stills")?;
        if self.call.party(party).live.is_none() {
            return Err(conflict(&format!("the {party} shows nothing")));
        }
        self.count(by)?;
        let still = ToFleet::Still {
            call: self.call.id.clone(),
            party,
            id: id.clone(),
        };
        self.out.push(Output::Letter(Letter::Fleet(still)));
        self.done(by, id, None);
        Ok(())
    }

    /// Finished files of a party, or of both.
    pub(super) fn recording_ready(
        &mut self,
        party: Option<Party>,
        node: NodeId,
        files: Vec<RecordedFile>,
    ) {
        let entry = EntryBody::RecordingReady {
            party,
            files: files.clone(),
        };
        self.recorded(party, node, files, entry);
    }

    /// Files that a node has finished, under the entry that says so.
    pub(super) fn recorded(
        &mut self,
        party: Option<Party>,
        node: NodeId,
        files: Vec<RecordedFile>,
        entry: EntryBody,
    ) {
        let seq = self.append(entry);
        let recorded = Recorded {
            party,
            node,
            files,
            deleted: BTreeMap::new(),
        };
        self.call.recordings.insert(seq, recorded);
        if let Some(by) = self.call.delete_by.clone() {
            // It was allowed once, and the call is as over as it was.
            self.ask_deletion(by);
        }
    }
}
