//! What keeps a copy from being made.

use crate::evidence::EvidenceError;
use crate::record::RecordError;
use std::io;
use std::path::{Path, PathBuf};

/// Why something was not copied, read back or deleted.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The disk of the recordings refused.
    #[error("{}: {source}", path.display())]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder of the copies is not there; perhaps its disk is not mounted.
    #[error("{}: no such folder", .0.display())]
    NoFolder(PathBuf),
    /// The store refused, or did not answer in time.
    #[error("{object}: {source}")]
    Store {
        /// The object's name.
        object: String,
        /// What was said.
        source: object_store::Error,
    },
    /// What was read back is not what was written.
    #[error("{object}: {found} came back, {expected} was written")]
    Differs {
        /// The object's name.
        object: String,
        /// Bytes and SHA-256 of what came back.
        found: String,
        /// Bytes and SHA-256 of what was written.
        expected: String,
    },
    /// A file is not what the sealed manifest says; such a file is copied nowhere.
    #[error("{}: the file is not the one that was sealed", .0.display())]
    Damaged(PathBuf),
    /// A list of the recording could not be read or written.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A manifest could not be read or sealed.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
}

impl ArchiveError {
    /// Wraps what the system said about `path`.
    pub(super) fn disk(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Disk { path, source }
    }

    /// Wraps what the store said about an object.
    pub(super) fn store(object: &str) -> impl FnOnce(object_store::Error) -> Self + use<> {
        let object = object.to_owned();
        move |source| Self::Store { object, source }
    }
}
