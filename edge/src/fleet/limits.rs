//! The bounds of the fleet. Times in milliseconds.

/// With fewer one-time keys than this, a node is asked for more: a busy second must not empty it.
pub const LOW_STOCK: usize = 32;

/// How many a node is asked to fill up to.
pub const FULL_STOCK: usize = 64;

/// The most that are kept of one node, whatever it sends: its row stays small.
pub const MAX_STOCK: usize = 512;

/// The pause between two wishes for keys to one node: making them takes it a moment.
pub(super) const ASK_AGAIN: u64 = 5_000;

/// A key whose certificate ends sooner is not given out: the URL would outlive it.
pub(super) const KEY_MARGIN: u64 = 600_000;

/// How long the end of a call is remembered, so that a question which was under way does not revive it.
pub const FORGET_CALL: u64 = 3_600_000;

/// How often calls are looked through for those to forget: a fleet may have many thousands.
pub(super) const FORGET_EVERY: u64 = 10_000;

/// How long a node's link may be away before its streams are given up: a redial takes it less.
pub const RETURN: u64 = 1_500;

/// The same after the edge itself has started again: the longest pause between two dials of a node, twice.
pub const RETURN_AFTER_START: u64 = 10_000;

/// How often the fleet looks, while streams are live, whether its nodes are still there: the edge may have been killed
/// together with a node, or the network taken one without a word.
pub const CHECK_LINKS: u64 = 5_000;

/// A node that has said nothing for so long is gone, whatever its socket says: it reports every two seconds.
pub const SILENT_LINK: u64 = 10_000;

/// How long a node that is gone stays on the board.
pub const FORGET_NODE: u64 = 86_400_000;
