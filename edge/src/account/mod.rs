//! The account: which API keys the business server has beside the root key.
//!
//! # Driving contract
//! Each call of [`Account::create`], [`Account::delete`] or [`Account::check`] is one decision.
//! [`Account::changes`] must be stored before its result leaves the object. Keys are known by their
//! SHA-256 only: whoever reads the disk learns none.

mod state;

pub use state::{Account, MAX_KEYS, MAX_NAME};
