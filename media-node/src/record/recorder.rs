//! One stream on its way to the disk.

use super::task::Space;
use super::wall::WallClock;
use super::{FinishedFile, PartyRecorder, RecordError, RecordStats};
use crate::hub::{Delivery, Reader, Which};
use counterpart_shared::flv::TagKind;
use std::sync::mpsc::{SendError, channel};
use std::thread::Builder;
use std::time::Instant;
use tokio::sync::oneshot;

/// How a recording ended.
#[derive(Debug)]
pub struct Outcome {
    /// The files, as far as they could be written.
    pub files: Vec<FinishedFile>,
    /// What was left out by the recorder.
    pub stats: RecordStats,
    /// Why it ended before its time.
    pub error: Option<RecordError>,
}

impl Outcome {
    /// A recording that never began.
    pub(super) fn failed(error: RecordError) -> Self {
        Self {
            files: Vec::new(),
            stats: RecordStats::default(),
            error: Some(error),
        }
    }
}

/// A stream that is recorded until it or the room on the disk ends. All its calls may block on the disk.
pub(super) struct Recorder {
    reader: Reader,
    party: PartyRecorder,
    space: Space,
    clock: WallClock,
    /// The round of all recorders in which it was taken last.
    pub(super) round: u64,
    report: oneshot::Sender<Outcome>,
}

impl Recorder {
    /// With where its outcome comes.
    pub(super) fn new(
        reader: Reader,
        party: PartyRecorder,
        space: Space,
    ) -> (Self, oneshot::Receiver<Outcome>) {
        let (report, outcome) = oneshot::channel();
        let recorder = Self {
            reader,
            party,
            space,
            clock: WallClock::now(),
            round: 0,
            report,
        };
        (recorder, outcome)
    }

    /// Writes what came since it was called last; whether more may come.
    pub(super) fn take(&mut self) -> Result<bool, RecordError> {
        while let Some(delivery) = self.reader.try_next(Which::All) {
            let Delivery::Frame(frame) = delivery else {
                return Ok(false);
            };
            let message = &frame.message;
            if let Some(kind) = TagKind::from_id(message.kind.into()) {
                let arrived_at = self.clock.at(frame.arrived);
                self.party
                    .push(kind, message.timestamp, &message.payload, arrived_at)?;
            }
        }
        self.party.tick(self.clock.at(Instant::now()))?;
        let shortage = *self.space.borrow();
        match shortage {
            Some(shortage) => Err(RecordError::NoSpace(shortage)),
            None => Ok(true),
        }
    }

    /// Brings what was written to the disk itself.
    pub(super) fn sync(&mut self) -> Result<(), RecordError> {
        self.party.sync()
    }

    /// Closes the files and reports, on a thread of its own: hashing a long file takes its time. Where none can be had, on this one.
    pub(super) fn end(self, error: Option<RecordError>) {
        let Self {
            reader,
            party,
            report,
            ..
        } = self;
        drop(reader);
        let close = move || {
            let stats = party.stats();
            let (files, closed) = party.finish();
            // Nobody waiting for the outcome is no fault of the recording.
            let _ = report.send(Outcome {
                files,
                stats,
                error: error.or(closed.err()),
            });
        };
        apart(Builder::new().name("record-end".to_owned()), close);
    }
}

/// Does something on a new thread, or on this one if that cannot be had.
fn apart<F: FnOnce() + Send + 'static>(thread: Builder, work: F) {
    let (give, given) = channel::<F>();
    let take = move || {
        if let Ok(work) = given.recv() {
            work();
        }
    };
    if let Err(error) = thread.spawn(take) {
        tracing::warn!(%error, "a thread for the end of a recording cannot be had");
    }
    // Nobody takes it where there is no thread.
    if let Err(SendError(work)) = give.send(work) {
        work();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread::current;

    #[test]
    fn what_finds_no_thread_is_done_on_this_one() {
        let on = |thread: Builder| {
            let (tell, told) = channel();
            apart(thread, move || tell.send(current().id()).unwrap());
            told.recv().unwrap()
        };
        assert_ne!(on(Builder::new()), current().id());
        // More than there are addresses.
        assert_eq!(on(Builder::new().stack_size(1 << 60)), current().id());
    }
}
