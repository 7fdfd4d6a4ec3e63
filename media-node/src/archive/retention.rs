//! Calls whose time is over, or that somebody with the right to it wants deleted.
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
use crate::record::{FinishedFile, RecordError, log};
use crate::vault::{Vault, stored_name};
use counterpart_shared::api::LeastDays;
use counterpart_shared::grant::Grant;
use counterpart_shared::id::CallId;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

/// What is deleted without anybody asking for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiry {
    /// How long recordings are kept.
    pub retention: Retention,
    /// What desks want today. What they wanted at the time of the call stands in its manifest; the stricter counts.
    pub least: LeastDays,
}

/// How long recordings are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention(pub Duration);

impl Retention {
    fn of_days(days: u32) -> Self {
        Self(Duration::from_secs(u64::from(days) * 86_400))
    }

    /// The rule, as the sealed manifest names it.
    fn rule(self) -> String {
        format!("retention of {} days", self.0.as_secs() / 86_400)
    }

    fn is_over(self, ended_at: u64, now: u64) -> bool {
        let kept = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        ended_at.saturating_add(kept) <= now
    }
}

impl Expiry {
    /// Whether the time of a call that ended then is over. Its desks are those that its grants name, and its log.
    fn is_over(&self, sealed: &Sealed<'_>, ended_at: u64, now: u64) -> Result<bool, RecordError> {
        let promised = sealed.grants().map(|grant| grant.least_days).max();
        let rules = [
            self.retention,
            Retention::of_days(promised.unwrap_or_default()),
        ];
        if !rules.iter().all(|rule| rule.is_over(ended_at, now)) {
            return Ok(false);
        }
        let log = log::read(sealed.folder, sealed.call, sealed.vault)?;
        let named = sealed.grants().filter_map(|grant| grant.desk.as_ref());
        let desks = named.chain(log::desks(&log));
        let today = desks.map(|desk| self.least.of(desk)).max();
        Ok(Retention::of_days(today.unwrap_or_default()).is_over(ended_at, now))
    }
}

/// What is sealed of a call.
struct Sealed<'a> {
    call: &'a CallId,
    folder: &'a Path,
    manifests: &'a [Manifest],
    vault: &'a Vault,
}

impl Sealed<'_> {
    /// Those under which its parties published.
    fn grants(&self) -> impl Iterator<Item = &Grant> {
        let published = self.manifests.iter().flat_map(|one| &one.published);
        published.map(|published| &published.grant)
    }
}

/// Notes in a call's `open.json` that all of it is to be deleted; whether there is anything of it.
///
/// # Errors
/// When the disk refuses.
pub fn ask_deletion(root: &Path, call: &CallId, by: String) -> Result<bool, RecordError> {
    let folder = call_folder(root, call)?;
    if !folder.is_dir() {
        return Ok(false);
    }
    OpenCall::update(&folder, call, |open| open.delete = Some(by))?;
    Ok(true)
}

/// The calls that somebody wants deleted and that are not. One whose list cannot be read is logged and left.
///
/// # Errors
/// When the folder cannot be read.
pub fn asked_deletions(root: &Path) -> Result<Vec<CallId>, RecordError> {
    let calls = recover::calls(root)?.into_iter();
    Ok(calls.filter(|call| is_asked(root, call)).collect())
}

/// Whether somebody wants this call deleted.
pub fn is_asked(root: &Path, call: &CallId) -> bool {
    let open = call_folder(root, call).and_then(|folder| OpenCall::read(&folder, call));
    match open {
        Ok(open) => open.delete.is_some(),
        Err(error) => {
            tracing::error!(%call, %error, "whether it is to be deleted cannot be read");
            false
        }
    }
}

