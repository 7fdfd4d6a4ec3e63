//! Stills: the newest picture of a party, as a file beside the recording of his call.
//!
//! A still is taken by a reader like any other, who has the configuration and all pictures since the newest
//! keyframe at once, and leaves. Decoding and the disk are none of the forwarder's business: they have
//! threads of their own, a few at a time.

mod decode;
mod error;
mod file;
mod pictures;

pub use error::StillError;

use crate::control::Outbox;
use crate::hub::{Reader, Which};
use crate::record::FinishedFile;
use crate::record::WallClock;
use crate::recordings::Recordings;
use crate::shell::Shell;
use counterpart_shared::api::{NodeEvent, StreamRef};
use counterpart_shared::id::{CallId, Party, StreamId};
use pictures::Pictures;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// Stills that are decoded at once: the rest of the processor is the forwarder's.
const AT_ONCE: usize = 2;
/// Stills that are being taken at once. More are refused.
const MOST: usize = 16;
/// How long a keyframe is waited for where no picture can be decoded.
const PATIENCE: Duration = Duration::from_millis(900);

/// Takes stills and tells the edge how it went.
#[derive(Debug, Clone)]
pub struct Stills {
    outbox: Arc<Outbox>,
    places: Arc<Semaphore>,
    decoders: Arc<Semaphore>,
}

/// A still that is kept.
struct Still {
    file: FinishedFile,
    width: u32,
    height: u32,
    taken_at: u64,
}

impl Stills {
    /// None at work.
    pub fn new(outbox: Arc<Outbox>) -> Self {
        Self {
            outbox,
            places: Arc::new(Semaphore::new(MOST)),
            decoders: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Keeps the newest picture of a party, and reports it or why it could not be had.
    pub fn take(&self, shell: &Shell, call: CallId, party: Party) {
        let reader = shell.hub.look(&call, party, Instant::now());
        let root = shell.config.record_dir.clone();
        let (stills, recordings) = (self.clone(), shell.recordings.clone());
        let stream = StreamRef {
            stream: StreamId::of(&call, party),
            call,
            party,
        };
        tokio::spawn(async move {
            let taken = stills.keep_newest(reader, &recordings, root, &stream).await;
            let event = match taken {
                Ok(still) => NodeEvent::StillReady {
                    file: still.file.report(&stream.call),
                    width: still.width,
                    height: still.height,
                    taken_at: still.taken_at,
                },
                Err(error) => NodeEvent::StillFailed {
                    reason: error.to_string(),
                },
            };
            tracing::info!(stream = %stream.stream, ?event, "still");
            stills.outbox.push(&stream, event);
        });
    }

    async fn keep_newest(
        &self,
        reader: Option<Reader>,
        recordings: &Recordings,
        root: PathBuf,
        stream: &StreamRef,
    ) -> Result<Still, StillError> {
        let _place = self.places.try_acquire().map_err(|_| StillError::Busy)?;
        let pictures = gather(reader.ok_or(StillError::NotLive)?).await?;
        recordings.recovered().await;
        let decoder = self.decoders.clone().acquire_owned().await;
        let clock = WallClock::now();
        let (call, party) = (stream.call.clone(), stream.party);
        let kept = tokio::task::spawn_blocking(move || {
            // It moves in here, because the work goes on when nobody waits for it any more.
            let _decoder = decoder;
            let picture = decode::newest(&pictures)?;
            let taken_at = clock.at(picture.arrived);
            let file = file::keep(&root, &call, party, &picture, taken_at)?;
            Ok(Still {
                file,
                width: picture.width,
                height: picture.height,
                taken_at,
            })
        });
        let kept = kept.await;
        kept.map_err(|error| StillError::Thread(error.to_string()))?
    }
}

/// What is there at once; where nothing can be decoded, what comes next.
async fn gather(reader: Reader) -> Result<Pictures, StillError> {
    let mut pictures = Pictures::default();
    while let Some(delivery) = reader.try_next(Which::All) {
        pictures.take(delivery)?;
    }
    let wait = async {
        while !pictures.are_enough() {
            pictures.take(reader.next().await)?;
        }
        Ok::<(), StillError>(())
    };
    let waited = tokio::time::timeout(PATIENCE, wait).await;
    waited.map_err(|_| StillError::NoPicture(PATIENCE))??;
    Ok(pictures)
}
