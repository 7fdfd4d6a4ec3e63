//! `counterpart-node verify`: checks files, signatures and chain with public keys only.
//!
//! The folder is a node's whole recording folder, or the folder of one call. Nothing in it is changed.

mod absent;
mod chain;
mod check;
mod files;
mod finding;
mod report;
mod seals;

pub use finding::{Finding, Kind};
pub use report::Report;

use super::chain::{CHAIN, HEAD};
use super::manifest::Manifest;
use super::{EvidenceError, VerifyKey};
use crate::derive::WORK;
use check::Check;
use counterpart_shared::id::CallId;
use seals::Found;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What the auditor knows beforehand.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// Public keys of the node; every signature must be by one of them.
    pub keys: Vec<VerifyKey>,
    /// Hashes of manifests that were noted elsewhere and must be in the chain.
    pub heads: Vec<String>,
}

impl Given {
    fn trusts(&self, key: &VerifyKey) -> bool {
        self.keys.contains(key)
    }
}

/// Checks a folder.
///
/// # Errors
/// When something cannot be read at all.
pub fn verify(folder: &Path, given: &Given) -> Result<Report, EvidenceError> {
    let mut check = Check::new(given);
    let is_call = !folder.join(CHAIN).exists() && !seals::read(folder)?.is_empty();
    if is_call {
        let call = Call::read(folder)?;
        check.alone(folder, call)?;
        return Ok(check.report(1, &[]));
    }
    // Calls first: what is sealed meanwhile is in the chain then, and looked at again.
    let mut calls = calls(folder, &mut check)?;
    let links = chain::read(folder, &mut check.findings)?;
    for link in &links {
        if let Some(call) = calls.get_mut(link.call.as_str())
            && !call.parts.contains_key(&link.part)
        {
            *call = Call::read(&folder.join(link.call.as_str()))?;
        }
    }
    check.all(folder, &links, &calls)?;
    Ok(check.report(calls.len(), &links))
}

/// What one call's folder holds.
struct Call {
    parts: BTreeMap<u32, Found>,
}

impl Call {
    fn read(folder: &Path) -> Result<Self, EvidenceError> {
        let parts = seals::read(folder)?;
        Ok(Self { parts })
    }

    fn manifests(&self) -> impl Iterator<Item = &Manifest> {
        let parts = self.parts.values();
        parts.filter_map(|part| part.manifest.as_ref())
    }

    /// The call that its manifests name.
    fn named(&self) -> Option<&CallId> {
        self.manifests().next().map(|manifest| &manifest.call)
    }
}

/// The calls below a recording folder, by the names of their folders.
fn calls(root: &Path, check: &mut Check) -> Result<BTreeMap<String, Call>, EvidenceError> {
    let mut calls = BTreeMap::new();
    let entries = fs::read_dir(root).map_err(EvidenceError::disk(root))?;
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            if name != WORK {
                calls.insert(name, Call::read(&entry.path())?);
            }
        } else if name != CHAIN && name != HEAD {
            check.note(Kind::FileAdded, name, "");
        }
    }
    Ok(calls)
}

/// A line of the chain that the node was writing when it died.
fn is_torn(line: &[u8]) -> bool {
    !line.ends_with(b"\n")
}
