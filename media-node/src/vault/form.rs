//! The form of an encrypted file.
//!
//! A header of 27 bytes: `counterpart-enc1`, the length of a piece (65,536, big endian), 7 random bytes.
//! Then the content in pieces of that length, the last one shorter or as long, each encrypted with AES-256-GCM
//! and followed by its tag of 16 bytes: STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015). The nonce of a
//! piece is the 7 random bytes, its number from 0 in 4 bytes (big endian), and a byte that is 1 for the last piece and
//! 0 for the others; `CALL/FILE` is authenticated with each. So no piece can be changed, moved, left out or
//! taken from another file, and none of the pieces before it is needed to decrypt one.

use super::VaultError;
use aead_stream::{NewStream, StreamBE32, StreamPrimitive};
use aes_gcm::aead::Payload;
use aes_gcm::{Aes256Gcm, Key};
use std::fmt;
use std::ops::Range;

const MAGIC: &[u8; 16] = b"counterpart-enc1";
/// Bytes of a piece before it is encrypted.
pub(super) const PIECE: u64 = 1 << 16;
const TAG: u64 = 16;
const PREFIX_LEN: usize = 7;
/// Bytes of the header.
pub const HEADER_LEN: u64 = 16 + 4 + PREFIX_LEN as u64;

/// The header of a file whose nonces begin with `prefix`.
pub(super) fn header(prefix: [u8; PREFIX_LEN]) -> Vec<u8> {
    let piece = (PIECE as u32).to_be_bytes();
    [&MAGIC[..], &piece, &prefix].concat()
}

/// With what its nonces begin, if this is a header.
pub(super) fn prefix(header: &[u8]) -> Option<[u8; PREFIX_LEN]> {
    let rest = header.strip_prefix(MAGIC)?;
    let prefix = rest.strip_prefix(&(PIECE as u32).to_be_bytes())?;
    prefix.try_into().ok()
}

/// The number of the last piece of a content of so many bytes; nothing if that cannot be counted.
pub(super) fn last_piece(bytes: u64) -> Option<u32> {
    u32::try_from(bytes.saturating_sub(1) / PIECE).ok()
}

/// Encrypts and decrypts the pieces of one file.
pub struct Cipher {
    stream: StreamBE32<Aes256Gcm>,
    /// `CALL/FILE`.
    place: String,
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cipher(of {})", self.place)
    }
}

impl Cipher {
    pub(super) fn new(key: &Key<Aes256Gcm>, place: String, prefix: [u8; PREFIX_LEN]) -> Self {
        Self {
            stream: StreamBE32::new(key, &prefix.into()),
            place,
        }
    }

    /// A piece and its tag.
    pub(super) fn encrypt(
        &self,
        (piece, last): (u32, bool),
        msg: &[u8],
    ) -> Result<Vec<u8>, VaultError> {
        let aad = self.place.as_bytes();
        let encrypted = self.stream.encrypt(piece, last, Payload { msg, aad });
        encrypted.map_err(|_| VaultError::TooLong {
            file: self.place.clone(),
        })
    }

    /// Where the piece that holds a byte lies in the file whose content has so many bytes; its number.
    pub fn piece_of(at: u64, bytes: u64) -> (u32, Range<u64>) {
        let number = (at / PIECE).min(bytes.saturating_sub(1) / PIECE);
        let begin = HEADER_LEN + number * (PIECE + TAG);
        let length = (bytes - number * PIECE).min(PIECE) + TAG;
        // A file that was encrypted has no more pieces than can be counted.
        (
            u32::try_from(number).unwrap_or(u32::MAX),
            begin..begin + length,
        )
    }

    /// The content of a piece from the byte `at` of the content on.
    ///
    /// # Errors
    /// When the piece is not the one that was encrypted here.
    pub fn decrypt(&self, at: u64, bytes: u64, msg: &[u8]) -> Result<Vec<u8>, VaultError> {
        let (piece, _) = Self::piece_of(at, bytes);
        let last = last_piece(bytes) == Some(piece);
        let aad = self.place.as_bytes();
        let content = self.stream.decrypt(piece, last, Payload { msg, aad });
        let mut content = content.map_err(|_| VaultError::Changed {
            file: self.place.clone(),
            piece,
        })?;
        let before = at - u64::from(piece) * PIECE;
        content.drain(..content.len().min(before as usize));
        Ok(content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_lie_one_behind_the_other() {
        assert_eq!(Cipher::piece_of(0, 0), (0, 27..43));
        assert_eq!(Cipher::piece_of(0, 5), (0, 27..48));
        assert_eq!(Cipher::piece_of(65_535, 65_536), (0, 27..65_579));
        assert_eq!(Cipher::piece_of(65_536, 65_537), (1, 65_579..65_596));
        assert_eq!(Cipher::piece_of(131_072, 131_072).0, 1);
        assert_eq!(last_piece(131_073), Some(2));
        assert_eq!(last_piece(u64::MAX), None);
    }

    #[test]
    fn the_form_is_pinned() {
        let cipher = Cipher::new(&[7; 32].into(), "c1/caller.mp4".to_owned(), [9; 7]);
        let mut file = header([9; 7]);
        file.extend(cipher.encrypt((0, true), b"hello").unwrap());
        let pinned = concat!(
            "636f756e746572706172742d656e6331",
            "00010000",
            "09090909090909",
            // By another implementation, Node.js.
            "d561ca55d09c9562030a827dbeac87d014077000df"
        );
        let hex: String = file.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, pinned);
        assert_eq!(prefix(&file[..27]), Some([9; 7]));
        assert_eq!(prefix(&file[..26]), None);
    }
}
