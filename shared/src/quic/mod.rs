//! Media on QUIC (RFC 9000) and WebTransport: what stands on unidirectional QUIC streams and in datagrams, and how their
//! messages come back into order.
//!
//! ```text
//! media stream = sequence, message+          on a unidirectional QUIC stream
//! datagram     = sequence, message+          the same bytes, all in one datagram
//! parity       = what stands in for lost bytes of a media stream, in a datagram: see [`Parity`]
//! sequence     = varint (RFC 9000 §16) of the first message; the next ones count on by 1
//! message      = one type-0 chunk (RTMP 1.0 §5.3.1.2.1) that holds the whole message
//! ```
//!
//! Sequences start at 0 and count per direction, RTMP message stream and [`Track`]. All messages of one QUIC stream or
//! datagram belong to the same track and message stream.

mod datagram;
mod error;
mod gathering;
mod lateness;
mod parity;
mod play_out;
mod recovery;
mod redundancy;
mod stream;
mod telling;
mod track;
mod varint;

#[cfg(test)]
mod tests;

pub use datagram::{AudioDatagrams, read_datagram, write_datagram};
pub use error::QuicError;
pub use gathering::{Gathered, Gathering};
pub use parity::{Parity, protect, whole};
pub use play_out::PlayOut;
pub use recovery::{Recovered, Recovery};
pub use redundancy::Redundancy;
pub use stream::{MediaStreamReader, MediaStreamWriter};
pub use telling::{Hearing, Telling};
pub use track::{Track, TrackLimits, TrackOutput, TrackReceiver};
pub use varint::{MAX_VARINT, read_varint, write_varint};
