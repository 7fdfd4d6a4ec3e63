//! Closing what a killed process left behind: files whose end was never written.
//!
//! Nothing that was recorded is thrown away but the rest of a fragment that was being written.

use super::close::{close, close_mp4};
use super::file::{FinishedFile, Origin, digest};
use super::open::{self, OpenCall};
use super::turn::turn;
use super::{Folder, RecordError};
use crate::archive::COPIES;
use crate::vault::{is_encrypted, stored_name};
use counterpart_shared::id::{CallId, Party};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A call with files that were found open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// The call.
    pub call: CallId,
    /// The files that are closed and listed now.
    pub files: Vec<FinishedFile>,
}

/// Closes all files below the recording folder that no list and no sealed manifest names, and lists
/// them in their call's `open.json`. Call it before anything is recorded or sealed and before stills are kept; lists may
/// change meanwhile. It may take long. What cannot be closed is logged and left as it is.
pub fn recover(root: &Path) -> Result<Vec<Recovered>, RecordError> {
    let mut recovered = Vec::new();
    for (folder, call) in folders(root)? {
        // One call that cannot be closed must not keep the others open.
        match recover_call(&folder, &call) {
            Ok(files) if files.is_empty() => {}
            Ok(files) => recovered.push(Recovered { call, files }),
            Err(error) => tracing::error!(%call, %error, "a recording cannot be closed"),
        }
    }
    Ok(recovered)
}

/// The calls that have a folder below the recording folder.
pub fn calls(root: &Path) -> Result<Vec<CallId>, RecordError> {
    let folders = folders(root)?.into_iter();
    Ok(folders.map(|(_, call)| call).collect())
}

/// The folders of calls.
fn folders(root: &Path) -> Result<Vec<(PathBuf, CallId)>, RecordError> {
    let names = names(root)?.into_iter();
    let calls = names.filter_map(|name| {
        let call = name.parse().ok()?;
        let folder = root.join(name);
        folder.is_dir().then_some((folder, call))
    });
    Ok(calls.collect())
}

/// Nobody changes the call's list meanwhile: the edge may want something of the call already, and a draft of the list that is
/// about to get its name is no remains.
fn recover_call(folder: &Path, call: &CallId) -> Result<Vec<FinishedFile>, RecordError> {
    let _turn = turn(folder);
    let open = OpenCall::read(folder, call)?;
    let sealed = open::sealed(folder)?;
    let sealed: Vec<String> = sealed.iter().map(FinishedFile::stored_name).collect();
    let mut files = Vec::new();
    for name in names(folder)? {
        let mut listed = open.files.iter().map(FinishedFile::stored_name);
        let known = sealed.contains(&name) || listed.any(|listed| listed == name);
        let path = folder.join(&name);
        let empty = !known && is_empty(&open, &sealed, &path);
        if empty {
            tracing::warn!(%call, file = %name, "nothing was written to this file; it is taken away");
        }
        let left = is_derived(&name) || is_half_encrypted(&open, &name);
        let orphan = empty || (!known && left);
        if is_draft(&name) || is_unfinished_still(&open, &name) || orphan {
            fs::remove_file(&path).map_err(RecordError::disk(&path.to_string_lossy()))?;
            continue;
        }
        if known || !is_left_open(&open, &sealed, &name) {
            continue;
        }
        match recover_file(folder, name, &open) {
            Ok(file) => files.extend(file),
            Err(error) => tracing::error!(%call, %error, "a file cannot be closed"),
        }
    }
    if !files.is_empty() || !open.begun.is_empty() {
        OpenCall::update_in_turn(folder, call, |open| {
            open.add(files.clone());
            open.begun.clear();
        })?;
    }
    Ok(files)
}

/// A list that was being written; what it was to replace is there, or it is sealed and has its name.
fn is_draft(name: &str) -> bool {
    let name = name.strip_prefix('.');
    name.is_some_and(|name| open::is_list(name) || name == COPIES || is_encrypted(name))
}

