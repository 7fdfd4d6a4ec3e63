//! The one thread that makes things from sealed recordings, when nothing more urgent is to be done.

use super::DeriveError;
use super::composite::{Settings, composite};
use super::sounds::{Heard, sounds};
use super::source::Source;
use crate::archive::Watermark;
use crate::evidence::Sealer;
use crate::record::file::digest;
use crate::record::open::{Begun, OpenCall};
use crate::record::{FinishedFile, Folder, Origin, RecordError, Store};
use crate::vault::{Vault, stored_name};
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
const LONGEST_MS: u64 = 48 * 3_600_000;
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
        // What a killed process was making is made anew.
        let _ = fs::remove_dir_all(self.root.join(WORK));
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
        let tries = OpenCall::read(&folder, call)?.tries;
        let nothing = Ok((Vec::new(), None));
        let source = match Source::read(&folder, &self.vault)? {
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
        OpenCall::update(&folder, call, |open| open.tries = tries + 1)?;
        let failed = self.derive(&source).err();
        if failed.is_some() {
            // A full disk is not kept full by what became of nothing.
            let _ = fs::remove_dir_all(self.root.join(WORK));
        }
        if failed.is_none() {
            OpenCall::update(&folder, call, |open| open.tries = 0)?;
        }
        let sealed = match self.sealer.get().map(|sealer| sealer.seal(call)) {
            Some(sealed) => sealed?,
            None => None,
        };
        let files = sealed.map(|sealed| sealed.manifest.files);
        Ok((files.unwrap_or_default(), failed))
    }

    /// Makes the files that are missing and lists them, to be sealed.
    fn derive(&self, source: &Source) -> Result<(), DeriveError> {
        let call = &source.call;
        let work = self.root.join(WORK);
        fs::create_dir_all(&work).map_err(DeriveError::disk(&work))?;
        if !source.has("wav") {
            let heard = sounds(source, &work)?;
            let files: Vec<MadeFile> = heard.into_iter().map(MadeFile::from).collect();
            list(source, files)?;
        }
        if !self.settings.composite || source.has("mp4") {
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
        list(source, vec![film])?;
        tracing::info!(%call, seconds = source.duration_ms / 1000, took = ?begun.elapsed(), "composite");
        Ok(())
    }
}

/// A file that is made and has no name in the call's folder yet.
struct MadeFile {
    path: PathBuf,
    /// What its name begins with.
    stem: String,
    codecs: Vec<String>,
    /// Milliseconds from the call's beginning to the file's.
    begin_ms: u64,
    duration_ms: u64,
}

impl From<Heard> for MadeFile {
    fn from(heard: Heard) -> Self {
        Self {
            path: heard.path,
            stem: heard.whose,
            codecs: vec!["pcm".to_owned()],
            begin_ms: heard.begin_ms,
            duration_ms: heard.duration_ms,
        }
    }
}

/// Moves files into the call's folder and lists them there, all or none, to be sealed.
fn list(source: &Source, made: Vec<MadeFile>) -> Result<(), DeriveError> {
    let mut moved = Vec::new();
    let listed = take_in(source, made, &mut moved);
    if listed.is_err() {
        // None of them is waited for, and none stays.
        for name in &moved {
            let _ = fs::remove_file(source.folder.join(name));
        }
        OpenCall::update(&source.folder, &source.call, |open| {
            open.begun.retain(|begun| !moved.contains(&begun.name));
        })?;
    }
    listed
}

/// The same; names in `names` what it has begun with.
fn take_in(
    source: &Source,
    made: Vec<MadeFile>,
    names: &mut Vec<String>,
) -> Result<(), DeriveError> {
    let mut files = Vec::new();
    for file in made {
        let kind = file.path.extension().unwrap_or_default().to_string_lossy();
        let name = free_name(&source.folder, &file.stem, &kind);
        names.push(name.clone());
        let path = source.folder.join(&name);
        let first_at = source.first_at.saturating_add(file.begin_ms);
        // Noted before it is there, so that nobody takes it for a stranger.
        let begun = Begun {
            name: name.clone(),
            first_at,
        };
        OpenCall::update(&source.folder, &source.call, |open| open.begun.push(begun))?;
        let moved = fs::File::open(&file.path)
            .and_then(|made| made.sync_all())
            .and_then(|()| fs::rename(&file.path, &path));
        moved.map_err(DeriveError::disk(&path))?;
        let (bytes, sha256) = digest(&Folder::create(&source.folder)?, &name)?;
        files.push(FinishedFile {
            name,
            bytes,
            sha256,
            codecs: file.codecs,
            duration_ms: file.duration_ms,
            first_at,
            last_at: first_at.saturating_add(file.duration_ms),
            gaps: Vec::new(),
            cut: false,
            origin: Origin::Derived,
            encrypted: None,
        });
    }
    OpenCall::update(&source.folder, &source.call, |open| open.add(files))?;
    Ok(())
}

/// `STEM.KIND`, or `STEM.2.KIND` and so on where that exists.
fn free_name(folder: &Path, stem: &str, kind: &str) -> String {
    let mut names = (1u32..).map(|number| match number {
        1 => format!("{stem}.{kind}"),
        number => format!("{stem}.{number}.{kind}"),
    });
    let free = names.find(|name| {
        let stored = folder.join(stored_name(name));
        !folder.join(name).exists() && !stored.exists()
    });
    free.unwrap_or_default()
}

fn remove(path: &PathBuf) -> Result<(), DeriveError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(DeriveError::disk(path)(error))
        }
        _ => Ok(()),
    }
}
