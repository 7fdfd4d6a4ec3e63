//! Where pictures come from.

use super::clock::Clock;
use super::size::{Size, SizeError};
use super::y4m::Y4m;
use super::yuv::Picture;
use crate::walltime::WallTime;
use std::path::PathBuf;

/// Gives one picture after the other.
pub trait Source: Send {
    /// The size of all of them.
    fn size(&self) -> Size;

    /// Draws picture `number`, taken at `at`. `picture` has this source's size and any content.
    fn fill(
        &mut self,
        picture: &mut Picture,
        number: u64,
        at: WallTime,
    ) -> Result<(), PictureError>;
}

/// Which source to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PictureSource {
    /// The generated clock.
    Clock(Size),
    /// A y4m file, from its start again when it ends.
    File(PathBuf),
}

impl PictureSource {
    /// Opens it.
    pub fn open(&self) -> Result<Box<dyn Source>, PictureError> {
        Ok(match self {
            PictureSource::Clock(size) => Box::new(Clock::new(*size)),
            PictureSource::File(path) => Box::new(Y4m::open(path)?),
        })
    }
}

impl Default for PictureSource {
    fn default() -> Self {
        PictureSource::Clock(Size::default())
    }
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    /// The file cannot be read.
    #[error("cannot read the pictures in {path}")]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not a y4m file that can be published.
    #[error("{path} is not a YUV4MPEG2 file of 4:2:0 pictures: {reason}")]
    NotY4m {
        /// The file.
        path: PathBuf,
        /// What was found.
        reason: String,
    },
    /// Its pictures have a size that cannot be published.
    #[error(transparent)]
    Size(#[from] SizeError),
}
