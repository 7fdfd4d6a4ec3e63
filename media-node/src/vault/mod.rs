//! Encryption at rest: what is sealed of a call lies on the disk, and in the place of the copies, under a
//! key of its own, which is wrapped by a key that the operator keeps.
//!
//! | file | what |
//! |---|---|
//! | `keys` | the operator's keys, and the key of a call as it is wrapped by one of them |
//! | `form` | the form of an encrypted file: header, pieces, where which byte lies |
//! | `lock` | encrypts a file beside itself |
//! | `plain` | reads a file, encrypted or not, from any byte on |
//! | `decrypt` | writes the content of a call's files elsewhere |
//!
//! `docs/evidence.md` has the form for those who decrypt without this program.

mod decrypt;
mod error;
mod form;
mod keys;
mod lock;
mod plain;

pub use decrypt::{Decrypted, decrypt};
pub use error::VaultError;
pub use form::{Cipher, HEADER_LEN};
pub use keys::{CallKey, Vault};
pub use lock::{is_encrypted, lock, stored_name};
pub use plain::PlainFile;
