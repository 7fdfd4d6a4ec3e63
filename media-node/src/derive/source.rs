//! What there is of a call: whose files, and where they lie on one time line.

use super::DeriveError;
use super::parts::{Part, Parts};
use super::samples::Samples;
use crate::evidence::{Manifest, manifest_name};
use crate::record::mp4::Chapter;
use crate::record::{FinishedFile, Origin, log};
use crate::vault::{PlainFile, Vault};
use counterpart_shared::api::{Entry, EntryBody};
use counterpart_shared::grant::{Composite, Layout};
use counterpart_shared::id::{CallId, DeskId, Party};
use mp4_atom::Codec;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The sealed files of a call.
#[derive(Debug, Clone)]
pub struct Source {
    /// The call.
    pub call: CallId,
    /// Its folder.
    pub folder: PathBuf,
    /// UNIX milliseconds at which the first of all files begins: the 0 of everything that is made.
    pub first_at: u64,
    /// How long it is from there to the end of the last file.
    pub duration_ms: u64,
    vault: Vault,
    files: Vec<FinishedFile>,
    /// The MP4s of each party.
    parts: [Vec<Part>; 2],
    /// How its composite shows both parties, as the last who published was told.
    pub layout: Layout,
    /// Whether one is made, and when, as the same was told.
    pub composite: Composite,
    /// What was said and what happened.
    log: Vec<Entry>,
    names: Vec<(Party, String)>,
    made: Vec<String>,
}

impl Source {
    /// Reads the sealed manifests in a call's folder; nothing if there is nothing from a party.
    ///
    /// # Errors
    /// When a manifest cannot be read.
    pub fn read(folder: &Path, vault: &Vault) -> Result<Option<Self>, DeriveError> {
        let mut manifests: Vec<Manifest> = Vec::new();
        for part in 1.. {
            let path = folder.join(manifest_name(part));
            let json = match fs::read(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => break,
                other => other.map_err(DeriveError::disk(&path))?,
            };
            let manifest = serde_json::from_slice(&json);
            manifests.push(manifest.map_err(|error| DeriveError::disk(&path)(error.into()))?);
        }
        let Some(newest) = manifests.last() else {
            return Ok(None);
        };
        let log = log::read(folder, &newest.call, vault)?;
        Ok(Self::of((folder, vault), &newest.call, &manifests, log))
    }

    fn of(
        (folder, vault): (&Path, &Vault),
        call: &CallId,
        manifests: &[Manifest],
        log: Vec<Entry>,
    ) -> Option<Self> {
        let files = manifests.iter().flat_map(|manifest| &manifest.files);
        let files = files
            .filter(|file| file.origin == Origin::Received)
            .cloned();
        let files: Vec<FinishedFile> = files.collect();
        let media = || files.iter().filter(|file| is_media(file));
        let first_at = media().map(|file| file.first_at).min()?;
        let end = |file: &FinishedFile| file.first_at.saturating_add(file.duration_ms);
        let end = media().map(end).max()?;
        let published = manifests.iter().flat_map(|manifest| &manifest.published);
        let newest = published.clone().last();
        let names = published.map(|one| (one.grant.party, one.grant.sub.to_string()));
        let parts = |party: Party| {
            let part = |file: &FinishedFile| Part {
                name: file.name.clone(),
                begin: file.first_at.saturating_sub(first_at),
                growth: None,
            };
            of_party(&files, party).into_iter().map(part).collect()
        };
        Some(Self {
            call: call.clone(),
            folder: folder.to_owned(),
            vault: vault.clone(),
            first_at,
            duration_ms: end.saturating_sub(first_at),
            names: names.collect(),
            parts: Party::BOTH.map(parts),
            layout: newest.map_or(Layout::default(), |one| one.grant.layout),
            composite: newest.map_or(Composite::default(), |one| one.grant.composite),
            made: made(manifests),
            files,
            log,
        })
    }

