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

/// C1, S1, C2, S2.
const PACKET: usize = 1536;
const VERSION: u8 = 3;

/// The server's half. Give it what arrives with [`push`](Self::push), send what [`output`](Self::output) gives, until
/// [`is_done`](Self::is_done); bytes that `push` did not take are the first chunks.
#[derive(Debug)]
pub struct ServerHandshake {
    random: Box<[u8; RANDOM]>,
    half: Half,
}

impl ServerHandshake {
    /// With the random part of S1.
    pub fn new(random: [u8; RANDOM]) -> Self {
        Self {
            random: Box::new(random),
            half: Half::new(),
        }
    }

    /// Takes what belongs to the handshake and says how many bytes that was.
    ///
    /// # Errors
    /// See [`HandshakeError`].
    pub fn push(&mut self, bytes: &[u8]) -> Result<usize, HandshakeError> {
        let answer = |first: &[u8]| [&hello(&self.random), first].concat();
        self.half.push(bytes, answer)
    }

    /// What is to be sent now.
    pub fn output(&mut self) -> Option<Bytes> {
        self.half.output.take()
    }

    /// Whether the chunks begin.
    pub fn is_done(&self) -> bool {
        self.half.is_done()
    }
}

/// The client's half; driven as [`ServerHandshake`]. Its first output is there before any input.
#[derive(Debug)]
pub struct ClientHandshake {
    half: Half,
}

impl ClientHandshake {
    /// With the random part of C1.
    pub fn new(random: [u8; RANDOM]) -> Self {
        let mut half = Half::new();
        half.output = Some(hello(&random).into());
        Self { half }
    }

    /// Takes what belongs to the handshake and says how many bytes that was.
    ///
    /// # Errors
    /// See [`HandshakeError`].
    pub fn push(&mut self, bytes: &[u8]) -> Result<usize, HandshakeError> {
        self.half.push(bytes, <[u8]>::to_vec)
    }

    /// What is to be sent now.
    pub fn output(&mut self) -> Option<Bytes> {
        self.half.output.take()
    }

    /// Whether the chunks begin.
    pub fn is_done(&self) -> bool {
        self.half.is_done()
    }
}

/// C0 and C1, or S0 and S1.
fn hello(random: &[u8; RANDOM]) -> Vec<u8> {
    [&[VERSION][..], &[0; 8], random].concat()
}

/// What both sides do: take the peer's version and first packet, answer with its echo, take the peer's second.
#[derive(Debug)]
struct Half {
    /// The version and the peer's first packet, as far as they are there.
    held: Vec<u8>,
    /// Bytes of the peer's second packet that are missing.
    missing: usize,
    output: Option<Bytes>,
}

impl Half {
    const HELLO: usize = 1 + PACKET;

    fn new() -> Self {
        Self {
            held: Vec::new(),
            missing: PACKET,
            output: None,
        }
    }

    fn push(
        &mut self,
        bytes: &[u8],
        answer: impl FnOnce(&[u8]) -> Vec<u8>,
    ) -> Result<usize, HandshakeError> {
        let wanted = Self::HELLO - self.held.len();
        let (hello, rest) = bytes.split_at(wanted.min(bytes.len()));
        self.held.extend_from_slice(hello);
        if let Some(&found) = self.held.first().filter(|version| **version != VERSION) {
            return Err(HandshakeError::Version { found });
        }
        if self.held.len() < Self::HELLO {
            return Ok(hello.len());
        }
        if wanted > 0 {
            self.output = Some(answer(&self.held[1..]).into());
        }
        let second = self.missing.min(rest.len());
        self.missing -= second;
        Ok(hello.len() + second)
    }

    fn is_done(&self) -> bool {
        self.missing == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn drain(output: &mut Option<Bytes>) -> Vec<u8> {
        output.take().map(Vec::from).unwrap_or_default()
    }

    #[test]
    fn the_bytes_of_both_sides_are_pinned() {
        let mut client = ClientHandshake::new([0xC1; RANDOM]);
        let c0c1 = drain(&mut client.output());
        let pinned = [&[3, 0, 0, 0, 0, 0, 0, 0, 0][..], &[0xC1; RANDOM]].concat();
        assert_eq!(c0c1, pinned);

        let mut server = ServerHandshake::new([0x51; RANDOM]);
        assert_eq!(server.push(&c0c1), Ok(1537));
        let s0s1s2 = drain(&mut server.output());
        let s0s1 = [&[3, 0, 0, 0, 0, 0, 0, 0, 0][..], &[0x51; RANDOM]].concat();
        assert_eq!(s0s1s2, [&s0s1, &c0c1[1..]].concat());
        assert!(!server.is_done());

        assert_eq!(client.push(&s0s1s2), Ok(3073));
        let c2 = drain(&mut client.output());
        assert_eq!(c2, s0s1[1..]);
        assert!(client.is_done());

        assert_eq!(server.push(&[&c2[..], b"chunks"].concat()), Ok(1536));
        assert!(server.is_done());
        assert_eq!(server.push(b"chunks"), Ok(0));
        assert_eq!(server.output(), None);
    }

    #[test]
    fn a_second_packet_that_does_not_echo_is_taken() {
        let mut server = ServerHandshake::new([1; RANDOM]);
        server.push(&[3; 1537]).unwrap();
        assert_eq!(server.push(&[0xAB; 1536]), Ok(1536));
        assert!(server.is_done());
    }

    #[test]
    fn any_other_version_is_refused_at_its_first_byte() {
        for found in (0..=255).filter(|version| *version != 3) {
            let refused = Err(HandshakeError::Version { found });
            assert_eq!(ServerHandshake::new([0; RANDOM]).push(&[found]), refused);
            assert_eq!(ClientHandshake::new([0; RANDOM]).push(&[found, 3]), refused);
        }
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same(cuts in prop::collection::vec(1_usize..2000, 1..8)) {
            let input = [&[3][..], &[7; 1536], &[8; 1536], b"more"].concat();
            let mut server = ServerHandshake::new([9; RANDOM]);
            let (mut taken, mut sent) = (0, Vec::new());
            for cut in cuts.iter().cycle() {
                let end = input.len().min(taken + cut);
                taken += server.push(&input[taken..end]).unwrap();
                sent.extend(drain(&mut server.output()));
                if server.is_done() { break; }
            }
            prop_assert_eq!(taken, 3073);
            prop_assert_eq!(sent, [&hello(&[9; RANDOM])[..], &[7; 1536]].concat());
        }
    }
}
