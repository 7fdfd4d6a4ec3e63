//! What is known about a file of a recording once it is closed.

use super::RecordError;
use super::gaps::Gap;
use super::store::Store;
use crate::vault::stored_name;
use counterpart_shared::api::RecordedFile;
use counterpart_shared::id::CallId;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::{self, Read};

/// Where a file's content comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// From a party, during the call.
    #[default]
    Received,
    /// From the received files; it can be made again.
    Derived,
}

/// A file as it lies on the disk and in the place of the copies when it is encrypted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encrypted {
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256, lower-case hex.
    pub sha256: String,
    /// Which of the operator's keys wraps the call's key: the first 8 bytes of its SHA-256, lower-case hex.
    pub by: String,
    /// The call's key, wrapped: nonce, AES-256-GCM and tag in base64.
    pub key: String,
}

/// One file of a recording, closed and hashed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FinishedFile {
    /// Name within the folder of the call.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the content, lower-case hex.
    pub sha256: String,
    /// What is inside, pictures first, as RFC 6381 names it; `pcm` in a WAV file.
    pub codecs: Vec<String>,
    /// Play time.
    pub duration_ms: u64,
    /// UNIX milliseconds at the beginning of the file.
    pub first_at: u64,
    /// UNIX milliseconds at which the last frame arrived.
    pub last_at: u64,
    /// Where nothing came for more than a second.
    #[serde(default)]
    pub gaps: Vec<Gap>,
    /// Whether the recorder died while it wrote the file, or the disk did not take what it wrote: up to its last second is missing.
    #[serde(default)]
    pub cut: bool,
    /// Where the content comes from.
    #[serde(default)]
    pub origin: Origin,
    /// How it is stored, if it is encrypted. All else is told of the content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encrypted: Option<Encrypted>,
}

impl FinishedFile {
    /// Its name on the disk.
    pub fn stored_name(&self) -> String {
        match self.encrypted {
            Some(_) => stored_name(&self.name),
            None => self.name.clone(),
        }
    }

    /// Its size and SHA-256 on the disk.
    pub fn stored(&self) -> (u64, &str) {
        match &self.encrypted {
            Some(encrypted) => (encrypted.bytes, &encrypted.sha256),
            None => (self.bytes, &self.sha256),
        }
    }

    /// The file as a node reports it, with its path below the recording folder.
    pub fn report(&self, call: &CallId) -> RecordedFile {
        RecordedFile {
            path: format!("{call}/{}", self.name),
            bytes: self.bytes,
            duration_ms: self.duration_ms,
            started_at: Some(self.first_at),
            sha256: self.sha256.clone(),
        }
    }
}

/// Size and SHA-256 of a file as it is on the disk.
pub(crate) fn digest(store: &dyn Store, name: &str) -> Result<(u64, String), RecordError> {
    let hashed = store.open(name).and_then(hash);
    hashed.map_err(RecordError::disk(name))
}

/// Bytes and SHA-256 (lower-case hex) of all that can be read.
pub(crate) fn hash(mut file: impl Read) -> io::Result<(u64, String)> {
    let mut hash = Sha256::new();
    let mut block = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        match file.read(&mut block)? {
            0 => break,
            count => {
                hash.update(&block[..count]);
                bytes += count as u64;
            }
        }
    }
    Ok((bytes, hex(&hash.finalize())))
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
pub(crate) fn sample(name: &str, bytes: u64) -> FinishedFile {
    FinishedFile {
        name: name.to_owned(),
        bytes,
        sha256: "00".repeat(32),
        codecs: vec!["avc1.42c01e".to_owned()],
        duration_ms: 1_500,
        first_at: 1_700_000_000_000,
        last_at: 1_700_000_001_500,
        gaps: Vec::new(),
        cut: false,
        origin: Origin::Received,
        encrypted: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_reported_with_their_path() {
        let report = sample("caller.mp4", 2).report(&"c1".parse().unwrap());
        assert_eq!((&*report.path, report.bytes), ("c1/caller.mp4", 2));
    }

    #[test]
    fn an_encrypted_file_is_listed_with_its_content_and_with_what_is_stored() {
        let plain = sample("caller.mp4", 2);
        assert_eq!(
            (plain.stored_name(), plain.stored().0),
            ("caller.mp4".to_owned(), 2)
        );
        let encrypted = Encrypted {
            bytes: 45,
            sha256: "ab".to_owned(),
            by: "0011223344556677".to_owned(),
            key: "AAAA".to_owned(),
        };
        let pinned = r#"{"bytes":45,"sha256":"ab","by":"0011223344556677","key":"AAAA"}"#;
        assert_eq!(serde_json::to_string(&encrypted).unwrap(), pinned);
        let file = FinishedFile {
            encrypted: Some(encrypted),
            ..plain
        };
        assert_eq!(file.stored_name(), "caller.mp4.enc");
        assert_eq!((file.bytes, file.stored()), (2, (45, "ab")));
        let json = serde_json::to_string(&file).unwrap();
        assert!(json.ends_with(&format!(r#""origin":"received","encrypted":{pinned}}}"#)));
        assert_eq!(serde_json::from_str::<FinishedFile>(&json).unwrap(), file);
    }

    #[test]
    fn what_the_first_version_wrote_is_read() {
        let first = format!(
            concat!(
                r#"{{"name":"caller.mp4","bytes":2,"sha256":"{}","codecs":["avc1.42c01e"],"#,
                r#""duration_ms":1500,"first_at":1700000000000,"last_at":1700000001500}}"#
            ),
            "00".repeat(32)
        );
        let read: FinishedFile = serde_json::from_str(&first).unwrap();
        assert_eq!(read, sample("caller.mp4", 2));
    }
}
