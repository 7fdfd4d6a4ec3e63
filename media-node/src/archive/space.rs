//! Space on the disk of the recordings.

use super::ArchiveError;
use super::copies::Copies;
use crate::evidence::Manifest;
use crate::record::recover;
use crate::record::store::call_folder;
use counterpart_shared::id::CallId;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How much of the disk must stay free, and who tells how much is.
#[derive(Debug, Clone, Copy)]
pub struct Watermark {
    /// Bytes that must stay free.
    pub min_free: u64,
    /// Free bytes on the disk of a path.
    pub free: fn(&Path) -> io::Result<u64>,
}

/// Less is free than must stay free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortage {
    /// Free bytes.
    pub free: u64,
    /// Bytes that must stay free.
    pub min_free: u64,
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (free, min_free) = (self.free >> 20, self.min_free >> 20);
        write!(f, "{free} MB of the disk are free, {min_free} MB must stay")
    }
}

/// Free bytes for who is not the superuser, on the disk of a path or of the nearest folder above it.
///
/// # Errors
/// When the system does not tell.
pub fn free_bytes(path: &Path) -> io::Result<u64> {
    let mut path = path;
    loop {
        match rustix::fs::statvfs(path) {
            Ok(disk) => return Ok(disk.f_bavail.saturating_mul(disk.f_frsize)),
            Err(rustix::io::Errno::NOENT) => match path.parent() {
                Some(parent) if parent != Path::new("") => path = parent,
                _ => path = Path::new("."),
            },
            Err(error) => return Err(error.into()),
        }
    }
}

impl Watermark {
    /// What is missing, if something is.
    ///
    /// # Errors
    /// When the system does not tell how much is free.
    pub fn shortage(&self, root: &Path) -> io::Result<Option<Shortage>> {
        self.shortage_beside(root, 0)
    }

    /// What is missing, if something is, for so many bytes more.
    ///
    /// # Errors
    /// When the system does not tell how much is free.
    pub fn shortage_beside(&self, root: &Path, more: u64) -> io::Result<Option<Shortage>> {
        let (free, min_free) = ((self.free)(root)?, self.min_free.saturating_add(more));
        Ok((free < min_free).then_some(Shortage { free, min_free }))
    }
}

/// Takes files away whose copies in `place` were found whole, the oldest call first, until enough is
/// free; calls that somebody is `busy` with keep theirs. What is still missing, if something is.
///
/// # Errors
/// When the system does not tell how much is free, or the folder cannot be read.
pub fn make_room(
    root: &Path,
    watermark: &Watermark,
    place: Option<&str>,
    busy: impl Fn(&CallId) -> bool,
) -> Result<Option<Shortage>, ArchiveError> {
    let shortage = || watermark.shortage(root).map_err(ArchiveError::disk(root));
    let (Some(found), Some(place)) = (shortage()?, place) else {
        return shortage();
    };
    let mut missing = Some(found);
    for (call, path) in copied(root, place, busy)? {
        if missing.is_none() {
            break;
        }
        match fs::remove_file(&path) {
            Ok(()) => tracing::info!(%call, file = %path.display(), "only the copy stays"),
            Err(error) => tracing::error!(%call, %error, "a copied file cannot be taken away"),
        }
        missing = shortage()?;
    }
    Ok(missing)
}

/// Files that are here and in `place`, the oldest call first. Lists and signatures are none of them.
fn copied(
    root: &Path,
    place: &str,
    busy: impl Fn(&CallId) -> bool,
) -> Result<Vec<(CallId, PathBuf)>, ArchiveError> {
    let mut found = Vec::new();
    for call in recover::calls(root)? {
        if busy(&call) {
            continue;
        }
        match copied_of(root, &call, place) {
            Ok(Some((at, files))) => found.push((at, call, files)),
            Ok(None) => {}
            // One call that cannot be read must not keep the others from making room.
            Err(error) => tracing::error!(%call, %error, "copies cannot be read"),
        }
    }
    found.sort_by_key(|(at, ..)| *at);
    let files = found.into_iter().flat_map(|(_, call, files)| {
        let files = files.into_iter();
        files.map(move |file| (call.clone(), file))
    });
    Ok(files.collect())
}

/// When a call began, and its files that are here and in `place`.
fn copied_of(
    root: &Path,
    call: &CallId,
    place: &str,
) -> Result<Option<(u64, Vec<PathBuf>)>, ArchiveError> {
    let folder = call_folder(root, call)?;
    let copies = Copies::read(&folder, call)?;
    if copies.files.is_empty() {
        return Ok(None);
    }
    let manifests = Manifest::read_all(&folder)?;
    let files = manifests.iter().flat_map(|manifest| &manifest.files);
    let Some(at) = files.clone().map(|file| file.first_at).min() else {
        return Ok(None);
    };
    let here = files.filter_map(|file| {
        let name = file.stored_name();
        let copy = copies.of(&name, file.stored().1)?;
        let path = folder.join(name);
        (copy.place == place && path.is_file()).then_some(path)
    });
    Ok(Some((at, here.collect())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_free_is_told_even_before_the_folder_is_made() {
        let root = tempfile::tempdir().unwrap();
        let free = free_bytes(root.path()).unwrap();
        assert!(free > 0);
        assert!(free_bytes(&root.path().join("not/yet")).is_ok());
        assert!(free_bytes(Path::new("not-yet")).is_ok());
    }

    #[test]
    fn a_shortage_is_told_in_figures() {
        let watermark = Watermark {
            min_free: 2 << 20,
            free: |_| Ok(1 << 20),
        };
        let shortage = watermark.shortage(Path::new(".")).unwrap().unwrap();
        let text = "1 MB of the disk are free, 2 MB must stay";
        assert_eq!(shortage.to_string(), text);
        let enough = Watermark {
            min_free: 1 << 20,
            ..watermark
        };
        assert_eq!(enough.shortage(Path::new(".")).unwrap(), None);
    }
}
