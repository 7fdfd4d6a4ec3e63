//! Why a chunk stream cannot be read on.

use crate::rtmp::ControlError;

/// A fault of the peer; the connection is to be closed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChunkError {
    /// A compressed header (type 2 or 3) on a chunk stream that had no full one.
    #[error("chunk stream {csid} begins with a header of type {format}")]
    NoPreviousHeader {
        /// The chunk stream.
        csid: u32,
        /// The header's type.
        format: u8,
    },
    /// A new header inside a message.
    #[error("chunk stream {csid}: header of type {format} after {received} of {length} bytes")]
    HeaderInsideMessage {
        /// The chunk stream.
        csid: u32,
        /// The header's type.
        format: u8,
        /// Bytes of the message that are there.
        received: usize,
        /// Its length.
        length: usize,
    },
    /// A message longer than the limit.
    #[error("chunk stream {csid}: a message of {length} bytes, at most {max} are taken")]
    MessageTooLong {
        /// The chunk stream.
        csid: u32,
        /// What its header claims.
        length: usize,
        /// The limit.
        max: usize,
    },
    /// More chunk streams than the limit.
    #[error("chunk stream {csid} is one more than the {max} that are taken")]
    TooManyChunkStreams {
        /// The one too many.
        csid: u32,
        /// The limit.
        max: usize,
    },
    /// Partial messages hold more bytes than the limit.
    #[error("partial messages hold {buffered} bytes, at most {max} are taken")]
    TooMuchBuffered {
        /// How much there would be.
        buffered: usize,
        /// The limit.
        max: usize,
    },
    /// A chunk size of 0 or beyond the limit (§5.4.1).
    #[error("chunk size {size} is outside 1 to {max}")]
    ChunkSize {
        /// What the peer set.
        size: u32,
        /// The limit.
        max: u32,
    },
    /// A Set Chunk Size, Abort or Window Acknowledgement Size that cannot be read.
    #[error(transparent)]
    Control(#[from] ControlError),
}
