//! From the hub to the recorder: one task per recorded stream.

use super::open::OpenCall;
use super::store::call_folder;
use super::{CallFolder, Outcome, PartyRecorder, Progress, RecordError, Recorders};
use crate::archive::Shortage;
use crate::hub::Reader;
use counterpart_shared::id::{CallId, Party};
use std::path::{Path, PathBuf};
use tokio::sync::watch;

/// What is missing on the disk, whenever that changes.
pub type Space = watch::Receiver<Option<Shortage>>;

/// Whose stream is recorded, and where to.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Folder of all recordings.
    pub root: PathBuf,
    /// The call.
    pub call: CallId,
    /// Who publishes.
    pub party: Party,
    /// Where it is told how far the files are, if somebody wants to know.
    pub progress: Option<Progress>,
}

/// Records a stream with `recorders` until it ends or the disk refuses, closes the files and lists them in the call's
/// `open.json`. It also ends when `space` says that too little is left. The outcome carries what there is to
/// tell: its files, and the error if there was one.
pub async fn record(
    recorders: &Recorders,
    reader: Reader,
    subject: Subject,
    space: Space,
) -> Outcome {
    let made = blocking({
        let subject = subject.clone();
        move || CallFolder::create(&subject.root, &subject.call)
    });
    let outcome = match made.await {
        Ok(folder) => {
            let party = PartyRecorder::new(folder, &subject.party.to_string());
            let party = match &subject.progress {
                Some(progress) => party.telling(progress),
                None => party,
            };
            recorders.run(reader, party, space).await
        }
        Err(error) => Outcome::failed(error),
    };
    list(subject, outcome).await
}

async fn list(subject: Subject, mut outcome: Outcome) -> Outcome {
    if outcome.files.is_empty() {
        return outcome;
    }
    let files = outcome.files.clone();
    let listed = blocking(move || {
        let folder = call_folder(&subject.root, &subject.call)?;
        OpenCall::update(&folder, &subject.call, |open| open.add(files))
    });
    let listed = listed.await;
    outcome.error = outcome.error.or(listed.err());
    outcome
}

/// Closes what an earlier process left below `root`; see [`recover`](super::recover::recover()).
pub async fn recover(root: &Path) -> Result<Vec<super::recover::Recovered>, RecordError> {
    let root = root.to_owned();
    blocking(move || super::recover::recover(&root)).await
}

/// The calls that have a folder below `root`.
pub async fn calls(root: &Path) -> Result<Vec<CallId>, RecordError> {
    let root = root.to_owned();
    blocking(move || super::recover::calls(&root)).await
}

/// Does work that waits for the disk.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, RecordError> + Send + 'static,
) -> Result<T, RecordError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(RecordError::Thread(error.to_string())),
    }
}
