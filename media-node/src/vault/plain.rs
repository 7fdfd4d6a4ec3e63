//! Reading a file as it was before it was encrypted.

use super::form::{Cipher, HEADER_LEN, prefix};
use super::{CallKey, Vault, VaultError, stored_name};
use crate::record::FinishedFile;
use counterpart_shared::id::CallId;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// The content of a file of a recording.
#[derive(Debug)]
pub struct PlainFile {
    file: File,
    locked: Option<Locked>,
}

/// Where a reader of an encrypted file is.
#[derive(Debug)]
struct Locked {
    cipher: Cipher,
    bytes: u64,
    at: u64,
    /// What is decrypted, and where it begins.
    ready: Vec<u8>,
    ready_at: u64,
}

impl PlainFile {
    /// One that is not encrypted.
    pub fn of(file: File) -> Self {
        Self { file, locked: None }
    }

    /// Opens a file in the folder of its call.
    ///
    /// # Errors
    /// When the disk refuses, or the file's key is not there.
    pub fn open(
        folder: &Path,
        call: &CallId,
        file: &FinishedFile,
        vault: &Vault,
    ) -> Result<Self, VaultError> {
        let Some(encrypted) = &file.encrypted else {
            let path = folder.join(&file.name);
            let file = File::open(&path).map_err(VaultError::disk(&path))?;
            return Ok(Self::of(file));
        };
        let path = folder.join(stored_name(&file.name));
        let mut stored = File::open(&path).map_err(VaultError::disk(&path))?;
        let mut head = [0; HEADER_LEN as usize];
        stored
            .read_exact(&mut head)
            .map_err(VaultError::disk(&path))?;
        let cipher = vault
            .unwrap(call, &file.name, encrypted)?
            .read(&file.name, &head)?;
        let locked = Locked {
            cipher,
            bytes: file.bytes,
            at: 0,
            ready: Vec::new(),
            ready_at: 0,
        };
        Ok(Self {
            file: stored,
            locked: Some(locked),
        })
    }
}

impl CallKey {
    /// What decrypts the file of this name that begins with this header.
    ///
    /// # Errors
    /// When it is no header.
    pub fn read(&self, file: &str, header: &[u8]) -> Result<Cipher, VaultError> {
        let prefix = prefix(header).ok_or_else(|| VaultError::Form {
            file: file.to_owned(),
        })?;
        Ok(self.cipher(file, prefix))
    }
}

impl Locked {
    /// What is decrypted from where the reader is.
    fn rest(&self) -> &[u8] {
        let into = self.at.checked_sub(self.ready_at).map(usize::try_from);
        match into {
            Some(Ok(into)) => self.ready.get(into..).unwrap_or_default(),
            _ => &[],
        }
    }

    fn fill(&mut self, file: &mut File) -> io::Result<()> {
        let (_, place) = Cipher::piece_of(self.at, self.bytes);
        let mut piece = vec![0; (place.end - place.start) as usize];
        file.seek(SeekFrom::Start(place.start))?;
        file.read_exact(&mut piece)?;
        self.ready = self.cipher.decrypt(self.at, self.bytes, &piece)?;
        self.ready_at = self.at;
        Ok(())
    }
}

impl Read for PlainFile {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Some(locked) = &mut self.locked else {
            return self.file.read(out);
        };
        if locked.at >= locked.bytes || out.is_empty() {
            return Ok(0);
        }
        if locked.rest().is_empty() {
            locked.fill(&mut self.file)?;
        }
        let rest = locked.rest();
        let count = out.len().min(rest.len());
        out[..count].copy_from_slice(&rest[..count]);
        locked.at += count as u64;
        Ok(count)
    }
}

impl Seek for PlainFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let Some(locked) = &mut self.locked else {
            return self.file.seek(to);
        };
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(from) => locked.bytes.checked_add_signed(from),
            SeekFrom::Current(from) => locked.at.checked_add_signed(from),
        };
        locked.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(locked.at)
    }
}

#[cfg(test)]
mod tests {
    use super::super::lock;
    use super::*;
    use crate::record::file::sample;
    use proptest::prelude::*;
    use std::fs;

    /// A folder with a file of so many bytes, encrypted; the bytes, and how it is read.
    fn locked(size: usize) -> (tempfile::TempDir, Vec<u8>, PlainFile) {
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("keys");
        let vault = super::super::keys::tests::vault(&keys, &[1]);
        let content: Vec<u8> = (0..size).map(|at| (at * 7 / 3) as u8).collect();
        fs::write(folder.path().join("caller.mp4"), &content).unwrap();
        let call = "c1".parse().unwrap();
        let key = vault.make(&call).unwrap();
        let file = sample("caller.mp4", size as u64);
        let file = lock(folder.path(), &file, &key).unwrap().unwrap();
        let plain = PlainFile::open(folder.path(), &call, &file, &vault).unwrap();
        (folder, content, plain)
    }

    #[test]
    fn the_content_comes_back_whatever_its_length() {
        for size in [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000] {
            let (_folder, content, mut plain) = locked(size);
            let mut read = Vec::new();
            plain.read_to_end(&mut read).unwrap();
            assert!(read == content, "{size}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn any_part_is_read_as_if_it_lay_open(
            parts in prop::collection::vec((0u64..200_100, 0usize..70_000, any::<bool>()), 1..8)
        ) {
            let (_folder, content, plain) = locked(200_000);
            let mut open = io::Cursor::new(content);
            let mut plain = io::BufReader::new(plain);
            for (at, length, from_end) in parts {
                let to = match from_end {
                    true => SeekFrom::End(-(at as i64).min(200_000)),
                    false => SeekFrom::Start(at),
                };
                prop_assert_eq!(open.seek(to).unwrap(), plain.seek(to).unwrap());
                let (mut wanted, mut found) = (Vec::new(), Vec::new());
                open.by_ref().take(length as u64).read_to_end(&mut wanted).unwrap();
                plain.by_ref().take(length as u64).read_to_end(&mut found).unwrap();
                prop_assert!(wanted == found);
            }
        }
    }
}
