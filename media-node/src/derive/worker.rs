//! The one thread that makes things from sealed recordings, when nothing more urgent is to be done.

use super::DeriveError;
use super::composite::{Settings, composite};
use super::source::Source;
use super::stereo::stereo;
use crate::evidence::Sealer;
use crate::record::file::digest;
use crate::record::open::{Begun, OpenCall};
use crate::record::{FinishedFile, Folder, Origin, RecordError, Store};
use counterpart_shared::id::CallId;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::thread;

/// Where files are made, below the recording folder; they come into the call's folder whole.
pub const WORK: &str = ".work";
/// The lowest priority: whoever talks right now goes before.
const NICE: i32 = 19;

/// Hands calls to the thread. Dropping it ends the thread after the call that it is at.
#[derive(Debug, Clone)]
pub struct Deriver(Sender<CallId>);

impl Deriver {
    /// Starts the thread. It seals what it has made with this sealer.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(
        root: &Path,
        settings: Settings,
        sealer: Arc<OnceLock<Sealer>>,
    ) -> Result<Self, RecordError> {
        let (calls, queue) = channel();
        let root = root.to_owned();
        let work = move || {
            // Without it the calls go first all the same, only less so.
            let _ = rustix::process::setpriority_process(None, NICE);
            run(&root, settings, &sealer, &queue);
        };
        let thread = thread::Builder::new().name("derive".to_owned()).spawn(work);
        thread.map_err(|error| RecordError::Thread(error.to_string()))?;
        Ok(Self(calls))
    }

    /// Takes a call that has been sealed. Never waits.
    pub fn take(&self, call: &CallId) {
        // A thread that has died said so; what was not made is made after the next start.
        let _ = self.0.send(call.clone());
    }
}

fn run(root: &Path, settings: Settings, sealer: &OnceLock<Sealer>, queue: &Receiver<CallId>) {
    // What a killed process was making is made anew.
    let _ = fs::remove_dir_all(root.join(WORK));
    for call in queue {
        match derive(root, settings, &call) {
            Ok(false) => {}
            Ok(true) => {
                if let Some(Err(error)) = sealer.get().map(|sealer| sealer.seal(&call)) {
                    tracing::error!(%call, %error, "what was made from a call cannot be sealed");
                }
            }
            Err(error) => tracing::error!(%call, %error, "nothing can be made from a call"),
        }
    }
}

/// Makes what is not there yet; whether there is something to be sealed.
fn derive(root: &Path, settings: Settings, call: &CallId) -> Result<bool, DeriveError> {
    let folder = root.join(call.as_str());
    let source = match Source::read(&folder)? {
        Some(source) if !source.is_derived() => source,
        _ => return Ok(false),
    };
    let work = root.join(WORK);
    fs::create_dir_all(&work).map_err(DeriveError::disk(&work))?;
    let begun = std::time::Instant::now();
    let wav = work.join(format!("{call}.wav"));
    if let Some(duration_ms) = stereo(&source, &wav)? {
        list(&source, &wav, vec!["pcm".to_owned()], duration_ms)?;
    }
    if !settings.composite {
        return Ok(true);
    }
    let mp4 = format!("{call}.mp4");
    let path = work.join(&mp4);
    let store = Folder::create(&work)?;
    remove(&path)?;
    let out = store.create(&mp4).map_err(DeriveError::disk(&path))?;
    let made = composite(&source, settings, (mp4, out))?;
    list(&source, &path, made.codecs, made.duration_ms)?;
    tracing::info!(%call, seconds = source.duration_ms / 1000, took = ?begun.elapsed(), "composite");
    Ok(true)
}

/// Moves a file into the call's folder and lists it there, to be sealed.
fn list(
    source: &Source,
    made: &Path,
    codecs: Vec<String>,
    duration_ms: u64,
) -> Result<(), DeriveError> {
    let kind = made.extension().unwrap_or_default().to_string_lossy();
    let name = free_name(&source.folder, &kind);
    let path = source.folder.join(&name);
    // Noted before it is there, so that nobody takes it for a stranger.
    let begun = Begun {
        name: name.clone(),
        first_at: source.first_at,
    };
    OpenCall::update(&source.folder, &source.call, |open| open.begun.push(begun))?;
    let moved = fs::File::open(made)
        .and_then(|file| file.sync_all())
        .and_then(|()| fs::rename(made, &path));
    moved.map_err(DeriveError::disk(&path))?;
    let (bytes, sha256) = digest(&Folder::create(&source.folder)?, &name)?;
    let file = FinishedFile {
        name,
        bytes,
        sha256,
        codecs,
        duration_ms,
        first_at: source.first_at,
        last_at: source.first_at.saturating_add(source.duration_ms),
        gaps: Vec::new(),
        cut: false,
        origin: Origin::Derived,
    };
    OpenCall::update(&source.folder, &source.call, |open| open.add([file]))?;
    Ok(())
}

/// `call.KIND`, or `call.2.KIND` and so on where that exists.
fn free_name(folder: &Path, kind: &str) -> String {
    let mut names = (1u32..).map(|number| match number {
        1 => format!("call.{kind}"),
        number => format!("call.{number}.{kind}"),
    });
    let free = names.find(|name| !folder.join(name).exists());
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
