//! The one thread that makes things from sealed recordings, when nothing more urgent is to be done.

use super::DeriveError;
use super::composite::{Settings, composite};
use super::listing::{MadeFile, list};
use super::sounds::sounds;
use super::source::Source;
use crate::archive::Watermark;
use crate::evidence::Sealer;
use crate::record::open::OpenCall;
use crate::record::{FinishedFile, Folder, Origin, RecordError, Store};
use crate::vault::Vault;
use counterpart_shared::grant::Composite;
use counterpart_shared::id::CallId;
use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;

/// Where files are made, below the recording folder; they come into the call's folder whole.
pub const WORK: &str = ".work";
/// The lowest priority: whoever talks right now goes before.
const NICE: i32 = 19;

/// The longest call that something is made from: a time line of days is that of a clock that was wrong.
pub(super) const LONGEST_MS: u64 = 48 * 3_600_000;
/// What a millisecond of sound takes on the disk: 48 samples of two bytes, of each party and of both.
const BYTES_A_MS: u64 = 48 * 2 * 4;

/// How often something is tried that fails, each time after another start of the node.
const TRIES: u32 = 5;

/// What became of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// These files were made and sealed.
    Made(Vec<FinishedFile>),
    /// Something could not be made, and why.
    Failed(String),
}

/// Hands calls to the thread. Dropping it ends the thread after the call that it is at.
#[derive(Debug, Clone)]
pub struct Deriver {
    calls: Sender<CallId>,
    waiting: Waiting,
}

/// The calls that the thread is at or will come to.
type Waiting = Arc<Mutex<Vec<CallId>>>;

impl Deriver {
    /// Takes away what a killed process was making, which is made anew. To be called before anything is made; waits for the disk.
    pub fn clear(root: &Path) {
        let work = root.join(WORK);
        match fs::remove_dir_all(&work) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::error!(work = %work.display(), %error, "what was half made stays");
            }
            _ => {}
        }
    }

    /// Starts the thread. It seals what it has made with this sealer, and tells what became of it.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        root: &Path,
        (settings, vault, watermark): (Settings, Vault, Watermark),
        sealer: Arc<OnceLock<Sealer>>,
        tell: impl Fn(&CallId, Told) + Send + 'static,
    ) -> Result<Self, RecordError> {
        let (calls, queue) = channel();
        let waiting = Waiting::default();
        let maker = Maker {
            root: root.to_owned(),
            settings,
            vault,
            watermark,
            sealer,
            waiting: waiting.clone(),
        };
        let work = move || {
            // Without it the calls go first all the same, only less so.
            let _ = rustix::process::setpriority_process(None, NICE);
            maker.run(&queue, tell);
        };
        let thread = thread::Builder::new().name("derive".to_owned()).spawn(work);
        thread.map_err(|error| RecordError::Thread(error.to_string()))?;
        Ok(Self { calls, waiting })
    }

    /// Takes a call that has been sealed. Never waits.
    pub fn take(&self, call: &CallId) {
        // A thread that has died said so; what was not made is made after the next start.
        lock(&self.waiting).push(call.clone());
        let _ = self.calls.send(call.clone());
    }

    /// Whether something will be made from a call's files, which must stay until then.
    pub fn is_busy(&self, call: &CallId) -> bool {
        lock(&self.waiting).contains(call)
    }
}

fn lock(waiting: &Waiting) -> MutexGuard<'_, Vec<CallId>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the thread knows.
struct Maker {
    root: PathBuf,
    settings: Settings,
    vault: Vault,
    watermark: Watermark,
    sealer: Arc<OnceLock<Sealer>>,
    waiting: Waiting,
}

impl Maker {
    fn run(self, queue: &Receiver<CallId>, tell: impl Fn(&CallId, Told)) {
        for call in queue {
            // Decoders meet what strangers sent: what fails in one call spares the others.
            let made = catch_unwind(AssertUnwindSafe(|| self.make(&call)));
            let (sealed, failed) = match made {
                Ok(Ok((sealed, failed))) => (sealed, failed),
                Ok(Err(error)) => (Vec::new(), Some(error)),
                Err(_) => (Vec::new(), Some(DeriveError::Panic)),
            };
            if !sealed.is_empty() {
                tell(&call, Told::Made(sealed));
            }
            if let Some(error) = failed {
                tracing::error!(%call, %error, "something cannot be made from a call");
                tell(&call, Told::Failed(error.to_string()));
            }
            let mut waiting = lock(&self.waiting);
            if let Some(at) = waiting.iter().position(|waits| *waits == call) {
                waiting.swap_remove(at);
            }
        }
    }

