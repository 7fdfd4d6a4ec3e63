//! A finished file as the body of an answer.

use crate::archive::Place;
use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures_util::stream;
use std::fs::File;
use std::io;
use tokio::io::{AsyncReadExt, AsyncSeekExt, SeekFrom};

/// Bytes that are read at once.
const PIECE: usize = 64 * 1024;
/// The same of a copy, which each time is asked for.
const COPIED_PIECE: u64 = 1 << 20;

/// So many bytes of a file from `first` on. A file that has fewer breaks the answer off.
pub(crate) async fn body(file: File, first: u64, len: u64) -> io::Result<Body> {
    let mut file = tokio::fs::File::from_std(file);
    file.seek(SeekFrom::Start(first)).await?;
    let pieces = stream::try_unfold((file, len), |(mut file, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let piece = read(&mut file, left).await?;
        let left = left - piece.len() as u64;
        Ok::<_, io::Error>(Some((piece, (file, left))))
    });
    Ok(Body::from_stream(pieces))
}

/// The same of a copy that is elsewhere. One that cannot be read breaks the answer off.
pub(crate) fn copied(place: Place, object: String, first: u64, len: u64) -> Body {
    let until = first + len;
    let pieces = stream::try_unfold(first, move |at| {
        let (place, object) = (place.clone(), object.clone());
        async move {
            if at >= until {
                return Ok(None);
            }
            let piece = place.read(&object, at..until.min(at + COPIED_PIECE)).await;
            let piece = piece.map_err(io::Error::other)?;
            if piece.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let next = at + piece.len() as u64;
            Ok::<_, io::Error>(Some((piece, next)))
        }
    });
    Body::from_stream(pieces)
}

async fn read(file: &mut tokio::fs::File, left: u64) -> io::Result<Bytes> {
    let size = left.min(PIECE as u64);
    let mut piece = BytesMut::with_capacity(size as usize);
    if file.take(size).read_buf(&mut piece).await? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(piece.freeze())
}
