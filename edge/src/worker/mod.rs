//! The shell: all that knows Cloudflare. `entry` serves HTTP; `call`, `desk`, `fleet`, `account` and `archive`
//! are the five Durable Objects, each a thin shell around the machine of the same name; `core` is what they share.

mod account;
mod archive;
mod ask;
mod assets;
mod board;
mod body;
mod call;
mod calls;
mod config;
mod core;
mod desk;
mod desks;
mod entry;
mod fleet;
mod hooks;
mod keys;
mod limits;
mod login;
mod outside;
mod page;
mod random;
mod remarks;
mod reply;
mod socket;
mod store;
mod stream;

use counterpart_shared::api::{ApiError, ErrorCode};

/// The present, in UNIX milliseconds. Workers' clock stands still between two events of input.
fn now() -> u64 {
    worker::Date::now().as_millis()
}

/// A fault of ours or of the platform: told in full to the log, in general to the client.
fn internal(error: impl std::fmt::Display) -> ApiError {
    worker::console_error!("internal: {error}");
    ApiError::new(ErrorCode::Internal, "the log of the edge says more")
}
