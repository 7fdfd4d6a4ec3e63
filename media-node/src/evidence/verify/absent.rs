//! Files that are listed and not here: deleted by a rule, kept elsewhere, or missing.

use super::files::at;
use super::finding::{Finding, Kind};
use crate::archive::Copies;
use crate::evidence::Manifest;
use crate::record::FinishedFile;
use std::path::Path;

/// What there is to say about each of them.
pub(super) fn absent(
    (folder, call): (&Path, &str),
    missing: &[&FinishedFile],
    manifests: &[&Manifest],
) -> Vec<Finding> {
    // Who may have written this list is unknown: it only says where to look, and is no excuse.
    let copies = call.parse().ok();
    let copies = copies.and_then(|call| Copies::read(folder, &call).ok());
    let say = |file: &&FinishedFile| {
        let (name, (bytes, sha256)) = (file.stored_name(), file.stored());
        let content = format!("{bytes} bytes, sha256 {sha256}");
        let place = format!("{call}/{name}");
        if let Some(when) = deletion(file, manifests) {
            return Finding::new(Kind::Deleted, place, when);
        }
        let copy = copies.as_ref();
        match copy.and_then(|copies| copies.of(&name, sha256)) {
            Some(copy) => {
                let where_it_is = format!("{}/{call}/{}", copy.place, copy.name);
                let detail = format!("{where_it_is}, {}: {content}", at(copy.at));
                Finding::new(Kind::Elsewhere, place, detail)
            }
            None => Finding::new(Kind::FileMissing, place, content),
        }
    };
    missing.iter().map(say).collect()
}

/// When and by which rule a file was deleted, if a manifest says so.
fn deletion(file: &FinishedFile, manifests: &[&Manifest]) -> Option<String> {
    let mut deletions = manifests.iter().filter_map(|one| one.deleted.as_ref());
    let deletion = deletions.find(|deletion| {
        let mut files = deletion.files.iter();
        files.any(|gone| (&gone.name, &gone.sha256) == (&file.name, &file.sha256))
    })?;
    Some(format!("{}: {}", at(deletion.at), deletion.rule))
}
