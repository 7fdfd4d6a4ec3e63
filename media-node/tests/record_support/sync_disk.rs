//! A disk that brings files to where they stay as a test wishes.

use counterpart_node::record::store::{Folder, Output, Store};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Is called with a file's path before it is synced.
type BeforeSync = Arc<dyn Fn(&Path) -> io::Result<()> + Send + Sync>;

/// A folder whose files are synced as somebody wishes.
pub(crate) struct SyncDisk {
    folder: Folder,
    path: PathBuf,
    before: BeforeSync,
}

impl SyncDisk {
    pub(crate) fn new(
        path: &Path,
        before: impl Fn(&Path) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self {
            folder: Folder::create(path).unwrap(),
            path: path.to_owned(),
            before: Arc::new(before),
        }
    }
}

impl Store for SyncDisk {
    fn create(&self, name: &str) -> io::Result<Box<dyn Output>> {
        Ok(Box::new(SyncFile {
            inner: self.folder.create(name)?,
            path: self.path.join(name),
            before: Arc::clone(&self.before),
        }))
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn Read>> {
        self.folder.open(name)
    }
}

struct SyncFile {
    inner: Box<dyn Output>,
    path: PathBuf,
    before: BeforeSync,
}

impl Write for SyncFile {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.inner.write(data)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl Seek for SyncFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

impl Output for SyncFile {
    fn sync(&self) -> io::Result<()> {
        (self.before)(&self.path)?;
        self.inner.sync()
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        self.inner.truncate(len)
    }

    fn twin(&self) -> io::Result<Box<dyn Output>> {
        self.inner.twin()
    }
}
