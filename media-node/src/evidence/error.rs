//! What keeps a recording from being sealed or looked at.

use crate::record::RecordError;
use crate::vault::VaultError;
use std::io;
use std::path::{Path, PathBuf};

/// Why a key, the chain or a seal could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// The disk refused.
    #[error("{}: {source}", path.display())]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A recording's list could not be read or written.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A file could not be encrypted.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// This is no Ed25519 key in PEM.
    #[error("{what}: not an Ed25519 key in PEM: {reason}")]
    Key {
        /// The file or the text.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Others may read the private key.
    #[error("{}: mode {mode:04o} lets others read the private key, it must be 0600", path.display())]
    Mode {
        /// The key's file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The end of the chain cannot be continued.
    #[error("{}: line {line} cannot be read, so nothing can be sealed behind it: {reason}", path.display())]
    Chain {
        /// The chain's file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
}

impl EvidenceError {
    /// Wraps what the system said about `path`.
    pub(crate) fn disk(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Disk { path, source }
    }
}
