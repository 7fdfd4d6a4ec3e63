//! Aggregate messages (§7.1.6): FLV tags with their back pointers in one message.

use super::Message;

/// Why an aggregate cannot be split.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AggregateError {
    /// A part's header or body ends after the message.
    #[error(
        "an aggregate of {length} bytes ends inside the part at byte {offset}, which needs {needed}"
    )]
    Truncated {
        /// The aggregate's length.
        length: usize,
        /// Where the part begins.
        offset: usize,
        /// The part's length, as far as it is known.
        needed: usize,
    },
}

/// The parts of an aggregate, on its message stream. Times are moved so that the first part has the aggregate's.
///
/// # Errors
/// See [`AggregateError`].
pub fn split(aggregate: &Message) -> Result<Vec<Message>, AggregateError> {
    todo!()
}
