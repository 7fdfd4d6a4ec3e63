//! Copies of sealed recordings in another place, and what may leave this disk because of them.
//!
//! | file | what |
//! |---|---|
//! | `settings` | where copies go, as the operator set it |
//! | `place` | that place: a folder or an S3 bucket; writes objects, reads them back, hashes them |
//! | `copies` | `copies.json` of a call: which of its files were found whole in which place |
//! | `worker` | one thread of low priority that copies what is sealed, and begins again where it failed |
//! | `space` | how much of the disk is free, and which copied files may go when that is too little |
//! | `retention` | calls whose time is over: sealed as deleted, then taken away here and there |
//!
//! Nothing here decides by itself that a copy is good: what was written is read back and hashed, and
//! only then `copies.json` says so. The place has the layout of the recording folder below the name of
//! the node, so that `counterpart-node verify` checks a download of it.

mod copies;
mod error;
mod place;
mod retention;
mod settings;
mod space;
mod worker;

pub use copies::{COPIES, Copies, Copy};
pub use error::ArchiveError;
pub use place::Place;
pub use retention::{
    Expiry, Retention, ask_deletion, asked_deletions, delete_due, deleted_since, is_asked,
};
pub use settings::{S3, Settings, Target};
pub use space::{Shortage, Watermark, free_bytes, make_room};
pub use worker::Archive;
