//! Why a recording stopped.

use crate::archive::Shortage;
use crate::vault::VaultError;
use std::io;

/// What ends a recording. Faults of the media never do; they are counted in
/// [`RecordStats`](super::RecordStats).
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The disk refused.
    #[error("{file}: {source}")]
    Disk {
        /// Name of the file.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// The folder holds too many files of this party.
    #[error("{party}: {count} files already")]
    TooManyFiles {
        /// The party.
        party: String,
        /// Files that are there.
        count: u32,
    },
    /// Too little of the disk is free.
    #[error("{0}")]
    NoSpace(Shortage),
    /// A file could not be encrypted or decrypted.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The recording thread could not start or has died.
    #[error("recording thread: {0}")]
    Thread(String),
}

impl RecordError {
    /// Wraps what the system said about `file`.
    pub(crate) fn disk(file: &str) -> impl FnOnce(io::Error) -> Self + use<> {
        let file = file.to_owned();
        move |source| Self::Disk { file, source }
    }

    /// Whether the disk is full, or the quota is.
    pub fn is_full(&self) -> bool {
        use io::ErrorKind::{QuotaExceeded, StorageFull, WriteZero};
        match self {
            Self::Disk { source, .. } => {
                matches!(source.kind(), StorageFull | QuotaExceeded | WriteZero)
            }
            Self::NoSpace(_) => true,
            _ => false,
        }
    }
}
