//! The handshake before the chunks (§5.2), in its plain form: no digest, which no client of today insists on.
//!
//! | packet | bytes |
//! |---|---|
//! | C0, S0 (§5.2.2) | 1: version 3 |
//! | C1, S1 (§5.2.3) | 1536: time 4, zero 4, random 1528 |
//! | C2, S2 (§5.2.4) | 1536: the peer's time 4, own time 4, the peer's random 1528 |
//!
//! Zeros in S1's bytes 4–7 tell clients that would do the digest form to do without it. An echo that does not fit is
//! accepted: ffmpeg's and Tencent's C2 is a digest, not an echo.

use bytes::Bytes;

/// Random bytes in C1 and S1.
pub const RANDOM: usize = 1528;

/// Why a handshake failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    /// The first byte is not 3. 0x16 is TLS, 6 is RTMPE, a letter is HTTP.
    #[error("the first byte is {found:#04x}, not RTMP's version 3")]
    Version {
        /// The first byte.
        found: u8,
    },
}

/// The server's half. Give it what arrives with [`push`](Self::push), send what [`output`](Self::output) gives, until
/// [`is_done`](Self::is_done); bytes that `push` did not take are the first chunks.
#[derive(Debug)]
pub struct ServerHandshake {}

impl ServerHandshake {
    /// With the random part of S1.
    pub fn new(random: [u8; RANDOM]) -> Self {
        todo!()
    }

    /// Takes what belongs to the handshake and says how many bytes that was.
    ///
    /// # Errors
    /// See [`HandshakeError`].
    pub fn push(&mut self, bytes: &[u8]) -> Result<usize, HandshakeError> {
        todo!()
    }

    /// What is to be sent now.
    pub fn output(&mut self) -> Option<Bytes> {
        todo!()
    }

    /// Whether the chunks begin.
    pub fn is_done(&self) -> bool {
        todo!()
    }
}

/// The client's half; driven as [`ServerHandshake`]. Its first output is there before any input.
#[derive(Debug)]
pub struct ClientHandshake {}

impl ClientHandshake {
    /// With the random part of C1.
    pub fn new(random: [u8; RANDOM]) -> Self {
        todo!()
    }

    /// Takes what belongs to the handshake and says how many bytes that was.
    ///
    /// # Errors
    /// See [`HandshakeError`].
    pub fn push(&mut self, bytes: &[u8]) -> Result<usize, HandshakeError> {
        todo!()
    }

    /// What is to be sent now.
    pub fn output(&mut self) -> Option<Bytes> {
        todo!()
    }

    /// Whether the chunks begin.
    pub fn is_done(&self) -> bool {
        todo!()
    }
}
