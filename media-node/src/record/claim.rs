//! One node at a time writes into a folder of recordings.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The folder is this process's own until this is dropped, or the process ends in any way.
#[derive(Debug)]
pub struct Claim {
    _folder: File,
}

/// Why a folder cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
    /// Two nodes would finish, seal and number each other's recordings.
    #[error("another node writes into {}; give each node a folder of its own", .0.display())]
    Taken(PathBuf),
    /// The system said no.
    #[error("{} cannot be used: {why}", .folder.display())]
    Io {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        why: io::Error,
    },
}

impl Claim {
    /// Makes the folder where it is missing, and takes it.
    ///
    /// # Errors
    /// When another process has it, or it cannot be made or opened.
    pub fn new(folder: &Path) -> Result<Self, ClaimError> {
        let failed = |why| ClaimError::Io {
            folder: folder.to_owned(),
            why,
        };
        std::fs::create_dir_all(folder).map_err(failed)?;
        let opened = File::open(folder).map_err(failed)?;
        match opened.try_lock() {
            Ok(()) => Ok(Self { _folder: opened }),
            Err(TryLockError::WouldBlock) => Err(ClaimError::Taken(folder.to_owned())),
            Err(TryLockError::Error(why)) => Err(failed(why)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Claim, ClaimError};

    #[test]
    fn a_folder_is_one_nodes_until_it_ends() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("recordings");
        let first = Claim::new(&folder).unwrap();
        let second = Claim::new(&folder);
        assert!(
            matches!(&second, Err(ClaimError::Taken(taken)) if *taken == folder),
            "{second:?}"
        );
        drop(first);
        Claim::new(&folder).unwrap();
    }

    #[test]
    fn what_is_no_folder_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = Claim::new(file.path()).unwrap_err().to_string();
        assert!(
            error.contains(&file.path().display().to_string()),
            "{error}"
        );
    }
}
