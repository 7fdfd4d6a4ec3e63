//! Evidence: what shows years later that a recording is complete and untouched.
//!
//! | file | what |
//! |---|---|
//! | `key` | the node's own key pair, and public keys as auditors hold them |
//! | `manifest` | `call.json`: what a sealed recording consists of |
//! | `chain` | `chain.jsonl` and `chain.head`: every manifest of this node, in order |
//! | `seal` | writes the three so that a crash leaves nothing half done |
//! | `verify` | checks a folder with public keys only, and says in plain words what is wrong |
//!
//! `docs/evidence.md` tells an auditor the same without this program.

mod chain;
mod error;
mod key;
mod manifest;
mod seal;
pub mod verify;

pub use chain::{CHAIN, HEAD, Head, Link, ZERO};
pub use error::EvidenceError;
pub use key::{NodeKey, VerifyKey};
pub use manifest::{DeletedFile, Deletion, Manifest, Place, manifest_name, signature_name};
pub use seal::{Sealed, Sealer};
