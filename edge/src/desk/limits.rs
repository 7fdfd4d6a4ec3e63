//! The times of a desk, in milliseconds.

/// How long an offer rings: a person can finish a sentence and reach for the mouse, and the caller does
/// not wait for one who is not there.
pub const RING: u64 = 20_000;

/// Without a socket for so long, an agent is not at his desk: longer than a reload of his page or a
/// change of network takes.
pub const GRACE: u64 = 15_000;
