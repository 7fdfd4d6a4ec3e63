//! What the edge is told about recordings.

use crate::archive::Archive;
use crate::control::Outbox;
use crate::derive::Told;
use crate::evidence::Deletion;
use crate::record::{FinishedFile, Outcome, RecordError};
use counterpart_shared::api::{NodeEvent, RecordedFile, StreamRef};
use counterpart_shared::id::{CallId, Party, StreamId};
use std::sync::{Arc, OnceLock};

/// Tells it.
#[derive(Debug, Clone)]
pub(super) struct Report(pub(super) Arc<Outbox>);

impl Report {
    pub(super) fn say(&self, stream: &StreamRef, event: NodeEvent) {
        self.0.push(stream, event);
    }

    /// How a recording ended.
    pub(super) fn outcome(&self, stream: &StreamRef, outcome: &Outcome) {
        if let Some(error) = &outcome.error {
            self.failed(stream, error);
        }
        self.files(stream, &outcome.files);
    }

    /// A recording ended before its time, or did not begin.
    pub(super) fn failed(&self, stream: &StreamRef, error: &RecordError) {
        tracing::error!(stream = %stream.stream, %error, "recording failed");
        let reason = error.to_string();
        self.say(stream, NodeEvent::RecordingFailed { reason });
    }

    /// Files of both parties that an earlier process left.
    pub(super) fn recovered(&self, call: &CallId, files: &[FinishedFile]) {
        for party in Party::BOTH {
            let prefix = party.to_string();
            let of_party = files.iter().filter(|file| file.name.starts_with(&prefix));
            let of_party: Vec<_> = of_party.cloned().collect();
            self.files(&stream_of(call, party), &of_party);
        }
    }

    /// What was made from a call's recordings, or not. The call is named by one of its streams.
    pub(super) fn told(&self, call: &CallId, told: Told) {
        let event = match told {
            Told::Made(files) => NodeEvent::MadeReady {
                files: reports(call, &files),
            },
            Told::Failed(reason) => NodeEvent::MadeFailed { reason },
        };
        self.say(&stream_of(call, Party::Caller), event);
    }

    /// What was deleted of a call. The call is named by one of its streams.
    pub(super) fn deleted(&self, call: &CallId, deletion: &Deletion) {
        let files = deletion.files.iter();
        let event = NodeEvent::RecordingDeleted {
            rule: deletion.rule.clone(),
            at: deletion.at,
            files: files.map(|file| format!("{call}/{}", file.name)).collect(),
        };
        self.say(&stream_of(call, Party::Caller), event);
    }

    fn files(&self, stream: &StreamRef, files: &[FinishedFile]) {
        if files.is_empty() {
            return;
        }
        tracing::info!(stream = %stream.stream, files = files.len(), "recorded");
        let files = reports(&stream.call, files);
        self.say(stream, NodeEvent::RecordingReady { files });
    }
}

/// Tells the edge what was made of a call, and has that copied.
pub(super) fn teller(
    report: &Report,
    archive: &Arc<OnceLock<Archive>>,
) -> impl Fn(&CallId, Told) + Send + Sync + use<> {
    let (report, archive) = (report.clone(), archive.clone());
    move |call, told| {
        report.told(call, told);
        if let Some(archive) = archive.get() {
            archive.take(call);
        }
    }
}

fn stream_of(call: &CallId, party: Party) -> StreamRef {
    StreamRef {
        call: call.clone(),
        party,
        stream: StreamId::of(call, party),
    }
}

fn reports(call: &CallId, files: &[FinishedFile]) -> Vec<RecordedFile> {
    files.iter().map(|file| file.report(call)).collect()
}
