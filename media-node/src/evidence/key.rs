//! The node's own key pair. It signs manifests and nothing else.

use super::EvidenceError;
use crate::record::open::{draft_of, sync_folder};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Nobody but the owner reads it.
const MODE: u32 = 0o600;
/// What stands before the 32 bytes of a private key in its DER form (RFC 8410 §7) …
const PRIVATE: [u8; 16] = [
    0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];
/// … and before those of a public key (§4).
const PUBLIC: [u8; 12] = [
    0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// A PEM file (RFC 7468) of one line.
fn to_pem(label: &str, prefix: &[u8], key: &[u8; 32]) -> String {
    let text = BASE64.encode([prefix, key].concat());
    format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
}

fn from_pem(what: &str, label: &str, prefix: &[u8], pem: &str) -> Result<[u8; 32], EvidenceError> {
    let wrong = |reason: &str| EvidenceError::Key {
        what: what.to_owned(),
        reason: reason.to_owned(),
    };
    let begin = format!("-----BEGIN {label}-----");
    let end = format!("-----END {label}-----");
    let body = pem.trim().strip_prefix(&begin);
    let body = body.and_then(|body| body.strip_suffix(&end));
    let body = body.ok_or(wrong(&format!("no '{begin}' … '{end}'")))?;
    let text: String = body.split_whitespace().collect();
    let der = BASE64.decode(text).map_err(|_| wrong("no base64"))?;
    let key = der.strip_prefix(prefix).and_then(|key| key.try_into().ok());
    key.ok_or(wrong("another algorithm or form"))
}

/// The private half.
pub struct NodeKey(SigningKey);

impl fmt::Debug for NodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NodeKey(of {})", self.public())
    }
}

impl NodeKey {
    /// Reads the key; makes it at the first start.
    ///
    /// # Errors
    /// When the file cannot be read or made, holds something else, or can be read by others.
    pub fn load_or_make(path: &Path) -> Result<Self, EvidenceError> {
        match Self::load(path) {
            Err(EvidenceError::Disk { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                Self::make(path)
            }
            other => other,
        }
    }

    /// Reads the key.
    ///
    /// # Errors
    /// When the file cannot be read, holds something else, or can be read by others.
    pub fn load(path: &Path) -> Result<Self, EvidenceError> {
        let metadata = fs::metadata(path).map_err(EvidenceError::disk(path))?;
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            let path = path.to_owned();
            return Err(EvidenceError::Mode { path, mode });
        }
        let pem = fs::read_to_string(path).map_err(EvidenceError::disk(path))?;
        let what = path.display().to_string();
        let seed = from_pem(&what, "PRIVATE KEY", &PRIVATE, &pem)?;
        Ok(Self(SigningKey::from_bytes(&seed)))
    }

    fn make(path: &Path) -> Result<Self, EvidenceError> {
        let seed: [u8; 32] = rand::random();
        let pem = to_pem("PRIVATE KEY", &PRIVATE, &seed);
        write_private(path, pem.as_bytes()).map_err(EvidenceError::disk(path))?;
        let key = Self(SigningKey::from_bytes(&seed));
        tracing::info!(path = %path.display(), public = %key.public(), "a key has been made");
        Ok(key)
    }

    /// The public half.
    pub fn public(&self) -> VerifyKey {
        VerifyKey(self.0.verifying_key())
    }

    /// Signs bytes (RFC 8032).
    pub fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.0.sign(bytes).to_bytes()
    }
}

/// A key that is lost with its name is worse than none: the draft gets its name only when it is whole.
fn write_private(path: &Path, pem: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let draft = draft_of(path);
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(MODE)
        .open(&draft)?;
    file.write_all(pem)?;
    file.sync_all()?;
    // A link never takes the place of a key that another process has made meanwhile.
    fs::hard_link(&draft, path)?;
    fs::remove_file(&draft)?;
    sync_folder(path)
}

/// The public half, as an auditor holds it.
///
/// Its text is the base64 of its DER form (RFC 8410): the middle line of the PEM file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct VerifyKey(VerifyingKey);

impl VerifyKey {
    /// From the content of a PEM file.
    ///
    /// # Errors
    /// When it is something else; `what` is named then.
    pub fn from_pem(what: &str, pem: &str) -> Result<Self, EvidenceError> {
        let key = from_pem(what, "PUBLIC KEY", &PUBLIC, pem)?;
        let key = VerifyingKey::from_bytes(&key).map_err(|error| EvidenceError::Key {
            what: what.to_owned(),
            reason: error.to_string(),
        });
        key.map(Self)
    }

    /// From its text.
    pub fn from_text(text: &str) -> Option<Self> {
        let der = BASE64.decode(text).ok()?;
        let key = der.strip_prefix(&PUBLIC)?.try_into().ok()?;
        VerifyingKey::from_bytes(key).ok().map(Self)
    }

    /// As a PEM file.
    pub fn to_pem(self) -> String {
        to_pem("PUBLIC KEY", &PUBLIC, self.0.as_bytes())
    }

    /// Whether this key made the signature.
    pub fn verifies(&self, bytes: &[u8], signature: &[u8]) -> bool {
        let signature = Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.0.verify_strict(bytes, &signature).is_ok())
    }
}

impl fmt::Display for VerifyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64.encode([&PUBLIC[..], self.0.as_bytes()].concat()))
    }
}

impl fmt::Debug for VerifyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyKey({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/node.key");
        let made = NodeKey::load_or_make(&path).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let read = NodeKey::load_or_make(&path).unwrap();
        assert_eq!(read.public(), made.public());
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = NodeKey::load(&path).unwrap_err();
        assert!(error.to_string().contains("mode 0640"), "{error}");
    }

    #[test]
    fn what_is_no_key_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("node.key");
        write_private(&path, b"hello").unwrap();
        let error = NodeKey::load_or_make(&path).unwrap_err();
        assert!(error.to_string().contains("node.key"), "{error}");
        assert!(VerifyKey::from_pem("x.pem", "hello").is_err());
    }

    #[test]
    fn the_public_forms_are_pinned() {
        let key = NodeKey(SigningKey::from_bytes(&[7; 32]));
        let text = "MCowBQYDK2VwAyEA6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=";
        assert_eq!(key.public().to_string(), text);
        assert_eq!(VerifyKey::from_text(text), Some(key.public()));
        let pem = key.public().to_pem();
        assert_eq!(VerifyKey::from_pem("", &pem).unwrap(), key.public());
        let signature = key.sign(b"call");
        assert!(key.public().verifies(b"call", &signature));
        assert!(!key.public().verifies(b"cell", &signature));
    }
}
