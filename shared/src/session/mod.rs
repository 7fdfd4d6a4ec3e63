//! The session: what messages mean in which order (RTMP 1.0 §7.2, §7.3), the same on every carrier.
//!
//! A carrier turns bytes into [`Message`](crate::rtmp::Message)s and back: RTMP on TCP through
//! [`ChunkReader`](crate::rtmp::chunk::ChunkReader) after the handshake; QUIC and WebTransport through the same reader on
//! the first bidirectional QUIC stream for commands, and through [`crate::quic`] for media. The machines here take and
//! give messages, know no carrier, and hold no media.

mod client;
mod error;
mod reply;
mod request;
mod server;
mod url;

#[cfg(test)]
mod tests;

pub use client::{ClientOutput, ClientSession};
pub use error::SessionError;
pub use request::Request;
pub use server::{ServerOutput, ServerSession, SessionLimits};
pub use url::{MediaUrl, Redacted, Scheme, UrlError};