/// A finished file that is encrypted already and was to be taken away, or one that is encrypted once more.
fn is_half_encrypted(open: &OpenCall, name: &str) -> bool {
    let mut files = open.files.iter();
    files.any(|file| file.name == name || stored_name(&file.name) == name)
}

/// A still that was being written; nobody has heard of it.
fn is_unfinished_still(open: &OpenCall, name: &str) -> bool {
    name.ends_with(".png") && open.began(name).is_some()
}

/// A recorder's file in an open call that was made and has not a byte yet; it may not have been noted either.
fn is_empty(open: &OpenCall, sealed: &[String], path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    let is_open = !open.is_empty() || sealed.is_empty();
    let its =
        name.is_some_and(|name| open.began(name).is_some() || (is_open && is_recorders(name)));
    its && path.metadata().is_ok_and(|data| data.len() == 0)
}

/// `caller.mp4`, `caller.2.mp4` and so on.
fn is_recorders(name: &str) -> bool {
    let stem = name.strip_suffix(".mp4");
    let whose = stem.and_then(|stem| stem.split('.').next());
    whose.is_some_and(|whose| Party::BOTH.iter().any(|party| party.to_string() == whose))
}

/// A file that was made from others and never listed: it is made again. All decoded sound is, also what an earlier
/// version decoded during the call.
fn is_derived(name: &str) -> bool {
    let film = name.strip_suffix(".mp4");
    name.ends_with(".wav") || film.is_some_and(|stem| stem == "call" || stem.starts_with("call."))
}

/// Whether a file that no list names is a recorder's: one that it noted, or, where nothing was noted
/// because the first version recorded, any.
fn is_left_open(open: &OpenCall, sealed: &[String], name: &str) -> bool {
    let unnoted = open.version == 1 || (open.is_empty() && sealed.is_empty());
    open.began(name).is_some() || unnoted
}

/// Closes one file; none if it is not a recording.
fn recover_file(
    folder: &Path,
    name: String,
    open: &OpenCall,
) -> Result<Option<FinishedFile>, RecordError> {
    let path = folder.join(&name);
    let closed = match path.extension().and_then(|kind| kind.to_str()) {
        Some("mp4") => close(&path, close_mp4),
        _ => return Ok(None),
    };
    let (closed, written_at) = closed.map_err(RecordError::disk(&path.to_string_lossy()))?;
    let (bytes, sha256) = digest(&Folder::create(folder)?, &name)?;
    let estimated = written_at.saturating_sub(closed.duration_ms);
    let first_at = open.began(&name).unwrap_or(estimated);
    let gaps = closed.gaps(first_at);
    Ok(Some(FinishedFile {
        name,
        bytes,
        sha256,
        codecs: closed.codecs,
        duration_ms: closed.duration_ms,
        first_at,
        last_at: first_at.saturating_add(closed.duration_ms),
        gaps,
        cut: true,
        origin: Origin::Received,
        encrypted: None,
    }))
}

fn names(folder: &Path) -> Result<Vec<String>, RecordError> {
    let disk = RecordError::disk(&folder.to_string_lossy());
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(disk(error)),
    };
    let names = entries
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.collect();
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn lists_may_change_while_they_are_looked_at() {
        let root = tempfile::tempdir().unwrap();
        let call: CallId = "c1".parse().unwrap();
        let folder = root.path().join(call.as_str());
        fs::create_dir(&folder).unwrap();
        let changes = thread::spawn(move || {
            for time in 0..200 {
                let by = Some(time.to_string());
                OpenCall::update(&folder, &call, |open| open.delete = by)?;
            }
            OpenCall::read(&folder, &call)
        });
        while !changes.is_finished() {
            assert_eq!(recover(root.path()).unwrap(), []);
        }
        let open = changes.join().unwrap().unwrap();
        assert_eq!(open.delete.as_deref(), Some("199"));
    }
}
