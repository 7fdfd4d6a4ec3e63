//! The thread of one call: from its first file to its sealed composite.

use super::Shared;
use super::growing::Growing;
use super::names::{label_at, published};
use super::pace::Pace;
use crate::archive::Shortage;
use crate::clock::unix_ms;
use crate::derive::composite::{Composer, Head, Made};
use crate::derive::listing::{MadeFile, list};
use crate::derive::worker::{LONGEST_MS, WORK};
use crate::derive::{DeriveError, Source, Told};
use crate::evidence::{EvidenceError, Manifest, manifest_name};
use crate::record::{FinishedFile, Folder, Progress, RecordError, Store};
use counterpart_shared::grant::Composite;
use counterpart_shared::id::CallId;
use std::cell::Cell;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// Behind whoever talks, ahead of what is made afterwards: somebody waits for it.
const NICE: i32 = 10;
/// How far it stays behind the call: longer than a recorder holds anything back, which is ten seconds for sound that waits
/// for a keyframe, and what it takes to write and sync.
const BEHIND_MS: u64 = 12_000;
/// The encoder of sound looks ahead of the pictures, by less than this.
const AHEAD_MS: u64 = 200;
/// How often it looks for more.
const LOOK: Duration = Duration::from_millis(500);
/// What is made between two looks at whether it should end. It names who talks in its middle: where the time line begins is known by the
/// frame that was delayed least, so whoever published just before it may seem to have done so just after.
const SLICE_MS: u64 = 1_000;
/// How often what is made is brought to the disk, so that not all of it is left for the end.
const SYNC_MS: u64 = 10_000;

/// Why a composite is not made live.
#[derive(Debug, thiserror::Error)]
enum GivenUp {
    #[error("the machine is too slow: {0} ms behind")]
    Slow(u64),
    #[error("nothing came for an hour")]
    Forgotten,
    #[error("{0}")]
    Fault(String),
    #[error("too little of the disk is free: {0}")]
    Space(Shortage),
    #[error("an earlier process recorded a part of the call")]
    Older,
    #[error("none is wanted")]
    Unwanted,
    #[error("one was made already")]
    Made,
    #[error(transparent)]
    Derive(#[from] DeriveError),
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
}

/// What is made so far.
struct Film<'a> {
    composer: Composer<'a>,
    /// UNIX milliseconds at its 0.
    first_at: u64,
    /// What of it was brought to the disk, in milliseconds.
    synced: u64,
}

impl Film<'_> {
    fn place(&self) -> u64 {
        self.composer.place()
    }
}

/// Makes the composite of one call.
pub(super) struct Follower {
    shared: Arc<Shared>,
    call: CallId,
    folder: PathBuf,
    growing: Progress,
    film: PathBuf,
    /// Whether the film there is its own.
    begun: Cell<bool>,
}

impl Follower {
    pub(super) fn new(shared: &Arc<Shared>, call: &CallId, growing: Progress) -> Self {
        let root = &shared.means.root;
        Self {
            folder: root.join(call.as_str()),
            film: root.join(WORK).join(format!("{call}.live.mp4")),
            shared: shared.clone(),
            call: call.clone(),
            growing,
            begun: Cell::new(false),
        }
    }

    /// Makes it, has it sealed and tells of it; or gives it up.
    pub(super) fn run(self) {
        // Without it the calls go first all the same, only less so.
        let _ = rustix::process::setpriority_process(None, NICE);
        // Decoders meet what strangers sent.
        let made = catch_unwind(AssertUnwindSafe(|| self.make()));
        match made.unwrap_or(Err(DeriveError::Panic.into())) {
            Ok(files) if files.is_empty() => {}
            Ok(files) => (self.shared.means.tell)(&self.call, Told::Made(files)),
            Err(reason) => {
                if self.begun.get() {
                    let _ = fs::remove_file(&self.film);
                }
                self.shared.give_up(&self.call, &reason.to_string());
            }
        }
        self.shared.leave(&self.call);
    }

    fn make(&self) -> Result<Vec<FinishedFile>, GivenUp> {
        while self.shared.means.deriver.get().is_none() {
            if self.shared.is_over(&self.call) {
                return Err(GivenUp::Fault("nothing is made of recordings".to_owned()));
            }
            thread::sleep(LOOK);
        }
        if self.folder.join(manifest_name(1)).exists() {
            return Err(GivenUp::Older);
        }
        let (folder, call) = (self.folder.clone(), self.call.clone());
        let vault = self.shared.means.vault.clone();
        let growing = Growing::new(folder, call, vault, self.growing.clone());
        let (made, first_at) = self.film(&growing)?;
        self.keep(made, first_at)
    }

