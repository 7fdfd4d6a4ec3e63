//! `copies.json` in a call's folder: which of its files were found whole elsewhere.

use super::ArchiveError;
use crate::record::open::replace;
use counterpart_shared::id::CallId;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Its name.
pub const COPIES: &str = "copies.json";
const VERSION: u32 = 1;

/// A copy that was read back and had the right hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copy {
    /// Name within the folder of the call.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the content, lower-case hex.
    pub sha256: String,
    /// Where it is, without the names of call and file: `s3://BUCKET/PREFIX/NODE` or a folder.
    pub place: String,
    /// When it was read back, in UNIX milliseconds.
    pub at: u64,
}

/// The content of `copies.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copies {
    /// Version of this form: 1.
    pub version: u32,
    /// The call.
    pub call: CallId,
    /// The copies, by name.
    pub files: Vec<Copy>,
}

impl Copies {
    /// Reads the list in `folder`; an empty one if there is none.
    ///
    /// # Errors
    /// When there is one that cannot be read.
    pub fn read(folder: &Path, call: &CallId) -> Result<Self, ArchiveError> {
        let path = folder.join(COPIES);
        match fs::read(&path) {
            Ok(json) => serde_json::from_slice(&json)
                .map_err(|error| ArchiveError::disk(&path)(error.into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self {
                version: VERSION,
                call: call.clone(),
                files: Vec::new(),
            }),
            Err(error) => Err(ArchiveError::disk(&path)(error)),
        }
    }

    /// Changes the list in `folder`.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub(super) fn update(
        folder: &Path,
        call: &CallId,
        change: impl FnOnce(&mut Self),
    ) -> Result<(), ArchiveError> {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _guard = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let mut copies = Self::read(folder, call)?;
        change(&mut copies);
        copies.files.sort_by(|a, b| a.name.cmp(&b.name));
        let path = folder.join(COPIES);
        let json = serde_json::to_vec_pretty(&copies).map_err(io::Error::from);
        let written = json.and_then(|json| replace(&path, &json));
        written.map_err(ArchiveError::disk(&path))
    }

    /// The copy of a file with this hash.
    pub fn of(&self, name: &str, sha256: &str) -> Option<&Copy> {
        let mut files = self.files.iter();
        files.find(|copy| copy.name == name && copy.sha256 == sha256)
    }

    /// Notes a copy; one of the same name is replaced.
    pub(super) fn add(&mut self, copy: Copy) {
        self.files.retain(|known| known.name != copy.name);
        self.files.push(copy);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stored_form_is_pinned() {
        let folder = tempfile::tempdir().unwrap();
        let call: CallId = "c1".parse().unwrap();
        let copy = Copy {
            name: "caller.mp4".to_owned(),
            bytes: 2,
            sha256: "ab".to_owned(),
            place: "s3://calls/x/n1".to_owned(),
            at: 5,
        };
        Copies::update(folder.path(), &call, |copies| copies.add(copy.clone())).unwrap();
        Copies::update(folder.path(), &call, |copies| copies.add(copy.clone())).unwrap();
        let read = Copies::read(folder.path(), &call).unwrap();
        let pinned = concat!(
            r#"{"version":1,"call":"c1","files":[{"name":"caller.mp4","bytes":2,"#,
            r#""sha256":"ab","place":"s3://calls/x/n1","at":5}]}"#
        );
        assert_eq!(serde_json::to_string(&read).unwrap(), pinned);
        assert_eq!(read.of("caller.mp4", "ab"), Some(&copy));
        assert_eq!(read.of("caller.mp4", "cd"), None);
        let json = fs::read(folder.path().join(COPIES)).unwrap();
        assert_eq!(serde_json::from_slice::<Copies>(&json).unwrap(), read);
    }
}
