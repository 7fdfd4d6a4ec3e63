//! The manifests of one call: are they those that were sealed, and by whom?

use super::Given;
use super::finding::{Finding, Kind};
use crate::evidence::chain::Link;
use crate::evidence::manifest::{Manifest, manifest_name, signature_name};
use crate::evidence::{EvidenceError, VerifyKey};
use crate::record::file::hash;
use crate::record::open::{draft_of, part_of};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// A manifest as it lies in the folder.
pub(super) struct Found {
    bytes: Vec<u8>,
    signature: Option<Vec<u8>>,
    /// What it says, if it can be read.
    pub(super) manifest: Option<Manifest>,
}

impl Found {
    /// The link that belongs to it, where no chain is at hand.
    pub(super) fn link(&self) -> Option<Link> {
        let manifest = self.manifest.as_ref()?;
        let signature = self.signature.as_deref().unwrap_or_default();
        Some(Link {
            seq: manifest.chain.seq,
            call: manifest.call.clone(),
            part: manifest.part,
            sha256: sha256(&self.bytes),
            previous: manifest.chain.previous.clone(),
            signature: Link::encode_signature(signature),
        })
    }

    /// The key that it names.
    pub(super) fn key(&self) -> Option<VerifyKey> {
        VerifyKey::from_text(&self.manifest.as_ref()?.key)
    }
}

/// The sealed manifests in a call's folder, by part. The first version's list is none of them.
pub(super) fn read(folder: &Path) -> Result<BTreeMap<u32, Found>, EvidenceError> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    let mut parts = BTreeMap::new();
    for entry in fs::read_dir(folder)
        .map_err(EvidenceError::disk(folder))?
        .flatten()
    {
        let Some(part) = entry.file_name().to_str().and_then(part_of) else {
            continue;
        };
        let path = entry.path();
        let bytes = fs::read(&path).map_err(EvidenceError::disk(&path))?;
        let first_version = serde_json::from_slice::<Versioned>(&bytes)
            .is_ok_and(|versioned| versioned.version == 1);
        if first_version {
            continue;
        }
        let path = folder.join(signature_name(part));
        let signature = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            other => Some(other.map_err(EvidenceError::disk(&path))?),
        };
        let manifest = serde_json::from_slice(&bytes).ok();
        let found = Found {
            bytes,
            signature,
            manifest,
        };
        parts.insert(part, found);
    }
    Ok(parts)
}

/// Checks the manifests of a call against their links.
pub(super) fn check(
    (folder, call): (&Path, &str),
    parts: &BTreeMap<u32, Found>,
    links: &[&Link],
    given: &Given,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for link in links {
        match parts.get(&link.part) {
            None => {
                let name = manifest_name(link.part);
                let kind = match is_draft(&folder.join(&name), link) {
                    true => Kind::NotSealed,
                    false => Kind::ManifestMissing,
                };
                let detail = format!("seq {}, sha256 {}", link.seq, link.sha256);
                findings.push(Finding::new(kind, format!("{call}/{name}"), detail));
            }
            Some(part) => findings.extend(check_part(call, part, link, given)),
        }
    }
    for (number, part) in parts {
        if links.iter().any(|link| link.part == *number) {
            continue;
        }
        let place = format!("{call}/{}", manifest_name(*number));
        let said = part.manifest.as_ref();
        let detail = said.map_or_else(String::new, |manifest| {
            format!(
                "seq {}, previous {}",
                manifest.chain.seq, manifest.chain.previous
            )
        });
        let kind = match said {
            Some(_) => Kind::CallRemoved,
            None => Kind::ManifestMissing,
        };
        findings.push(Finding::new(kind, place, detail));
    }
    findings
}

/// Whether the node was about to give a sealed manifest its name.
fn is_draft(path: &Path, link: &Link) -> bool {
    let draft = fs::read(draft_of(path));
    draft.is_ok_and(|bytes| sha256(&bytes) == link.sha256)
}

fn check_part(call: &str, part: &Found, link: &Link, given: &Given) -> Option<Finding> {
    let place = format!("{call}/{}", manifest_name(link.part));
    let found = sha256(&part.bytes);
    if found != link.sha256 {
        return Some(changed(place, part, link, &found));
    }
    let Some(manifest) = &part.manifest else {
        return Some(Finding::new(Kind::ManifestMissing, place, "JSON?"));
    };
    let named = VerifyKey::from_text(&manifest.key);
    let trusted = named.filter(|key| given.trusts(key));
    let Some(key) = trusted else {
        return Some(Finding::new(
            Kind::OtherKey,
            place,
            format!("key {}", manifest.key),
        ));
    };
    let in_chain = key.verifies(&part.bytes, &link.signature());
    let beside = part.signature.as_deref();
    let beside = beside.is_some_and(|signature| key.verifies(&part.bytes, signature));
    let name = format!("{call}/{}", signature_name(link.part));
    match (in_chain, beside) {
        (true, true) => differs(manifest, link),
        (true, false) => Some(Finding::new(
            Kind::SignatureWrong,
            name,
            format!("key {key}"),
        )),
        (false, true) => Some(Finding::new(
            Kind::LinkChanged,
            format!("{} seq {}", crate::evidence::CHAIN, link.seq),
            format!("signature {}", link.signature),
        )),
        (false, false) => {
            let detail = format!("sha256 {found}, key {key}");
            Some(Finding::new(Kind::SignatureWrong, place, detail))
        }
    }
}

/// The manifest's hash is not the chain's: which of them was changed is told by the signature.
fn changed(place: String, part: &Found, link: &Link, found: &str) -> Finding {
    let signed = part
        .key()
        .is_some_and(|key| key.verifies(&part.bytes, &link.signature()));
    let detail = format!(
        "sha256 {found}, {}: {}",
        crate::evidence::CHAIN,
        link.sha256
    );
    if signed {
        let place = format!("{} seq {}", crate::evidence::CHAIN, link.seq);
        return Finding::new(Kind::LinkChanged, place, detail);
    }
    Finding::new(Kind::ManifestChanged, place, detail)
}

/// What the line of the chain and the signed manifest both say must be the same.
fn differs(manifest: &Manifest, link: &Link) -> Option<Finding> {
    let signed = (
        manifest.chain.seq,
        &manifest.chain.previous,
        &manifest.call,
        manifest.part,
    );
    let said = (link.seq, &link.previous, &link.call, link.part);
    (signed != said).then(|| {
        let place = format!("{} seq {}", crate::evidence::CHAIN, link.seq);
        Finding::new(Kind::LinkChanged, place, format!("{said:?}, {signed:?}"))
    })
}

fn sha256(bytes: &[u8]) -> String {
    hash(bytes).map(|(_, sha256)| sha256).unwrap_or_default()
}
