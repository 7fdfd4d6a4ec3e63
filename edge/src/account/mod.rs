//! The account: which API keys the business server has beside the root key, and which desks there are.
//!
//! # Driving contract
//! Each call of [`Account::create`], [`Account::delete`] or [`Account::check`] is one decision.
//! [`Account::changes`] must be stored before its result leaves the object. Keys are known by their
//! SHA-256 only: whoever reads the disk learns none. [`Account::list_desk`] is what a desk's letter says; it is
//! harmless to repeat.

mod state;

pub use state::{Account, MAX_KEYS, MAX_NAME};
