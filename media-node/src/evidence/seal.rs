//! Sealing: from `open.json` to a signed manifest in the chain.
//!
//! The manifest is written under a draft's name first, then its link is appended: from then on it is
//! sealed. Only after that the signature is written beside it, the draft gets its name, and `open.json`
//! goes. A process that dies on the way is completed by the next start, from the link and the draft.

use super::chain::{Chain, Head, Link, ZERO};
use super::manifest::{Content, Deletion, Manifest, Place, manifest_name, signature_name};
use super::{EvidenceError, NodeKey};
use crate::clock::unix_ms;
use crate::record::FinishedFile;
use crate::record::file::hash;
use crate::record::open::{OpenCall, draft_of, replace, sync_folder, write_synced};
use crate::vault::{CallKey, Vault, lock};
use counterpart_shared::id::{CallId, NodeId};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A manifest that was sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Its place in the chain.
    pub link: Link,
    /// What it says.
    pub manifest: Manifest,
}

/// Seals calls one after the other; the order of sealing is the order of the chain.
#[derive(Debug)]
pub struct Sealer {
    root: PathBuf,
    node: NodeId,
    key: NodeKey,
    vault: Vault,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    chain: Chain,
    /// A link that stands in the chain but whose manifest has not got its name yet.
    pending: Option<Link>,
}

impl Sealer {
    /// Reads the chain below `root` and completes what a killed process left half sealed.
    ///
    /// # Errors
    /// When the chain cannot be read or continued.
    pub fn open(root: &Path, node: NodeId, key: NodeKey) -> Result<Self, EvidenceError> {
        fs::create_dir_all(root).map_err(EvidenceError::disk(root))?;
        let (chain, links) = Chain::open(root)?;
        let sealer = Self {
            root: root.to_owned(),
            node,
            key,
            vault: Vault::default(),
            state: Mutex::new(State {
                chain,
                pending: None,
            }),
        };
        for link in &links {
            if let Err(error) = sealer.complete(link) {
                tracing::error!(call = %link.call, %error, "a seal cannot be completed");
            }
        }
        sealer.write_head(links.last())?;
        Ok(sealer)
    }

    /// Encrypts from now on what it seals, if the vault has a key.
    #[must_use]
    pub fn with_vault(self, vault: Vault) -> Self {
        Self { vault, ..self }
    }

    /// What it encrypts with.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Seals what is finished of a call; nothing if that is nothing.
    ///
    /// # Errors
    /// When the disk refuses. What was listed stays listed, and the next attempt goes on from there.
    pub fn seal(&self, call: &CallId) -> Result<Option<Sealed>, EvidenceError> {
        let mut state = self.ready()?;
        let folder = self.folder(call);
        let open = prune(&folder, call)?;
        if open.files.is_empty() {
            return Ok(None);
        }
        let open = self.encrypt(&folder, call, open)?;
        let deleted = None;
        let sealed = self.append(&mut state, &folder, Content { open, deleted })?;
        prune(&folder, call)?;
        Ok(Some(sealed))
    }

    /// Seals that files of a call are deleted. They may go once this has returned.
    ///
    /// # Errors
    /// When the disk refuses; then nothing may go.
    pub fn seal_deletion(
        &self,
        call: &CallId,
        deletion: Deletion,
    ) -> Result<Sealed, EvidenceError> {
        let mut state = self.ready()?;
        let content = Content {
            open: OpenCall::new(call),
            deleted: Some(deletion),
        };
        self.append(&mut state, &self.folder(call), content)
    }

    /// Encrypts what is finished of a call, and takes away what is encrypted.
    fn encrypt(
        &self,
        folder: &Path,
        call: &CallId,
        open: OpenCall,
    ) -> Result<OpenCall, EvidenceError> {
        let plain = open.files.iter().filter(|file| file.encrypted.is_none());
        let plain: Vec<&FinishedFile> = plain.collect();
        let Some(key) = self
            .key_of(call, folder, &open)?
            .filter(|_| !plain.is_empty())
        else {
            return Ok(open);
        };
        let mut locked = Vec::new();
        for file in plain {
            locked.extend(lock(folder, file, &key)?.map(|encrypted| (file, encrypted)));
        }
        let mut gone = Vec::new();
        let changed = OpenCall::update(folder, call, |open| {
            // What was written anew meanwhile is sealed as it is.
            locked.retain(|(file, _)| open.files.contains(file));
            gone.extend(locked.iter().map(|(file, _)| folder.join(&file.name)));
            open.add(locked.into_iter().map(|(_, encrypted)| encrypted));
        })?;
        for path in gone {
            let removed = fs::remove_file(&path).and_then(|()| sync_folder(&path));
            removed.map_err(EvidenceError::disk(&path))?;
        }
        Ok(changed)
    }

