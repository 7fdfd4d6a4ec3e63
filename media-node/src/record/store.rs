//! Where files go: a folder, or in tests something that fails on command.

use super::RecordError;
use super::open::{Begun, OpenCall};
use crate::vault::stored_name;
use counterpart_shared::id::CallId;
use rustix::fs::{Advice, fadvise};
use std::fs::{self, File, OpenOptions};
use std::io::{self, IoSlice, Read, Seek, Write};
use std::num::NonZeroU64;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Most files of one party and kind; a publisher who flaps must not fill the folder with files.
const MAX_FILES: u32 = 999;

/// A file that is being recorded.
pub trait Output: Write + Seek + Send {
    /// Begins to bring these bytes to the disk, and lets those go from memory that are there. It waits for none of them to arrive,
    /// but may wait until the disk takes more orders. A later [`sync`](Self::sync) has less to do, and tells what went wrong.
    fn send(&self, _bytes: Range<u64>) {}
    /// Brings what was written to the disk itself.
    fn sync(&self) -> io::Result<()>;
    /// Writes all of these, one behind the other.
    fn write_pieces(&mut self, mut pieces: &mut [IoSlice<'_>]) -> io::Result<()> {
        // Empty ones go first: nothing written means a full disk.
        IoSlice::advance_slices(&mut pieces, 0);
        while !pieces.is_empty() {
            match self.write_vectored(pieces) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(len) => IoSlice::advance_slices(&mut pieces, len),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Cuts the file to its first `len` bytes.
    fn truncate(&mut self, len: u64) -> io::Result<()>;
    /// A second handle of the same file.
    fn twin(&self) -> io::Result<Box<dyn Output>>;
}

/// Where files are made and read back.
pub trait Store: Send {
    /// Makes a new file; one that exists is an error of kind `AlreadyExists`.
    fn create(&self, name: &str) -> io::Result<Box<dyn Output>>;
    /// Opens a file to read it.
    fn open(&self, name: &str) -> io::Result<Box<dyn Read>>;
    /// Notes when a file begins, for whoever has to close it after a crash. Nothing that is in no call
    /// needs it.
    fn began(&self, _name: &str, _first_at: u64) -> Result<(), RecordError> {
        Ok(())
    }
}

/// The folder of a call below the folder of all recordings. An id of dots only would lead out of that.
pub fn call_folder(root: &Path, call: &CallId) -> Result<PathBuf, RecordError> {
    let name = call.as_str();
    if name.bytes().all(|byte| byte == b'.') {
        return Err(RecordError::disk(name)(io::ErrorKind::InvalidInput.into()));
    }
    Ok(root.join(name))
}

/// A folder on the disk.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

impl Folder {
    /// The folder, made if need be.
    pub fn create(path: impl Into<PathBuf>) -> Result<Self, RecordError> {
        let path = path.into();
        fs::create_dir_all(&path).map_err(RecordError::disk(&path.to_string_lossy()))?;
        Ok(Self(path))
    }
}

impl Store for Folder {
    fn create(&self, name: &str) -> io::Result<Box<dyn Output>> {
        let mut options = OpenOptions::new();
        let file = options
            .read(true)
            .write(true)
            .create_new(true)
            .open(self.0.join(name))?;
        Ok(Box::new(file))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn Read>> {
        Ok(Box::new(File::open(self.0.join(name))?))
    }
}

/// The folder of a call, with its `open.json`.
#[derive(Debug, Clone)]
pub struct CallFolder {
    path: PathBuf,
    call: CallId,
    folder: Folder,
}

impl CallFolder {
    /// The call's folder below `root`, made if need be.
    pub fn create(root: &Path, call: &CallId) -> Result<Self, RecordError> {
        let path = call_folder(root, call)?;
        Ok(Self {
            folder: Folder::create(&path)?,
            path,
            call: call.clone(),
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Store for CallFolder {
    fn create(&self, name: &str) -> io::Result<Box<dyn Output>> {
        if self.path.join(stored_name(name)).exists() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        self.folder.create(name)
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn Read>> {
        self.folder.open(name)
    }

    fn began(&self, name: &str, first_at: u64) -> Result<(), RecordError> {
        let name = name.to_owned();
        let note = |open: &mut OpenCall| open.begun.push(Begun { name, first_at });
        OpenCall::update(&self.path, &self.call, note).map(|_| ())
    }
}

impl Output for File {
    fn send(&self, bytes: Range<u64>) {
        // posix_fadvise(2): Linux begins to write what is to leave its cache.
        let len = NonZeroU64::new(bytes.end.saturating_sub(bytes.start));
        if len.is_some() {
            let _ = fadvise(self, bytes.start, len, Advice::DontNeed);
        }
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        self.set_len(len)
    }

    fn twin(&self) -> io::Result<Box<dyn Output>> {
        Ok(Box::new(self.try_clone()?))
    }
}

/// Makes `party.kind`, or `party.2.kind` and so on where that exists.
pub(crate) fn create_next(
    store: &dyn Store,
    party: &str,
    kind: &str,
) -> Result<(String, Box<dyn Output>), RecordError> {
    for number in 1..=MAX_FILES {
        let name = match number {
            1 => format!("{party}.{kind}"),
            number => format!("{party}.{number}.{kind}"),
        };
        match store.create(&name) {
            Ok(file) => return Ok((name, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(RecordError::disk(&name)(error)),
        }
    }
    Err(RecordError::TooManyFiles {
        party: party.to_owned(),
        count: MAX_FILES,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_call_leads_out_of_the_root() {
        let root = tempfile::tempdir().unwrap();
        let create = |call: &str| CallFolder::create(root.path(), &call.parse().unwrap());
        assert!(create("..").is_err());
        assert!(create(".").is_err());
        assert!(create("..a").is_ok());
        assert!(root.path().join("..a").is_dir());
    }
}
