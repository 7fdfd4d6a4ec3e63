//! Calls whose time is over.
//!
//! First a manifest is sealed that says which files go, when, and by which rule; then they go, here and
//! in the place of the copies. The manifests themselves stay: without them the chain would have a hole.

use super::ArchiveError;
use super::copies::Copies;
use super::place::Place;
use super::worker::object;
use crate::clock::unix_ms;
use crate::evidence::{DeletedFile, Deletion, Manifest, Sealer};
use crate::record::open::{OpenCall, sync_folder};
use crate::record::recover;
use crate::record::store::call_folder;
use crate::vault::stored_name;
use counterpart_shared::id::CallId;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

/// How long recordings are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention(pub Duration);

impl Retention {
    /// The rule, as the sealed manifest names it.
    fn rule(self) -> String {
        format!("retention of {} days", self.0.as_secs() / 86_400)
    }

    fn is_over(self, ended_at: u64, now: u64) -> bool {
        let kept = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        ended_at.saturating_add(kept) <= now
    }
}

/// Deletes all calls whose time is over and that nobody is `busy` with; which ones. What a killed process
/// was deleting is deleted first. A call that cannot be is logged and left.
///
/// # Errors
/// When the recording folder cannot be read.
pub fn delete_expired(
    root: &Path,
    sealer: &Sealer,
    retention: Option<Retention>,
    busy: impl Fn(&CallId) -> bool,
) -> Result<Vec<CallId>, ArchiveError> {
    let mut deleted = Vec::new();
    for call in recover::calls(root)? {
        if busy(&call) {
            continue;
        }
        match delete(root, sealer, retention, &call) {
            Ok(false) => {}
            Ok(true) => deleted.push(call),
            Err(error) => tracing::error!(%call, %error, "a call cannot be deleted"),
        }
    }
    Ok(deleted)
}

/// Deletes a call if its time is over; whether a deletion was sealed.
fn delete(
    root: &Path,
    sealer: &Sealer,
    retention: Option<Retention>,
    call: &CallId,
) -> Result<bool, ArchiveError> {
    let folder = call_folder(root, call)?;
    let mut manifests = Manifest::read_all(&folder)?;
    let expired = retention.and_then(|retention| expired(&folder, call, &manifests, retention));
    if let Some(deletion) = expired.transpose()? {
        let (rule, files) = (deletion.rule.clone(), deletion.files.len());
        manifests.push(sealer.seal_deletion(call, deletion)?.manifest);
        tracing::info!(%call, rule, files, "deleted");
        take_away(&folder, &manifests)?;
        return Ok(true);
    }
    take_away(&folder, &manifests)?;
    Ok(false)
}

/// What of a call is to be deleted, if its time is over and all of it is sealed.
fn expired(
    folder: &Path,
    call: &CallId,
    manifests: &[Manifest],
    retention: Retention,
) -> Option<Result<Deletion, ArchiveError>> {
    let now = unix_ms();
    let gone = deleted(manifests);
    let files = manifests.iter().flat_map(|manifest| &manifest.files);
    let files = files.filter(|file| !gone.contains(file.name.as_str()));
    let ended_at = files.clone().map(|file| file.last_at).max()?;
    if !retention.is_over(ended_at, now) {
        return None;
    }
    match OpenCall::read(folder, call) {
        Ok(open) if !open.begun.is_empty() || !open.files.is_empty() => return None,
        Ok(_) => {}
        Err(error) => return Some(Err(error.into())),
    }
    let files = files.map(|file| DeletedFile {
        name: file.name.clone(),
        bytes: file.bytes,
        sha256: file.sha256.clone(),
    });
    Some(Ok(Deletion {
        rule: retention.rule(),
        at: now,
        files: files.collect(),
    }))
}

/// The names of the files that a sealed manifest says are deleted.
pub(super) fn deleted(manifests: &[Manifest]) -> BTreeSet<&str> {
    let deletions = manifests.iter().filter_map(|one| one.deleted.as_ref());
    let files = deletions.flat_map(|deletion| &deletion.files);
    files.map(|file| file.name.as_str()).collect()
}

fn take_away(folder: &Path, manifests: &[Manifest]) -> Result<(), ArchiveError> {
    for name in deleted(manifests) {
        for name in [name.to_owned(), stored_name(name)] {
            let path = folder.join(name);
            match fs::remove_file(&path).and_then(|()| sync_folder(&path)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                other => other.map_err(ArchiveError::disk(&path))?,
            }
        }
    }
    Ok(())
}

/// Takes the copies of deleted files out of their place.
pub(super) async fn take_away_copies(
    place: &Place,
    folder: &Path,
    call: &CallId,
    manifests: &[Manifest],
) -> Result<(), ArchiveError> {
    let gone = deleted(manifests);
    if gone.is_empty() {
        return Ok(());
    }
    for copy in Copies::read(folder, call)?.files {
        let is_gone = |name: &&str| *name == copy.name || stored_name(name) == copy.name;
        if !gone.iter().any(is_gone) || copy.place != place.name() {
            continue;
        }
        place.delete(&object(call, &copy.name)).await?;
        let name = copy.name;
        Copies::update(folder, call, |copies| {
            copies.files.retain(|known| known.name != name);
        })?;
        tracing::info!(%call, file = name, "a copy is deleted");
    }
    Ok(())
}
