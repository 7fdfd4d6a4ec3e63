//! A finished file as the body of an answer.

use crate::archive::Place;
use crate::vault::{CallKey, Cipher, HEADER_LEN};
use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures_util::stream;
use std::io;
use std::ops::Range;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, SeekFrom};

/// Bytes that are read at once.
const PIECE: u64 = 64 * 1024;
/// The same of a copy, which each time is asked for.
const COPIED_PIECE: u64 = 1 << 20;

/// Where a file is read from.
pub(crate) enum Held {
    /// From this disk.
    Here(File),
    /// From the place of the copies: the object there.
    Copy(Box<Place>, String),
}

impl Held {
    /// All of these bytes. A file that has fewer is an error.
    async fn read(&mut self, range: Range<u64>) -> io::Result<Bytes> {
        let length = (range.end - range.start) as usize;
        let read = match self {
            Self::Here(file) => {
                file.seek(SeekFrom::Start(range.start)).await?;
                let mut piece = BytesMut::zeroed(length);
                file.read_exact(&mut piece).await?;
                piece.freeze()
            }
            Self::Copy(place, object) => {
                let piece = place.read(object, range).await;
                piece.map_err(io::Error::other)?
            }
        };
        match read.len() == length {
            true => Ok(read),
            false => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }

    fn piece(&self) -> u64 {
        match self {
            Self::Here(_) => PIECE,
            Self::Copy(..) => COPIED_PIECE,
        }
    }
}

/// So many bytes of a file from `first` on. A file that has fewer breaks the answer off.
pub(crate) fn body(held: Held, first: u64, len: u64) -> Body {
    let until = first + len;
    let pieces = stream::try_unfold((held, first), move |(mut held, at)| async move {
        if at >= until {
            return Ok(None);
        }
        let piece = held.read(at..until.min(at + held.piece())).await?;
        let next = at + piece.len() as u64;
        Ok::<_, io::Error>(Some((piece, (held, next))))
    });
    Body::from_stream(pieces)
}

/// A file that is encrypted, and what decrypts it.
pub(crate) struct Locked {
    pub(crate) held: Held,
    pub(crate) key: CallKey,
    /// Its name, and how many bytes its content has.
    pub(crate) file: (String, u64),
}

/// So many bytes of an encrypted file's content from `first` on. What was changed further on breaks the answer off.
///
/// # Errors
/// When it cannot be read, is not in the encrypted form, or its first piece was changed.
pub(crate) async fn decrypted(locked: Locked, first: u64, len: u64) -> io::Result<Body> {
    let (mut held, (name, bytes)) = (locked.held, locked.file);
    let header = held.read(0..HEADER_LEN).await?;
    let cipher = locked.key.read(&name, &header)?;
    let ready = match len {
        0 => None,
        _ => Some(decrypt(&mut held, &cipher, first, bytes).await?),
    };
    let until = first + len;
    let next = move |(mut held, cipher, at, ready): (Held, Cipher, u64, Option<Bytes>)| async move {
        if at >= until {
            return Ok(None);
        }
        let mut piece = match ready {
            Some(piece) => piece,
            None => decrypt(&mut held, &cipher, at, bytes)
                .await
                .inspect_err(|error| tracing::error!(%error, "an answer breaks off"))?,
        };
        piece.truncate((until - at) as usize);
        let next = at + piece.len() as u64;
        Ok::<_, io::Error>(Some((piece, (held, cipher, next, None))))
    };
    let pieces = stream::try_unfold((held, cipher, first, ready), next);
    Ok(Body::from_stream(pieces))
}

async fn decrypt(held: &mut Held, cipher: &Cipher, at: u64, bytes: u64) -> io::Result<Bytes> {
    let (_, range) = Cipher::piece_of(at, bytes);
    let piece = held.read(range).await?;
    Ok(cipher.decrypt(at, bytes, &piece)?.into())
}
