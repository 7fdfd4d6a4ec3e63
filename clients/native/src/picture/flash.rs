//! The flash: a square at the bottom right, white during the beep at each whole second, else black.

use super::luma::Luma;
use super::yuv::Picture;
use crate::walltime::WallTime;

/// How long flash and beep last, in microseconds.
pub const DURATION: u64 = 100_000;

/// Edge of the square.
const EDGE: usize = 48;

/// Rows and columns from the square's first to the picture's last macroblock.
pub(super) const SPACE: usize = 64;

/// Whether it is white at this instant.
pub fn lit(at: WallTime) -> bool {
    at.micros_of_second() < DURATION
}

/// Draws it.
pub fn draw(picture: &mut Picture, lit: bool) {
    let (x, y) = corner(picture.size().width(), picture.size().height());
    picture.fill_grey(x, y, EDGE, EDGE, if lit { 235 } else { 16 });
}

/// Whether it is white in this picture; nothing when there is no such square.
pub fn read(luma: &Luma<'_>) -> Option<bool> {
    if luma.width() < SPACE || luma.height() < SPACE {
        return None;
    }
    let (x, y) = corner(luma.width(), luma.height());
    match luma.mean(x + 8, y + 8, EDGE - 16, EDGE - 16)? {
        mean if mean < 100 => Some(false),
        mean if mean > 150 => Some(true),
        _ => None,
    }
}

/// Whole macroblocks, so that coding does not blur it.
fn corner(width: usize, height: usize) -> (usize, usize) {
    ((width / 16 - 4) * 16, (height / 16 - 4) * 16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Size;

    #[test]
    fn it_is_lit_in_the_first_tenth_of_a_second() {
        for (micros, expected) in [
            (0, true),
            (99_999, true),
            (100_000, false),
            (999_999, false),
        ] {
            assert_eq!(lit(WallTime::from_micros(7_000_000 + micros)), expected);
        }
    }

    #[test]
    fn it_is_read_as_it_was_drawn() {
        let mut picture = Picture::black(Size::default());
        for on in [true, false] {
            draw(&mut picture, on);
            assert_eq!(read(&picture.luma()), Some(on));
        }
        let grey = vec![128; 640 * 360];
        assert_eq!(read(&Luma::new(&grey, 640, 640, 360).unwrap()), None);
        assert_eq!(read(&Luma::new(&grey, 32, 32, 32).unwrap()), None);
    }
}
