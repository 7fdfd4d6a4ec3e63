//! The size of a picture.

use super::{flash, mark};
use std::fmt;
use std::str::FromStr;

/// Width and height in pixels: even, and with room for the mark and the flash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    width: usize,
    height: usize,
}

/// Why a size cannot be published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SizeError {
    /// Not `WIDTHxHEIGHT`.
    #[error("'{0}' is not a picture size such as 640x360")]
    NotASize(String),
    /// Chroma has half the size.
    #[error("{0}x{1} is not a picture size: both numbers must be even")]
    Odd(usize, usize),
    /// Smaller than what is drawn into it, or larger than the encoder takes.
    #[error("{0}x{1} is not a picture size: from 128x192 to 3840x2160")]
    Range(usize, usize),
}

impl Size {
    /// Checks a size.
    pub fn new(width: usize, height: usize) -> Result<Self, SizeError> {
        if !width.is_multiple_of(2) || !height.is_multiple_of(2) {
            return Err(SizeError::Odd(width, height));
        }
        let fits = width >= mark::MIN_WIDTH && height >= mark::height(width) + flash::SPACE;
        let (longer, shorter) = (width.max(height), width.min(height));
        if !fits || longer > 3840 || shorter > 2160 {
            return Err(SizeError::Range(width, height));
        }
        Ok(Self { width, height })
    }

    /// Pixels of a row.
    pub fn width(self) -> usize {
        self.width
    }

    /// Number of rows.
    pub fn height(self) -> usize {
        self.height
    }

    /// Samples of luma.
    pub fn area(self) -> usize {
        self.width * self.height
    }

    /// The even size with sides of this many eighths of the length.
    ///
    /// # Errors
    /// When that is too small.
    pub fn eighths(self, eighths: usize) -> Result<Self, SizeError> {
        let side = |length: usize| (length * eighths / 8) & !1;
        Self::new(side(self.width), side(self.height))
    }
}

/// 640×360.
impl Default for Size {
    fn default() -> Self {
        Self {
            width: 640,
            height: 360,
        }
    }
}

impl FromStr for Size {
    type Err = SizeError;
    fn from_str(text: &str) -> Result<Self, SizeError> {
        let parsed = text
            .split_once('x')
            .and_then(|(w, h)| Some((w.parse().ok()?, h.parse().ok()?)));
        let (width, height) = parsed.ok_or_else(|| SizeError::NotASize(text.to_owned()))?;
        Self::new(width, height)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_checked() {
        assert_eq!("640x360".parse(), Ok(Size::default()));
        assert!("360x640".parse::<Size>().is_ok());
        assert_eq!("641x360".parse::<Size>(), Err(SizeError::Odd(641, 360)));
        assert_eq!("64x64".parse::<Size>(), Err(SizeError::Range(64, 64)));
        assert_eq!("4000x100".parse::<Size>(), Err(SizeError::Range(4000, 100)));
        for bad in ["", "x", "640", "640x", "-1x2"] {
            assert_eq!(bad.parse::<Size>(), Err(SizeError::NotASize(bad.into())));
        }
    }
}
