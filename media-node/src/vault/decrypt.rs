//! Writing the content of a call's encrypted files elsewhere, for who has the key.

use super::{PlainFile, Vault, VaultError};
use crate::evidence::{EvidenceError, Manifest};
use crate::record::file::hash;
use std::fs::{self, File};
use std::io;
use std::path::Path;

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decrypted {
    /// Its name.
    pub name: String,
    /// Whether its content is the one that the sealed manifest lists.
    pub as_listed: bool,
}

/// Writes the content of each encrypted file of a call's folder into `out`. What is not on this disk is left out.
///
/// # Errors
/// When a list or a file cannot be read, or its key is not there, or `out` refuses.
pub fn decrypt(folder: &Path, vault: &Vault, out: &Path) -> Result<Vec<Decrypted>, EvidenceError> {
    fs::create_dir_all(out).map_err(EvidenceError::disk(out))?;
    let mut decrypted = Vec::new();
    for manifest in Manifest::read_all(folder)? {
        for file in &manifest.files {
            let here = folder.join(file.stored_name()).is_file();
            if file.encrypted.is_none() || !here {
                continue;
            }
            let to = out.join(plain_name(&file.name)?);
            let mut content = PlainFile::open(folder, &manifest.call, file, vault)?;
            let written = File::create(&to)
                .and_then(|mut to| io::copy(&mut content, &mut to))
                .and_then(|_| File::open(&to).and_then(hash));
            let (bytes, sha256) = written.map_err(EvidenceError::disk(&to))?;
            decrypted.push(Decrypted {
                name: file.name.clone(),
                as_listed: (bytes, sha256) == (file.bytes, file.sha256.clone()),
            });
        }
    }
    Ok(decrypted)
}

/// A name that leads nowhere else: who may have written the list is unknown.
fn plain_name(name: &str) -> Result<&str, VaultError> {
    match Path::new(name).file_name() {
        Some(file) if file == name => Ok(name),
        _ => Err(VaultError::Form {
            file: name.to_owned(),
        }),
    }
}
