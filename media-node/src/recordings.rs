//! Which parties are being recorded: starts a recorder for a published stream and tells the edge how it
//! went. What a recorder does is in [`record`](crate::record).

use crate::control::Outbox;
use crate::hub::{Reader, Stream};
use crate::record::task::{self, Subject};
use crate::record::{FinishedFile, Outcome};
use crate::shell::Shell;
use counterpart_shared::api::{NodeEvent, StreamRef};
use counterpart_shared::id::{CallId, Party, StreamId};
use counterpart_transport::clock;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::watch;

/// The recorders at work.
///
/// What an earlier process left behind is finished first: a recorder that starts meanwhile waits, and its
/// frames wait in its queue.
#[derive(Debug, Clone)]
pub struct Recordings {
    outbox: Arc<Outbox>,
    at_work: watch::Sender<usize>,
    recovered: watch::Sender<bool>,
}

impl Recordings {
    /// None at work; nothing recovered.
    pub fn new(outbox: Arc<Outbox>) -> Self {
        Self {
            outbox,
            at_work: watch::Sender::new(0),
            recovered: watch::Sender::new(false),
        }
    }

    /// Finishes what an earlier process left below `root` and reports it. To be run once.
    pub async fn recover(&self, root: &Path) {
        if root.is_dir() {
            match task::recover(root).await {
                Ok(calls) => {
                    for left in calls {
                        self.report_recovered(&left.call, &left.files);
                    }
                }
                Err(error) => tracing::error!(%error, "old recordings cannot be finished"),
            }
        }
        self.recovered.send_replace(true);
    }

    /// Records a stream, unless a recorder is at it already.
    pub fn start(&self, shell: &Shell, stream: &Arc<Stream>) {
        let Some(reader) = stream.record(clock::now()) else {
            return;
        };
        let stream = stream.name().clone();
        let subject = Subject {
            root: shell.config.record_dir.clone(),
            call: stream.call.clone(),
            party: stream.party,
        };
        self.at_work.send_modify(|count| *count += 1);
        tokio::spawn(self.clone().record(reader, stream, subject));
    }

    /// How many are at work.
    pub fn count(&self) -> usize {
        *self.at_work.borrow()
    }

    /// Waits until all files are finished.
    pub async fn finished(&self) {
        // The sender lives in `self`, so the wait ends only with the last recorder.
        let _ = self.at_work.subscribe().wait_for(|count| *count == 0).await;
    }

    async fn record(self, reader: Reader, stream: StreamRef, subject: Subject) {
        let _ = self.recovered.subscribe().wait_for(|done| *done).await;
        self.outbox.push(&stream, NodeEvent::RecordingStarted);
        tracing::info!(stream = %stream.stream, "recording");
        let outcome = task::record(reader, subject).await;
        self.report(&stream, &outcome);
        self.at_work.send_modify(|count| *count -= 1);
    }

    fn report(&self, stream: &StreamRef, outcome: &Outcome) {
        if let Some(error) = &outcome.error {
            tracing::error!(stream = %stream.stream, %error, "recording failed");
            let reason = error.to_string();
            let event = NodeEvent::RecordingFailed { reason };
            self.outbox.push(stream, event);
        }
        self.report_files(stream, &outcome.files);
    }

    fn report_recovered(&self, call: &CallId, files: &[FinishedFile]) {
        for party in Party::BOTH {
            let prefix = party.to_string();
            let of_party = files.iter().filter(|file| file.name.starts_with(&prefix));
            let of_party: Vec<_> = of_party.cloned().collect();
            let stream = StreamRef {
                call: call.clone(),
                party,
                stream: StreamId::of(call, party),
            };
            self.report_files(&stream, &of_party);
        }
    }

    fn report_files(&self, stream: &StreamRef, files: &[FinishedFile]) {
        if files.is_empty() {
            return;
        }
        tracing::info!(stream = %stream.stream, files = files.len(), "recorded");
        let files = files.iter().map(|file| file.report(&stream.call)).collect();
        let event = NodeEvent::RecordingReady { files };
        self.outbox.push(stream, event);
    }
}
