//! One run over a folder: what is known, and what was found so far.

use super::files::{self, Counted};
use super::finding::{Finding, Kind};
use super::report::Report;
use super::seals::{self, Found};
use super::{Call, Given, chain};
use crate::evidence::EvidenceError;
use crate::evidence::chain::{CHAIN, Link};
use crate::record::open::{FILE_NAME, OpenCall};
use counterpart_shared::id::CallId;
use std::collections::BTreeMap;
use std::path::Path;

pub(super) struct Check {
    given: Given,
    pub(super) findings: Vec<Finding>,
    counted: Counted,
}

impl Check {
    pub(super) fn new(given: &Given) -> Self {
        Self {
            given: given.clone(),
            findings: Vec::new(),
            counted: Counted::default(),
        }
    }

    pub(super) fn note(&mut self, kind: Kind, place: impl Into<String>, detail: impl Into<String>) {
        self.findings.push(Finding::new(kind, place, detail));
    }

    pub(super) fn report(mut self, calls: usize, links: &[Link]) -> Report {
        self.findings.sort();
        let newest = links.iter().max_by_key(|link| link.seq);
        Report {
            findings: self.findings,
            calls,
            links: links.len(),
            files: self.counted.files,
            bytes: self.counted.bytes,
            head: newest.map(|link| link.sha256.clone()),
        }
    }

    /// One call without a chain.
    pub(super) fn alone(&mut self, folder: &Path, call: Call) -> Result<(), EvidenceError> {
        let links: Vec<Link> = call.parts.values().filter_map(Found::link).collect();
        let name = call.named().map(CallId::to_string).unwrap_or_default();
        let places: Vec<String> = links
            .iter()
            .map(|link| format!("seq {}", link.seq))
            .collect();
        self.note(Kind::Alone, &*name, places.join(", "));
        self.know_keys(call.parts.values());
        self.call(folder, &name, &call, &links.iter().collect::<Vec<_>>())
    }

    /// Every call that has a folder or a link.
    pub(super) fn all(
        &mut self,
        root: &Path,
        links: &[Link],
        calls: &BTreeMap<String, Call>,
    ) -> Result<(), EvidenceError> {
        self.know_keys(calls.values().flat_map(|call| call.parts.values()));
        chain::check(links, &mut self.findings);
        chain::check_head(root, links, &self.given, &mut self.findings)?;
        let of = |call: &str| {
            let links = links.iter().filter(|link| link.call.as_str() == call);
            links.collect::<Vec<_>>()
        };
        for (name, call) in calls {
            let mut its = of(name);
            if let Some(said) = call.named().filter(|said| said.as_str() != name) {
                self.note(Kind::CallRenamed, name, format!("{said} -> {name}"));
                if its.is_empty() {
                    its = of(said.as_str());
                }
            }
            self.call(&root.join(name), name, call, &its)?;
        }
        let renamed = |link: &Link| calls.values().any(|call| call.named() == Some(&link.call));
        for link in links {
            if !calls.contains_key(link.call.as_str()) && !renamed(link) {
                let detail = format!("seq {}, sha256 {}", link.seq, link.sha256);
                self.note(Kind::CallRemoved, link.call.as_str(), detail);
            }
        }
        Ok(())
    }

    /// Without a given key, that of the oldest manifest stands for all.
    fn know_keys<'a>(&mut self, parts: impl Iterator<Item = &'a Found>) {
        if !self.given.keys.is_empty() {
            return;
        }
        let seq = |part: &&Found| {
            let manifest = part.manifest.as_ref();
            manifest.map_or(u64::MAX, |manifest| manifest.chain.seq)
        };
        let key = parts.min_by_key(seq).and_then(Found::key);
        self.given.keys.extend(key);
        let detail = key.map_or_else(String::new, |key| format!("key {key}"));
        self.note(Kind::KeyUnknown, CHAIN, detail);
    }

    /// What is not sealed of a call; a list that cannot be read lists nothing.
    fn open(&mut self, folder: &Path, call: &Call, id: &CallId) -> OpenCall {
        OpenCall::read(folder, id).unwrap_or_else(|error| {
            // A sealed manifest that cannot be read is found without this.
            if call.parts.is_empty() || folder.join(FILE_NAME).exists() {
                let place = format!("{id}/{FILE_NAME}");
                self.note(Kind::ManifestMissing, place, error.to_string());
            }
            OpenCall::new(id)
        })
    }

    fn call(
        &mut self,
        folder: &Path,
        name: &str,
        call: &Call,
        links: &[&Link],
    ) -> Result<(), EvidenceError> {
        let found = seals::check((folder, name), &call.parts, links, &self.given);
        self.findings.extend(found);
        let Ok(id) = name.parse() else {
            self.note(Kind::FileAdded, name, "");
            return Ok(());
        };
        let open = self.open(folder, call, &id);
        let manifests: Vec<_> = call.manifests().collect();
        let sealed = manifests.iter();
        let sealed: Vec<_> = sealed.flat_map(|manifest| &manifest.files).collect();
        let unsealed = open.files.iter().filter(|file| !sealed.contains(file));
        let unsealed = unsealed.map(|file| &file.name);
        let begun = open.begun.iter().map(|begun| &begun.name);
        let unsealed: Vec<_> = unsealed.chain(begun).collect();
        if !unsealed.is_empty() || (call.parts.is_empty() && links.is_empty()) {
            self.note(Kind::NotSealed, name, format!("{unsealed:?}"));
        }
        let found = files::check(
            folder,
            name,
            (&manifests, &sealed),
            &open,
            &mut self.counted,
        )?;
        self.findings.extend(found);
        let listed = sealed.iter().copied();
        let listed = listed.chain(open.files.iter().filter(|file| !sealed.contains(file)));
        self.findings.extend(files::gaps(name, listed));
        Ok(())
    }
}
