//! What the media node and the native client do alike on QUIC.
//!
//! | file | what |
//! |---|---|
//! | `steady` | congestion control of a conversation |
//! | `congestion` | which congestion control a connection uses |
//! | `clock` | the clock that everything goes by which waits for a network |

pub mod clock;
mod congestion;
mod steady;

pub use congestion::Congestion;
