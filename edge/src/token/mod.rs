//! Who makes a request, and what he may do.

mod api_key;
mod bearer;
mod mint;
mod secret;
mod user;

pub use api_key::{ApiKeyText, key_text};
pub use bearer::{Credentials, bearer, looks_like_user};
pub use mint::mint;
pub use secret::{SeedError, same_secret, seed, seeds};
pub use user::{may_call, may_know, may_note, may_queue, may_search, may_serve, may_watch, user};