/// What was deleted of all calls since then, in UNIX milliseconds, the newest first and at most `most`. A call whose manifests cannot
/// be read is logged and left.
///
/// # Errors
/// When the folder cannot be read.
pub fn deleted_since(
    root: &Path,
    since: u64,
    most: usize,
) -> Result<Vec<(CallId, Deletion)>, RecordError> {
    let mut found = Vec::new();
    for call in recover::calls(root)? {
        let manifests = match Manifest::read_all(&call_folder(root, &call)?) {
            Ok(manifests) => manifests,
            Err(error) => {
                tracing::error!(%call, %error, "what is deleted of it cannot be read");
                continue;
            }
        };
        let deletions = manifests.into_iter().filter_map(|one| one.deleted);
        let newer = deletions.filter(|deletion| deletion.at >= since);
        found.extend(newer.map(|deletion| (call.clone(), deletion)));
    }
    found.sort_by_key(|(_, deletion)| Reverse(deletion.at));
    found.truncate(most);
    Ok(found)
}

/// Deletes those of these calls whose time is over, or which somebody wants deleted; what was. What a killed process
/// was deleting is deleted first. A call that cannot be is logged and left. The rule is asked for anew for each call: meanwhile
/// desks may have come to want something else.
pub fn delete_due(
    root: &Path,
    sealer: &Sealer,
    rule: impl Fn() -> Option<Expiry>,
    calls: impl IntoIterator<Item = CallId>,
) -> Vec<(CallId, Deletion)> {
    let mut deleted = Vec::new();
    for call in calls {
        match delete(root, sealer, &rule, &call) {
            Ok(None) => {}
            Ok(Some(deletion)) => deleted.push((call, deletion)),
            Err(error) => tracing::error!(%call, %error, "a call cannot be deleted"),
        }
    }
    deleted
}

/// Deletes a call if that is due; the deletion that was sealed.
fn delete(
    root: &Path,
    sealer: &Sealer,
    rule: impl Fn() -> Option<Expiry>,
    call: &CallId,
) -> Result<Option<Deletion>, ArchiveError> {
    let folder = call_folder(root, call)?;
    let mut manifests = Manifest::read_all(&folder)?;
    let open = OpenCall::read(&folder, call)?;
    let sealed = Sealed {
        call,
        folder: &folder,
        manifests: &manifests,
        vault: sealer.vault(),
    };
    let due = due(&open, &sealed, rule)?;
    if let Some(deletion) = due.clone() {
        let (rule, files) = (deletion.rule.clone(), deletion.files.len());
        manifests.push(sealer.seal_deletion(call, deletion)?.manifest);
        tracing::info!(%call, rule, files, "deleted");
    }
    take_away(&folder, &manifests)?;
    if open.delete.is_some() && remaining(&manifests).next().is_none() {
        OpenCall::update(&folder, call, |open| {
            // What is not sealed yet is deleted when it is.
            if open.begun.is_empty() && open.files.is_empty() {
                open.delete = None;
            }
        })?;
    }
    Ok(due)
}

/// What of a call is to be deleted, if that is due and all of it is sealed.
fn due(
    open: &OpenCall,
    sealed: &Sealed<'_>,
    rule: impl Fn() -> Option<Expiry>,
) -> Result<Option<Deletion>, RecordError> {
    let now = unix_ms();
    let files = || remaining(sealed.manifests);
    let Some(ended_at) = files().map(|file| file.last_at).max() else {
        return Ok(None);
    };
    if !open.begun.is_empty() || !open.files.is_empty() {
        return Ok(None);
    }
    let rule = match (&open.delete, rule()) {
        (Some(by), _) => format!("asked for by {by}"),
        (None, Some(expiry)) if expiry.is_over(sealed, ended_at, now)? => expiry.retention.rule(),
        (None, _) => return Ok(None),
    };
    let files = files().map(|file| DeletedFile {
        name: file.name.clone(),
        bytes: file.bytes,
        sha256: file.sha256.clone(),
    });
    Ok(Some(Deletion {
        rule,
        at: now,
        files: files.collect(),
    }))
}

/// The files that no sealed manifest says are deleted.
fn remaining(manifests: &[Manifest]) -> impl Iterator<Item = &FinishedFile> {
    let gone = deleted(manifests);
    let files = manifests.iter().flat_map(|manifest| &manifest.files);
    files.filter(move |file| !gone.contains(file.name.as_str()))
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
