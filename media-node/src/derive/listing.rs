//! Taking what was made into the folder of its call, to be sealed.

use super::DeriveError;
use super::sounds::Heard;
use crate::record::file::digest;
use crate::record::open::{Begun, OpenCall};
use crate::record::{FinishedFile, Folder, Origin};
use crate::vault::stored_name;
use counterpart_shared::id::CallId;
use std::fs;
use std::path::{Path, PathBuf};

/// A file that is made and has no name in the call's folder yet.
pub(super) struct MadeFile {
    pub(super) path: PathBuf,
    /// What its name begins with.
    pub(super) stem: String,
    pub(super) codecs: Vec<String>,
    /// Milliseconds from the call's beginning to the file's.
    pub(super) begin_ms: u64,
    pub(super) duration_ms: u64,
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

/// Moves files into the call's folder and lists them there, all or none, to be sealed. Their names there.
pub(super) fn list(
    root: &Path,
    call: &CallId,
    first_at: u64,
    made: Vec<MadeFile>,
) -> Result<Vec<String>, DeriveError> {
    let folder = root.join(call.as_str());
    let mut moved = Vec::new();
    let listed = take_in((&folder, call), first_at, made, &mut moved);
    if listed.is_err() {
        // None of them is waited for, and none stays.
        for name in &moved {
            let _ = fs::remove_file(folder.join(name));
        }
        OpenCall::update(&folder, call, |open| {
            open.begun.retain(|begun| !moved.contains(&begun.name));
        })?;
    }
    listed.map(|()| moved)
}

/// The same; names in `names` what it has begun with.
fn take_in(
    (folder, call): (&Path, &CallId),
    first_at: u64,
    made: Vec<MadeFile>,
    names: &mut Vec<String>,
) -> Result<(), DeriveError> {
    let mut files = Vec::new();
    for file in made {
        let kind = file.path.extension().unwrap_or_default().to_string_lossy();
        let name = free_name(folder, &file.stem, &kind);
        names.push(name.clone());
        let path = folder.join(&name);
        let first_at = first_at.saturating_add(file.begin_ms);
        // Noted before it is there, so that nobody takes it for a stranger.
        let begun = Begun {
            name: name.clone(),
            first_at,
        };
        OpenCall::update(folder, call, |open| open.begun.push(begun))?;
        let moved = fs::File::open(&file.path)
            .and_then(|made| made.sync_all())
            .and_then(|()| fs::rename(&file.path, &path));
        moved.map_err(DeriveError::disk(&path))?;
        let (bytes, sha256) = digest(&Folder::create(folder)?, &name)?;
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
    OpenCall::update(folder, call, |open| open.add(files))?;
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