    /// Whether anything was made from all that there is; a composite alone, which may have been made during the call, is
    /// not anything where there is sound.
    pub fn is_derived(&self) -> bool {
        self.has("wav") || (self.has("mp4") && !self.has_sound())
    }

    /// Whether a file of this kind (`wav`, `mp4`) was made from all that there is.
    pub(super) fn has(&self, kind: &str) -> bool {
        let mut made = self.made.iter();
        made.any(|name| name.rsplit('.').next() == Some(kind))
    }

    fn has_sound(&self) -> bool {
        let mut codecs = self.files.iter().flat_map(|file| &file.codecs);
        codecs.any(|codec| codec == "opus" || codec.starts_with("mp4a"))
    }

    /// Whether all received files are still on this disk.
    pub(super) fn is_here(&self) -> bool {
        let mut files = self.files.iter();
        files.all(|file| self.folder.join(file.stored_name()).exists())
    }

    /// The names of the parties' MP4s.
    pub(super) fn films(&self) -> Vec<&str> {
        let parts = self.parts.iter().flatten();
        parts.map(|part| part.name.as_str()).collect()
    }

    /// The desk where the call ended up, if it was at one.
    pub(super) fn desk(&self) -> Option<&DeskId> {
        log::desks(&self.log).next_back()
    }

    /// A chapter for each statement that was read, in a film that begins at this UNIX time in milliseconds.
    pub(super) fn chapters(&self, first_at: u64) -> Vec<Chapter> {
        let read = self.log.iter().filter_map(|entry| match &entry.body {
            EntryBody::PromptBegin { number, text } => Some(Chapter {
                at_ms: entry.at.saturating_sub(first_at),
                title: format!("{number}. {text}"),
            }),
            _ => None,
        });
        read.collect()
    }

    /// Who published last for a party.
    pub(super) fn who(&self, party: Party) -> Option<&str> {
        let names = self.names.iter().rev();
        let mut of_party = names.filter(|(whose, _)| *whose == party);
        of_party.next().map(|(_, name)| name.as_str())
    }
}

impl Parts for Source {
    fn part(&self, party: Party, number: usize) -> Option<Part> {
        let [caller, callee] = &self.parts;
        let parts = match party {
            Party::Caller => caller,
            Party::Callee => callee,
        };
        parts.get(number).cloned()
    }

    fn open(&self, part: &Part, track: u32) -> Option<(Samples, Codec)> {
        let listed = self.files.iter().find(|file| file.name == part.name)?;
        let opened = PlainFile::open(&self.folder, &self.call, listed, &self.vault);
        let opened = opened.map_err(|error| error.to_string());
        let opened = opened.and_then(|file| {
            Samples::open(file, None, track).map_err(|error| format!("{}: {error}", part.name))
        });
        let told = opened.inspect_err(|error| {
            tracing::error!(call = %self.call, error, "a file is left out of what is made");
        });
        told.ok()?
    }
}

/// A party's MP4s, in the order of time.
fn of_party(files: &[FinishedFile], party: Party) -> Vec<&FinishedFile> {
    let begin = format!("{party}.");
    let wanted = |file: &&FinishedFile| {
        file.name.starts_with(&begin) && file.name.rsplit('.').next() == Some("mp4")
    };
    let mut files: Vec<_> = files.iter().filter(wanted).collect();
    files.sort_by_key(|file| file.first_at);
    files
}

/// Whether it is of pictures in motion or of sound, and so has its place on the time line.
fn is_media(file: &FinishedFile) -> bool {
    matches!(file.name.rsplit('.').next(), Some("mp4" | "wav"))
}

/// The names of what was made since the last received file was sealed.
fn made(manifests: &[Manifest]) -> Vec<String> {
    let received = |manifest: &&Manifest| {
        let mut files = manifest.files.iter();
        files.any(|file| file.origin == Origin::Received)
    };
    let newer = manifests.iter().rev().take_while(|one| !received(one));
    let files = newer.flat_map(|manifest| &manifest.files);
    files.map(|file| file.name.clone()).collect()
}