    /// The key of a call: the one that it has, if that can be unwrapped, or else a new one.
    fn key_of(
        &self,
        call: &CallId,
        folder: &Path,
        open: &OpenCall,
    ) -> Result<Option<CallKey>, EvidenceError> {
        let sealed = Manifest::read_all(folder)?;
        let sealed = sealed.iter().flat_map(|manifest| &manifest.files);
        let mut known = sealed.chain(&open.files).filter_map(|file| {
            let encrypted = file.encrypted.as_ref()?;
            self.vault.unwrap(call, &file.name, encrypted).ok()
        });
        Ok(known.next().or_else(|| self.vault.make(call)))
    }

    /// The chain, with nothing half sealed.
    fn ready(&self) -> Result<MutexGuard<'_, State>, EvidenceError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(link) = state.pending.clone() {
            self.complete(&link)?;
            state.pending = None;
        }
        Ok(state)
    }

    fn append(
        &self,
        state: &mut State,
        folder: &Path,
        content: Content,
    ) -> Result<Sealed, EvidenceError> {
        let (link, manifest) = self.draft(folder, content, state.chain.newest())?;
        state.chain.append(link.clone())?;
        state.pending = Some(link.clone());
        self.complete(&link)?;
        state.pending = None;
        self.write_head(Some(&link))?;
        tracing::info!(call = %link.call, seq = link.seq, part = link.part, sha256 = link.sha256, "sealed");
        Ok(Sealed { link, manifest })
    }

    fn folder(&self, call: &CallId) -> PathBuf {
        self.root.join(call.as_str())
    }

    /// Writes the manifest under its draft's name.
    fn draft(
        &self,
        folder: &Path,
        content: Content,
        newest: Option<&Link>,
    ) -> Result<(Link, Manifest), EvidenceError> {
        let part = Manifest::read_all(folder)?.len() as u32 + 1;
        let place = Place {
            seq: newest.map_or(1, |link| link.seq + 1),
            previous: newest.map_or(ZERO, |link| &link.sha256).to_owned(),
        };
        let manifest = Manifest::of(content, part, &self.node, place, self.key.public());
        let draft = draft_of(&folder.join(manifest_name(part)));
        let disk = EvidenceError::disk(&draft);
        let written = manifest.to_bytes().map_err(io::Error::from);
        let written = written.and_then(|bytes| write_synced(&draft, &bytes).map(|()| bytes));
        let bytes = written.map_err(disk)?;
        let hashed = hash(&bytes[..]).map_err(EvidenceError::disk(&draft))?;
        let link = Link {
            seq: manifest.chain.seq,
            call: manifest.call.clone(),
            part,
            sha256: hashed.1,
            previous: manifest.chain.previous.clone(),
            signature: Link::encode_signature(&self.key.sign(&bytes)),
        };
        Ok((link, manifest))
    }

    /// Gives the draft of a link its name, and its signature beside it. Without a draft that was done.
    fn complete(&self, link: &Link) -> Result<(), EvidenceError> {
        let folder = self.folder(&link.call);
        let path = folder.join(manifest_name(link.part));
        let draft = draft_of(&path);
        if !is(&draft, &link.sha256) {
            return Ok(());
        }
        let signature = folder.join(signature_name(link.part));
        replace(&signature, &link.signature()).map_err(EvidenceError::disk(&signature))?;
        let named = fs::rename(&draft, &path).and_then(|()| sync_folder(&path));
        named.map_err(EvidenceError::disk(&path))
    }

    fn write_head(&self, newest: Option<&Link>) -> Result<(), EvidenceError> {
        match newest {
            Some(link) => Head::sign(&self.node, link, unix_ms(), &self.key).write(&self.root),
            None => Ok(()),
        }
    }
}

/// Takes out of a call's `open.json` what its manifests list.
fn prune(folder: &Path, call: &CallId) -> Result<OpenCall, EvidenceError> {
    let sealed = Manifest::read_all(folder)?;
    let open = OpenCall::read(folder, call)?;
    if sealed.is_empty() {
        return Ok(open);
    }
    Ok(OpenCall::update(folder, call, |open| {
        for manifest in &sealed {
            open.files.retain(|file| !manifest.files.contains(file));
            let published = &manifest.published;
            open.published.retain(|one| !published.contains(one));
        }
    })?)
}

fn is(path: &Path, sha256: &str) -> bool {
    let hashed = File::open(path).and_then(hash);
    hashed.is_ok_and(|(_, found)| found == sha256)
}
