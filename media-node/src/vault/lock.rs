//! Encrypting a file that is finished.

use super::form::{HEADER_LEN, PIECE, header, last_piece};
use super::{CallKey, VaultError};
use crate::record::FinishedFile;
use crate::record::file::{Encrypted, hash};
use crate::record::open::{draft_of, sync_folder};
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

/// What an encrypted file has behind its name.
const SUFFIX: &str = ".enc";

/// The name of a file once it is encrypted.
pub fn stored_name(name: &str) -> String {
    format!("{name}{SUFFIX}")
}

/// Whether a name is that of an encrypted file.
pub fn is_encrypted(name: &str) -> bool {
    name.ends_with(SUFFIX)
}

/// Encrypts a file of a call's folder beside itself; how it is listed from now on. One that is not there stays
/// listed as it is. The file itself stays until it is taken away.
///
/// # Errors
/// When the disk refuses.
pub fn lock(
    folder: &Path,
    file: &FinishedFile,
    key: &CallKey,
) -> Result<Option<FinishedFile>, VaultError> {
    let path = folder.join(&file.name);
    let content = match File::open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(VaultError::disk(&path))?,
    };
    let bytes = content.metadata().map_err(VaultError::disk(&path))?.len();
    if last_piece(bytes).is_none() {
        return Err(VaultError::TooLong {
            file: file.name.clone(),
        });
    }
    let stored = folder.join(stored_name(&file.name));
    let draft = draft_of(&stored);
    let written = write(content, bytes, (&draft, &file.name), key);
    let written = written.and_then(|()| {
        fs::rename(&draft, &stored)?;
        sync_folder(&stored)?;
        File::open(&stored).and_then(hash)
    });
    let (bytes, sha256) = written.map_err(VaultError::disk(&stored))?;
    Ok(Some(FinishedFile {
        encrypted: Some(Encrypted {
            bytes,
            sha256,
            by: key.by.clone(),
            key: key.wrapped.clone(),
        }),
        ..file.clone()
    }))
}

fn write(
    mut content: File,
    mut left: u64,
    (draft, name): (&Path, &str),
    key: &CallKey,
) -> io::Result<()> {
    let prefix = rand::random();
    let cipher = key.cipher(name, prefix);
    let mut out = BufWriter::with_capacity((HEADER_LEN + PIECE) as usize, File::create(draft)?);
    out.write_all(&header(prefix))?;
    let mut piece = vec![0; PIECE as usize];
    for number in 0.. {
        let length = left.min(PIECE);
        let piece = &mut piece[..length as usize];
        content.read_exact(piece)?;
        left -= length;
        out.write_all(&cipher.encrypt((number, left == 0), piece)?)?;
        if left == 0 {
            break;
        }
    }
    out.into_inner()?.sync_all()
}
