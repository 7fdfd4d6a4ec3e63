//! The control link: this node dials the edge and both talk JSON.
//!
//! | file | what |
//! |---|---|
//! | `link` | dials, redials, and performs one connection after the other |
//! | `outbox` | events until the edge has stored them |
//! | `load` | processor and memory |
//!
//! Media does not depend on it: while the edge is away, streams and players go on, and grants verify with
//! the keys that came last.

mod link;
mod load;
mod outbox;

pub use link::run;
pub use outbox::Outbox;
