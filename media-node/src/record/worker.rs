//! The thread that records one party.
//!
//! It waits in the hub's queue like any other reader, but looks there only now and then: waking it for each frame would cost
//! more than writing the frame. What a slow disk leaves in the queue beyond its limits is dropped there and counted.

use super::task::Space;
use super::{FinishedFile, PartyRecorder, RecordError, RecordStats};
use crate::hub::{Delivery, Reader};
use counterpart_shared::flv::TagKind;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::oneshot;

/// How often it looks. All that came by then is written as one fragment, so this is what a killed process may lose; ...
const LOOK: Duration = Duration::from_millis(450);
/// ... and what is brought to the disk at every second look is what a power cut may lose.
const SYNC: Duration = Duration::from_millis(850);

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

/// Records a stream on a thread of its own until the stream or the room on the disk ends, and closes the files.
pub async fn run(reader: Reader, mut party: PartyRecorder, space: Space) -> Outcome {
    let (report, outcome) = oneshot::channel();
    let work = move || {
        let error = record(&reader, &mut party, &space).err();
        drop(reader);
        let stats = party.stats();
        let (files, closed) = party.finish();
        // Nobody waiting for the outcome is no fault of the recording.
        let _ = report.send(Outcome {
            files,
            stats,
            error: error.or(closed.err()),
        });
    };
    let thread = thread::Builder::new().name("record".to_owned()).spawn(work);
    if let Err(error) = thread {
        return Outcome::failed(RecordError::Thread(error.to_string()));
    }
    let died = |_| Outcome::failed(RecordError::Thread("died".to_owned()));
    outcome.await.unwrap_or_else(died)
}

fn record(reader: &Reader, party: &mut PartyRecorder, space: &Space) -> Result<(), RecordError> {
    let clock = WallClock::now();
    let mut synced = Instant::now();
    loop {
        while let Some(delivery) = reader.try_next() {
            let Delivery::Frame(frame) = delivery else {
                return Ok(());
            };
            let message = &frame.message;
            if let Some(kind) = TagKind::from_id(message.kind.into()) {
                let arrived_at = clock.at(frame.arrived);
                party.push(kind, message.timestamp, &message.payload, arrived_at)?;
            }
        }
        party.tick(clock.at(Instant::now()))?;
        if synced.elapsed() >= SYNC {
            party.sync()?;
            // Counted from after the disk's work, so that a slow disk is not asked all the time.
            synced = Instant::now();
        }
        let shortage = *space.borrow();
        if let Some(shortage) = shortage {
            return Err(RecordError::NoSpace(shortage));
        }
        thread::sleep(LOOK);
    }
}

/// UNIX time that runs evenly: read once, then counted on, whatever happens to the system's clock.
#[derive(Debug, Clone, Copy)]
pub struct WallClock {
    instant: Instant,
    unix_ms: u64,
}

impl WallClock {
    /// The system's clock as it is now.
    pub fn now() -> Self {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            instant: Instant::now(),
            unix_ms: millis(since),
        }
    }

    /// UNIX milliseconds at an instant.
    pub fn at(&self, instant: Instant) -> u64 {
        match instant.checked_duration_since(self.instant) {
            Some(later) => self.unix_ms.saturating_add(millis(later)),
            None => self
                .unix_ms
                .saturating_sub(millis(self.instant.duration_since(instant))),
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
