//! Fragmented MP4 (ISO/IEC 14496-12 §8.8): `ftyp moov free (moof mdat)*`.
//!
//! The `free` box holds room for an `mehd`, and in a composite for chapters, so that an orderly end can write the total
//! duration and the chapters into `moov` without moving anything.

mod chapters;
mod file;
mod fragment;
mod init;
mod line;
mod walk;

pub(crate) use chapters::{CHAPTER_ROOM, Chapter};
pub(crate) use file::Mp4File;
pub(crate) use init::{AUDIO_ID, VIDEO_ID, with_duration};
pub(crate) use walk::Walk;

/// Ticks per second of the picture track.
const VIDEO_TIMESCALE: u32 = 90_000;
/// Ticks per second of the whole movie.
const MOVIE_TIMESCALE: u32 = 1_000;
