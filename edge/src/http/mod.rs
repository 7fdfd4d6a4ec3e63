//! What an HTTP request means, before anything is looked up.

mod asset;
mod body;
mod cors;
mod refusal;
mod route;

pub use asset::{Asset, PAGE_POLICY};
pub use body::{parse, parse_given, parse_message};
pub use cors::{ANY, Cors};
pub use refusal::Refusal;
pub use route::{Route, route};
