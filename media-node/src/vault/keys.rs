//! The operator's keys and the keys of calls.

use super::VaultError;
use super::form::Cipher;
use crate::record::file::{Encrypted, hex};
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, Key, KeyInit, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use counterpart_shared::id::CallId;
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

/// Bytes of a key's name, which stands in lists as hex.
const NAME_LEN: usize = 8;
const NONCE_LEN: usize = 12;

/// The operator's keys: the first wraps the keys of new calls, each unwraps what it has wrapped.
#[derive(Clone, Default)]
pub struct Vault {
    keys: Arc<Vec<OwnKey>>,
}

struct OwnKey {
    name: String,
    cipher: Aes256Gcm,
}

/// The key of one call, open and wrapped.
pub struct CallKey {
    call: CallId,
    key: Key<Aes256Gcm>,
    /// Which of the operator's keys wraps it.
    pub(super) by: String,
    /// Nonce, wrapped key and tag, in base64.
    pub(super) wrapped: String,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.keys.iter().map(|key| &key.name);
        f.debug_list().entries(names).finish()
    }
}

impl fmt::Debug for CallKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallKey(of {} by {})", self.call, self.by)
    }
}

impl Vault {
    /// Reads the operator's keys: a line each, base64 of 32 bytes.
    ///
    /// # Errors
    /// When the file cannot be read or can be read by others, has no key, or a line that is none.
    pub fn load(path: &Path) -> Result<Self, VaultError> {
        let metadata = fs::metadata(path).map_err(VaultError::disk(path))?;
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            let path = path.to_owned();
            return Err(VaultError::Mode { path, mode });
        }
        let text = fs::read_to_string(path).map_err(VaultError::disk(path))?;
        let wrong = |line: usize| VaultError::KeyFile {
            path: path.to_owned(),
            line,
        };
        let mut keys = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let key = BASE64.decode(line.trim()).map_err(|_| wrong(number))?;
            keys.push(OwnKey::new(&key).ok_or(wrong(number))?);
        }
        if keys.is_empty() {
            return Err(wrong(1));
        }
        Ok(Self {
            keys: Arc::new(keys),
        })
    }

    /// A new key for a call, wrapped by the first of the operator's; nothing if there is none.
    pub fn make(&self, call: &CallId) -> Option<CallKey> {
        let own = self.keys.first()?;
        let (key, nonce): ([u8; 32], [u8; NONCE_LEN]) = (rand::random(), rand::random());
        let payload = Payload {
            msg: &key,
            aad: call.as_str().as_bytes(),
        };
        let wrapped = own.cipher.encrypt(&Nonce::from(nonce), payload).ok()?;
        Some(CallKey {
            call: call.clone(),
            key: key.into(),
            by: own.name.clone(),
            wrapped: BASE64.encode([&nonce[..], &wrapped].concat()),
        })
    }

    /// The key under which a file of a call was encrypted.
    ///
    /// # Errors
    /// When the key that wraps it is not configured, or it does not come out.
    pub fn unwrap(
        &self,
        call: &CallId,
        file: &str,
        encrypted: &Encrypted,
    ) -> Result<CallKey, VaultError> {
        let (file, by) = (format!("{call}/{file}"), encrypted.by.clone());
        let Some(own) = self.keys.iter().find(|key| key.name == by) else {
            return Err(VaultError::NoKey { file, by });
        };
        let Some(key) = own.unwrap(call, &encrypted.key) else {
            return Err(VaultError::Wrapping { file, by });
        };
        Ok(CallKey {
            call: call.clone(),
            key: key.into(),
            by,
            wrapped: encrypted.key.clone(),
        })
    }
}

impl OwnKey {
    fn new(key: &[u8]) -> Option<Self> {
        let cipher = Aes256Gcm::new_from_slice(key).ok()?;
        let name = hex(&Sha256::digest(key)[..NAME_LEN]);
        Some(Self { name, cipher })
    }

    fn unwrap(&self, call: &CallId, wrapped: &str) -> Option<[u8; 32]> {
        let wrapped = BASE64.decode(wrapped).ok()?;
        let (nonce, msg) = wrapped.split_first_chunk::<NONCE_LEN>()?;
        let aad = call.as_str().as_bytes();
        let key = self
            .cipher
            .decrypt(&Nonce::from(*nonce), Payload { msg, aad });
        key.ok()?.try_into().ok()
    }
}

impl CallKey {
    /// What encrypts and decrypts the file of this name, whose nonces begin with `prefix`.
    pub(super) fn cipher(&self, file: &str, prefix: [u8; 7]) -> Cipher {
        Cipher::new(&self.key, format!("{}/{file}", self.call), prefix)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A vault of keys that are each one byte repeated.
    pub(in crate::vault) fn vault(path: &Path, keys: &[u8]) -> Vault {
        let lines = keys.iter().map(|key| BASE64.encode([*key; 32]) + "\n");
        fs::write(path, lines.collect::<String>()).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
        Vault::load(path).unwrap()
    }

    fn encrypted(key: &CallKey) -> Encrypted {
        Encrypted {
            bytes: 1,
            sha256: String::new(),
            by: key.by.clone(),
            key: key.wrapped.clone(),
        }
    }

    #[test]
    fn the_first_key_wraps_and_each_unwraps() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let call: CallId = "c1".parse().unwrap();
        let made = vault(&path, &[1]).make(&call).unwrap();
        let listed = encrypted(&made);
        let both = vault(&path, &[2, 1]);
        assert_eq!(both.unwrap(&call, "a.mp4", &listed).unwrap().key, made.key);
        assert_ne!(both.make(&call).unwrap().by, made.by);
        let other = vault(&path, &[2]).unwrap(&call, "a.mp4", &listed);
        assert!(matches!(other, Err(VaultError::NoKey { by, .. }) if by == made.by));
        let another_call = both.unwrap(&"c2".parse().unwrap(), "a.mp4", &listed);
        assert!(matches!(another_call, Err(VaultError::Wrapping { .. })));
        assert!(Vault::default().make(&call).is_none());
        assert!(!format!("{both:?} {made:?}").contains(&made.wrapped));
    }

    #[test]
    fn the_wrapping_is_pinned() {
        // By another implementation, Node.js: nonce [2; 12], key [1; 32], content [3; 32].
        let folder = tempfile::tempdir().unwrap();
        let vault = vault(&folder.path().join("keys"), &[1]);
        let listed = Encrypted {
            bytes: 1,
            sha256: String::new(),
            by: "72cd6e8422c407fb".to_owned(),
            key: "AgICAgICAgICAgICBNXKSklUwv7Qz7/LX6TBsaG20uzoso5y3oTj+Hv4d3zrgI36WOgjKKUvOsgCxDh0"
                .to_owned(),
        };
        let key = vault.unwrap(&"c1".parse().unwrap(), "a.mp4", &listed);
        assert_eq!(key.unwrap().key, Key::<Aes256Gcm>::from([3; 32]));
    }

    #[test]
    fn what_is_no_file_of_keys_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let load = |text: &str, mode| {
            fs::write(&path, text).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            Vault::load(&path).unwrap_err()
        };
        assert!(matches!(
            load("", 0o600),
            VaultError::KeyFile { line: 1, .. }
        ));
        let good = BASE64.encode([1; 32]);
        let short = format!("{good}\n{}\n", BASE64.encode([1; 31]));
        assert!(matches!(
            load(&short, 0o600),
            VaultError::KeyFile { line: 2, .. }
        ));
        assert!(matches!(
            load(&good, 0o640),
            VaultError::Mode { mode: 0o640, .. }
        ));
    }
}
