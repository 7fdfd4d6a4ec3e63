//! Why a media stream or a datagram cannot be read.

/// A fault of the peer: drop the datagram, stop the QUIC stream.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuicError {
    /// A chunk header of another type than 0.
    #[error("a chunk header of type {format}, only type 0 occurs here")]
    Format {
        /// The header's type.
        format: u8,
    },
    /// A message that is not audio, video or data.
    #[error("message type {kind} does not belong on a media stream")]
    Kind {
        /// The message's type id.
        kind: u8,
    },
    /// Messages of two tracks or message streams.
    #[error("a message of type {kind} on message stream {stream_id} behind one of another track")]
    Mixed {
        /// The second's type id.
        kind: u8,
        /// The second's message stream.
        stream_id: u32,
    },
    /// A message longer than the limit.
    #[error("a message of {length} bytes, at most {max} are taken")]
    MessageTooLong {
        /// What its header claims.
        length: usize,
        /// The limit.
        max: usize,
    },
    /// Parity of a code that is not used, or unlike the parity of the same stream that came before.
    #[error(
        "{bytes} bytes of parity from symbol {first} of {count} on, for a stream of {length} bytes"
    )]
    Parity {
        /// What is claimed of the stream.
        length: usize,
        /// Symbols in all.
        count: usize,
        /// The first one here.
        first: usize,
        /// What came.
        bytes: usize,
    },
    /// The sequence numbers are used up.
    #[error("sequence {0} is the last one there is")]
    SequenceOverflow(u64),
    /// The bytes end inside a message or before the first.
    #[error("the end comes {held} bytes into a message or header")]
    Truncated {
        /// Bytes that wait for their rest.
        held: usize,
    },
}
