//! The times of a call, in milliseconds.

/// Without a socket for so long, a party is `peer.away` to the other: longer than a change of network
/// takes a phone, shorter than a person's patience with a frozen picture.
pub const AWAY_AFTER: u64 = 10_000;

/// After so long without those who keep it, a call ends: time enough to restart an app, and the longest
/// that a dead peer blocks an agent's room.
pub const LEASE: u64 = 60_000;

/// The same for a call that nobody was asked to yet: it blocks nobody, and its caller may still be
/// granting his camera.
pub const NEW_LEASE: u64 = 600_000;

/// How often a call that is not over looks whether its sockets are still there: a crash of the edge takes
/// them without a word.
pub const CHECK_EVERY: u64 = 60_000;

/// The same while it waits for an answer: an agent must not be sent to one who is gone.
pub const CHECK_WAITING: u64 = 15_000;

/// How long a URL may begin a connection: it is used at once, and is worthless in a log an hour later.
pub const GRANT_LIFE: u64 = 300_000;

/// How long a URL of a recording may be read: a person looks at it now.
pub const REVIEW_LIFE: u64 = 600_000;

/// How far a node's clock may be behind the edge's.
pub(super) const CLOCK_SKEW_S: u64 = 30;

/// How long the window is in which a party's texts and pictures are counted.
pub(super) const SPEECH_WINDOW: u64 = 10_000;

/// How long a new socket gets no entries, so that its `resume` comes before them and the log reaches it
/// in order. More than a round trip; a client that says nothing sees its first entries so much later.
pub const HOLD: u64 = 500;
