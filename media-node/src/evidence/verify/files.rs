//! The files of one call: is each there, as listed, and nothing else?

use super::absent::absent;
use super::finding::{Finding, Kind};
use crate::archive::COPIES;
use crate::evidence::{EvidenceError, Manifest};
use crate::record::file::hash;
use crate::record::open::{FILE_NAME, OpenCall, part_of};
use crate::record::{FinishedFile, Origin};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;

/// Two files of a party this far apart leave a gap between them.
const APART_MS: u64 = 1_000;

/// What was looked at.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub(super) files: u64,
    pub(super) bytes: u64,
}

/// Checks the files in a call's folder against those that are listed; `open` is what is not sealed yet.
pub(super) fn check(
    folder: &Path,
    call: &str,
    (manifests, sealed): (&[&Manifest], &[&FinishedFile]),
    open: &OpenCall,
    counted: &mut Counted,
) -> Result<Vec<Finding>, EvidenceError> {
    let mut findings = Vec::new();
    let listed: BTreeMap<&str, &FinishedFile> = sealed
        .iter()
        .copied()
        .chain(&open.files)
        .map(|file| (&*file.name, file))
        .collect();
    let mut there = names(folder)?;
    let mut missing = Vec::new();
    for file in listed.values() {
        let (name, stored) = (file.stored_name(), file.stored());
        if !there.contains(&name) {
            missing.push(*file);
            continue;
        }
        there.retain(|other| *other != name);
        counted.files += 1;
        let found = hash_of(&folder.join(&name))?;
        counted.bytes += found.0;
        if (found.0, &*found.1) != stored {
            let place = format!("{call}/{name}");
            let detail = format!(
                "{} bytes, sha256 {}; {} bytes, sha256 {}",
                found.0, found.1, stored.0, stored.1
            );
            findings.push(Finding::new(Kind::FileChanged, place, detail));
        }
    }
    there.retain(|name| open.began(name).is_none() && !is_list(name));
    for name in there {
        let found = hash_of(&folder.join(&name))?;
        let renamed = missing
            .iter()
            .position(|file| file.stored() == (found.0, &*found.1));
        let place = format!("{call}/{name}");
        match renamed {
            Some(at) => {
                let detail = format!("{} -> {name}", missing.swap_remove(at).stored_name());
                findings.push(Finding::new(Kind::FileRenamed, place, detail));
            }
            None => {
                let detail = format!("{} bytes, sha256 {}", found.0, found.1);
                findings.push(Finding::new(Kind::FileAdded, place, detail));
            }
        }
    }
    findings.extend(absent((folder, call), &missing, manifests));
    Ok(findings)
}

/// Where something is missing from the recording itself, by what its lists say.
pub(super) fn gaps<'a>(call: &str, files: impl Iterator<Item = &'a FinishedFile>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut by_track: BTreeMap<(&str, &str), Vec<&FinishedFile>> = BTreeMap::new();
    for file in files.filter(|file| file.origin == Origin::Received) {
        let place = format!("{call}/{}", file.name);
        if file.cut {
            let end = file.first_at.saturating_add(file.duration_ms);
            findings.push(Finding::new(Kind::Cut, &*place, at(end)));
        }
        for gap in &file.gaps {
            let track = format!("{:?}", gap.track).to_lowercase();
            let detail = format!("{track}: {}", between(gap.from, gap.to));
            findings.push(Finding::new(Kind::Gap, &*place, detail));
        }
        let mut parts = file.name.split('.');
        if let (Some(party), Some(kind)) = (parts.next(), parts.next_back()) {
            by_track.entry((party, kind)).or_default().push(file);
        }
    }
    for ((party, kind), mut files) in by_track {
        files.sort_by_key(|file| file.first_at);
        for pair in files.windows(2) {
            let [before, file] = pair else { continue };
            let end = before.first_at.saturating_add(before.duration_ms);
            if file.first_at.saturating_sub(end) > APART_MS {
                let detail = format!(
                    "{} … {}: {}",
                    before.name,
                    file.name,
                    between(end, file.first_at)
                );
                findings.push(Finding::new(
                    Kind::Gap,
                    format!("{call}/{party}.*{kind}"),
                    detail,
                ));
            }
        }
    }
    findings
}

fn between(from: u64, to: u64) -> String {
    let seconds = to.saturating_sub(from) as f64 / 1000.0;
    format!("{} … {} ({seconds:.1} s)", at(from), at(to))
}

/// A time as an auditor reads it.
pub(super) fn at(unix_ms: u64) -> String {
    let nanos = i128::from(unix_ms) * 1_000_000;
    match time::OffsetDateTime::from_unix_timestamp_nanos(nanos) {
        Ok(at) => format!(
            "{} {:02}:{:02}:{:02}.{:03} UTC",
            at.date(),
            at.hour(),
            at.minute(),
            at.second(),
            at.millisecond()
        ),
        Err(_) => unix_ms.to_string(),
    }
}

/// Lists, manifests and signatures are looked at on their own.
fn is_list(name: &str) -> bool {
    let name = name
        .strip_prefix('.')
        .filter(|name| part_of(name).is_some())
        .unwrap_or(name);
    let manifest = name.strip_suffix("sig").map(|stem| format!("{stem}json"));
    name == FILE_NAME
        || name == COPIES
        || part_of(name).is_some()
        || manifest.is_some_and(|name| part_of(&name).is_some())
}

fn names(folder: &Path) -> Result<Vec<String>, EvidenceError> {
    let entries = fs::read_dir(folder).map_err(EvidenceError::disk(folder))?;
    let names = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    Ok(names)
}

fn hash_of(path: &Path) -> Result<(u64, String), EvidenceError> {
    if path.is_dir() {
        return Ok((0, String::new()));
    }
    let hashed = File::open(path).and_then(hash);
    hashed.map_err(EvidenceError::disk(path))
}
