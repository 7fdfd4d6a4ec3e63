//! What the media node and the native client do alike on QUIC.
//!
//! | file | what |
//! |---|---|
//! | `steady` | congestion control of a conversation |
//! | `congestion` | which congestion control a connection uses |
//! | `collect` | receives media: streams in pieces, datagrams, parity |
//! | `deliver` | sends a media stream with its parity |
//! | `growth` | by how much the way of what arrives has grown |
//! | `clock` | the clock that everything goes by which waits for a network |

pub mod clock;
mod collect;
mod congestion;
mod deliver;
mod growth;
mod steady;

pub use collect::{Collected, collect};
pub use congestion::{Congestion, contends, give_way, tell_growth};
pub use deliver::{deliver, parity};
pub use growth::Growth;