    /// Makes what is not there yet and has it sealed; what that was, and why it is not all.
    fn make(&self, call: &CallId) -> Result<(Vec<FinishedFile>, Option<DeriveError>), DeriveError> {
        let folder = self.root.join(call.as_str());
        let open = OpenCall::read(&folder, call)?;
        // What was made and could not be sealed then is in no manifest yet, and would be made again.
        let before = match open.files.iter().any(is_derived) {
            true => self.seal(call)?,
            false => Vec::new(),
        };
        let rest = self.make_the_rest(call, &folder, open.tries);
        let (after, failed) = rest.unwrap_or_else(|error| (Vec::new(), Some(error)));
        Ok(([before, after].concat(), failed))
    }

    /// Makes what no manifest lists, and has it sealed; what that was, and why it is not all.
    fn make_the_rest(
        &self,
        call: &CallId,
        folder: &Path,
        tries: u32,
    ) -> Result<(Vec<FinishedFile>, Option<DeriveError>), DeriveError> {
        let nothing = Ok((Vec::new(), None));
        let source = match Source::read(folder, &self.vault)? {
            Some(source) if source.is_here() => source,
            _ => return nothing,
        };
        if tries >= TRIES || (tries == 0 && source.is_derived()) {
            return nothing;
        }
        if source.duration_ms > LONGEST_MS {
            return Err(DeriveError::TooLong(source.duration_ms));
        }
        let needed = source.duration_ms.saturating_mul(BYTES_A_MS);
        let shortage = self.watermark.shortage_beside(&self.root, needed);
        if let Some(shortage) = shortage.map_err(DeriveError::disk(&self.root))? {
            tracing::warn!(%call, %shortage, "nothing is made of a call until there is room");
            return nothing;
        }
        // Noted before, so that a call that kills the process is not tried for ever.
        OpenCall::update(folder, call, |open| open.tries = tries + 1)?;
        let failed = self.derive(&source).err();
        if failed.is_some() {
            // A full disk is not kept full by what became of nothing.
            clear(&self.root.join(WORK), call);
        }
        if failed.is_none() {
            OpenCall::update(folder, call, |open| open.tries = 0)?;
        }
        Ok((self.seal(call)?, failed))
    }

    /// Seals what is listed of a call; what of it was made.
    fn seal(&self, call: &CallId) -> Result<Vec<FinishedFile>, DeriveError> {
        let sealer = self.sealer.get();
        let sealed = sealer.map(|sealer| sealer.seal(call)).transpose()?;
        let files = sealed.flatten().map(|sealed| sealed.manifest.files);
        let files = files.into_iter().flatten();
        Ok(files.filter(is_derived).collect())
    }

    /// Makes the files that are missing and lists them, to be sealed.
    fn derive(&self, source: &Source) -> Result<(), DeriveError> {
        let call = &source.call;
        let work = self.root.join(WORK);
        fs::create_dir_all(&work).map_err(DeriveError::disk(&work))?;
        if !source.has("wav") {
            let heard = sounds(source, &work)?;
            let files: Vec<MadeFile> = heard.into_iter().map(MadeFile::from).collect();
            list(&self.root, call, source.first_at, files)?;
        }
        let wanted = self.settings.composite && source.composite != Composite::Off;
        if !wanted || source.has("mp4") {
            return Ok(());
        }
        let begun = std::time::Instant::now();
        let mp4 = format!("{call}.mp4");
        let path = work.join(&mp4);
        let store = Folder::create(&work)?;
        remove(&path)?;
        let out = store.create(&mp4).map_err(DeriveError::disk(&path))?;
        let made = composite(source, self.settings, (mp4, out))?;
        let film = MadeFile {
            path,
            stem: "call".to_owned(),
            codecs: made.codecs,
            begin_ms: 0,
            duration_ms: made.duration_ms,
        };
        list(&self.root, call, source.first_at, vec![film])?;
        tracing::info!(%call, seconds = source.duration_ms / 1000, took = ?begun.elapsed(), "composite");
        Ok(())
    }
}

fn is_derived(file: &FinishedFile) -> bool {
    file.origin == Origin::Derived
}

/// Takes away what was being made of a call.
pub(super) fn clear(work: &Path, call: &CallId) {
    let begin = format!("{call}.");
    for entry in fs::read_dir(work).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&begin) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn remove(path: &PathBuf) -> Result<(), DeriveError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(DeriveError::disk(path)(error))
        }
        _ => Ok(()),
    }
}