    /// Follows the call to its end; the film, and when it begins.
    fn film(&self, growing: &Growing) -> Result<(Made, u64), GivenUp> {
        let mut film: Option<Film<'_>> = None;
        let mut pace = Pace::new(self.shared.means.patience, Instant::now());
        loop {
            let over = self.shared.is_over(&self.call);
            let until = match over {
                true => u64::MAX,
                false => unix_ms().saturating_sub(BEHIND_MS),
            };
            growing.look(until, film.as_ref().map_or(0, Film::place));
            if film.is_none()
                && let Some(first_at) = growing.first_at()
            {
                film = Some(self.begin(growing, first_at)?);
            }
            let behind = match &mut film {
                Some(film) => self.advance(film, growing, until)?,
                None => 0,
            };
            if behind > 0 {
                if !over && pace.is_slow(Instant::now()) {
                    return Err(GivenUp::Slow(behind));
                }
            } else if over {
                break;
            } else {
                if pace.is_forgotten(Instant::now(), growing.end()) {
                    return Err(GivenUp::Forgotten);
                }
                thread::sleep(LOOK);
            }
        }
        let film = film.ok_or_else(|| GivenUp::Fault("nothing was recorded".to_owned()))?;
        self.close(film, growing)
    }

    /// Makes some of what can be made of what lies before `until`; how many ms are left of that.
    fn advance(&self, film: &mut Film<'_>, growing: &Growing, until: u64) -> Result<u64, GivenUp> {
        let latest = until.saturating_sub(AHEAD_MS).saturating_sub(film.first_at);
        let wanted = growing.end().min(latest);
        self.check(wanted)?;
        let published = published(&self.folder, &self.call)?;
        let middle = film.first_at.saturating_add(film.place() + SLICE_MS / 2);
        if let Some(label) = label_at(&self.call, &published, middle) {
            film.composer.name(label);
        }
        let slice = wanted.min(film.place().saturating_add(SLICE_MS));
        film.composer.until(slice)?;
        if let Some(fault) = growing.fault() {
            return Err(GivenUp::Fault(fault));
        }
        if film.place() >= film.synced + SYNC_MS {
            film.composer.sync()?;
            film.synced = film.place();
        }
        Ok(wanted.saturating_sub(film.place()))
    }

    /// Ends the film of a call that is over and sealed, if it is what would be made of that now.
    fn close(&self, film: Film<'_>, growing: &Growing) -> Result<(Made, u64), GivenUp> {
        let source = Source::read(&self.folder, &self.shared.means.vault)?;
        let source = source.ok_or_else(|| GivenUp::Fault("nothing was sealed".to_owned()))?;
        if source.composite == Composite::Off {
            return Err(GivenUp::Unwanted);
        }
        if source.has("mp4") {
            return Err(GivenUp::Made);
        }
        match growing.differs(&source.films()) {
            Some(fault) => Err(GivenUp::Fault(fault)),
            None => {
                let chapters = source.chapters(film.first_at);
                Ok((film.composer.close(&chapters)?, film.first_at))
            }
        }
    }

    fn begin<'a>(&self, growing: &'a Growing, first_at: u64) -> Result<Film<'a>, GivenUp> {
        let work = Folder::create(self.shared.means.root.join(WORK))?;
        let name = self.film.file_name().unwrap_or_default();
        let name = name.to_string_lossy().into_owned();
        let out = work.create(&name).map_err(DeriveError::disk(&self.film))?;
        self.begun.set(true);
        let published = published(&self.folder, &self.call)?;
        let first = published.first();
        let head = Head {
            layout: first.map(|one| one.grant.layout).unwrap_or_default(),
            zone: self.shared.means.settings.zone,
            first_at,
        };
        Ok(Film {
            composer: Composer::new(growing, head, (name, out))?,
            first_at,
            synced: 0,
        })
    }

    fn check(&self, wanted: u64) -> Result<(), GivenUp> {
        if wanted > LONGEST_MS {
            return Err(DeriveError::TooLong(wanted).into());
        }
        let means = &self.shared.means;
        let shortage = means.watermark.shortage_beside(&means.root, 0);
        match shortage.map_err(DeriveError::disk(&means.root))? {
            Some(shortage) => Err(GivenUp::Space(shortage)),
            None => Ok(()),
        }
    }

    /// Takes the film into the call's folder and has it sealed; as what it is sealed there.
    fn keep(&self, made: Made, first_at: u64) -> Result<Vec<FinishedFile>, GivenUp> {
        let film = MadeFile {
            path: self.film.clone(),
            stem: "call".to_owned(),
            codecs: made.codecs,
            begin_ms: 0,
            duration_ms: made.duration_ms,
        };
        let names = list(&self.shared.means.root, &self.call, first_at, vec![film])?;
        if let Some(sealer) = self.shared.means.sealer.get() {
            sealer.seal(&self.call)?;
        }
        // Whoever else has sealed the call meanwhile may have taken it.
        let sealed = Manifest::read_all(&self.folder)?;
        let files = sealed.into_iter().flat_map(|manifest| manifest.files);
        Ok(files.filter(|file| names.contains(&file.name)).collect())
    }
}
