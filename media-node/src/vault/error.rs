//! What keeps a file from being encrypted or read.

use std::io;
use std::path::{Path, PathBuf};

/// Why something was not encrypted or decrypted.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The disk refused.
    #[error("{}: {source}", path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file of the operator's keys can be read by others.
    #[error("{}: mode {mode:o}, but only the owner may read it", path.display())]
    Mode {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The file of the operator's keys has none, or a line that is none.
    #[error("{}, line {line}: no base64 of 32 bytes", path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// The key that wraps the call's key is not among the operator's.
    #[error("{file}: needs the key {by}, which is not configured")]
    NoKey {
        /// The encrypted file.
        file: String,
        /// Which key it needs.
        by: String,
    },
    /// The call's key does not come out of its wrapping: it was changed, or belongs to another call.
    #[error("{file}: its key cannot be unwrapped by the key {by}")]
    Wrapping {
        /// The encrypted file.
        file: String,
        /// Which key wraps it.
        by: String,
    },
    /// The file does not begin as an encrypted one.
    #[error("{file}: is not in the encrypted form")]
    Form {
        /// The file.
        file: String,
    },
    /// A piece is not the one that was encrypted here.
    #[error("{file}: piece {piece} was changed")]
    Changed {
        /// The file.
        file: String,
        /// The piece, from 0.
        piece: u32,
    },
    /// The file is longer than the form can count.
    #[error("{file}: too long to be encrypted")]
    TooLong {
        /// The file.
        file: String,
    },
}

impl VaultError {
    /// Wraps what the system said about `path`.
    pub(super) fn disk(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Disk { path, source }
    }
}

impl From<VaultError> for io::Error {
    fn from(error: VaultError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}
