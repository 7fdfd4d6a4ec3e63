//! Why nothing could be made from a recording.

use crate::evidence::EvidenceError;
use crate::record::RecordError;
use std::io;
use std::path::{Path, PathBuf};

/// What ends the making of a file. Media that cannot be decoded do not: their place stays empty.
#[derive(Debug, thiserror::Error)]
pub enum DeriveError {
    /// The disk refused.
    #[error("{}: {source}", path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file could not be written or listed.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The recording's manifests could not be read, or the new one not be sealed.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// Its time line is longer than any call.
    #[error("the time line has {0} ms, which is no call")]
    TooLong(u64),
    /// Something that was sent could not be borne.
    #[error("making it has failed, see the log")]
    Panic,
    /// The encoder of pictures or sound refused.
    #[error("{what} cannot be encoded: {reason}")]
    Encoder {
        /// Pictures or sound.
        what: &'static str,
        /// What it said.
        reason: String,
    },
}

impl DeriveError {
    /// Wraps what the system said about `path`.
    pub(super) fn disk(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Disk { path, source }
    }

    /// Wraps what an encoder said.
    pub(super) fn encoder<E: std::fmt::Display>(what: &'static str) -> impl Fn(E) -> Self {
        move |error| Self::Encoder {
            what,
            reason: error.to_string(),
        }
    }
}
