//! The pictures that are published: where they come from and what is drawn into them.
//!
//! A [`Source`] fills a [`Picture`]; [`shrink()`] makes it smaller where the bitrate is low; [`stamp`] then draws the
//! [`mark`] (the capture instant, for programs) and the [`flash`] (white while the sound beeps).

mod clock;
mod digits;
pub mod flash;
mod luma;
pub mod mark;
mod shrink;
mod size;
mod source;
mod y4m;
mod yuv;

pub use clock::Clock;
pub use luma::Luma;
pub use shrink::shrink;
pub use size::{Size, SizeError};
pub use source::{PictureError, PictureSource, Source};
pub use y4m::Y4m;
pub use yuv::Picture;

use crate::walltime::WallTime;

/// Draws the capture instant and the flash of this instant into a picture.
pub fn stamp(picture: &mut Picture, at: WallTime) {
    mark::draw(picture, at);
    flash::draw(picture, flash::lit(at));
}
