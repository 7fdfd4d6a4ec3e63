//! What an HTTP request means, before anything is looked up.

mod body;
mod cors;
mod refusal;
mod route;

pub use body::{parse, parse_given, parse_message};
pub use cors::{ANY, Cors};
pub use refusal::Refusal;
pub use route::{Route, route};
