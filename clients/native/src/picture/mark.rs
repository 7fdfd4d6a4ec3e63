//! The mark: the capture instant, drawn so that a program reads it back after lossy coding.
//!
//! 64 bits in black and white cells of 16×16 luma samples (one macroblock each, so that coding one costs
//! next to nothing and blurs no other), from the top left corner, row by row, most significant bit first:
//!
//! | bits | content |
//! |---|---|
//! | 48 | the instant in units of 0.1 ms since the UNIX epoch (lasts until the year 2861) |
//! | 16 | CRC-16/CCITT-FALSE of these 48 bits as six big-endian bytes |
//!
//! A row has as many cells as the largest power of two that fits into the picture's width, at most 64. Black
//! or white all over is no mark: the checksum of zeros and the one of ones differ from them.

use super::luma::Luma;
use super::yuv::Picture;
use crate::walltime::WallTime;

/// Edge of a cell.
const CELL: usize = 16;

/// Number of cells.
const BITS: usize = 64;

/// Microseconds of one unit.
const UNIT: u64 = 100;

/// Below this a cell is black, above [`WHITE`] it is white; between them it is no cell.
const BLACK: u8 = 100;

/// See [`BLACK`].
const WHITE: u8 = 150;

/// The narrowest picture that holds a mark: eight cells.
pub const MIN_WIDTH: usize = 8 * CELL;

/// How many rows of samples the mark takes in a picture of this width.
pub fn height(width: usize) -> usize {
    BITS / columns(width) * CELL
}

/// Draws the mark of this instant.
pub fn draw(picture: &mut Picture, at: WallTime) {
    let word = encode(at);
    let columns = columns(picture.size().width());
    for bit in 0..BITS {
        let grey = if word >> (BITS - 1 - bit) & 1 == 1 {
            235
        } else {
            16
        };
        let (x, y) = (bit % columns * CELL, bit / columns * CELL);
        picture.fill_grey(x, y, CELL, CELL, grey);
    }
}

/// The instant of a picture, when it has an undamaged mark.
pub fn read(luma: &Luma<'_>) -> Option<WallTime> {
    read_scaled(luma, luma.width())
}

/// The same for a picture that was `drawn_width` wide when the mark was drawn and has been scaled since,
/// as in a recording of both parties side by side.
pub fn read_scaled(luma: &Luma<'_>, drawn_width: usize) -> Option<WallTime> {
    if drawn_width < MIN_WIDTH || luma.width() == 0 {
        return None;
    }
    let columns = columns(drawn_width);
    let cell = (CELL * luma.width()) as f64 / drawn_width as f64;
    let mut word = 0u64;
    for bit in 0..BITS {
        word = word << 1 | u64::from(read_cell(luma, cell, bit % columns, bit / columns)?);
    }
    decode(word)
}

/// Looks at the middle half of a cell, where the neighbours do not ring.
fn read_cell(luma: &Luma<'_>, cell: f64, column: usize, row: usize) -> Option<bool> {
    let start = |index: usize| ((index as f64 + 0.25) * cell).round() as usize;
    let edge = ((cell / 2.0) as usize).max(1);
    match luma.mean(start(column), start(row), edge, edge)? {
        mean if mean < BLACK => Some(false),
        mean if mean > WHITE => Some(true),
        _ => None,
    }
}

fn columns(width: usize) -> usize {
    let fits = (width / CELL).max(1);
    (1 << fits.ilog2()).min(BITS)
}

fn encode(at: WallTime) -> u64 {
    let units = (at.micros() / UNIT) & ((1 << 48) - 1);
    units << 16 | u64::from(crc(units))
}

fn decode(word: u64) -> Option<WallTime> {
    let units = word >> 16;
    let intact = u64::from(crc(units)) == word & 0xFFFF;
    intact.then(|| WallTime::from_micros(units * UNIT))
}

/// CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF.
fn crc(units: u64) -> u16 {
    let mut crc = 0xFFFFu16;
    for &byte in &units.to_be_bytes()[2..] {
        crc ^= u16::from(byte) << 8;
        for _ in 0..8 {
            let carry = crc & 0x8000 != 0;
            crc <<= 1;
            if carry {
                crc ^= 0x1021;
            }
        }
    }
    crc
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Size;
    use proptest::prelude::*;

    fn marked(size: Size, at: WallTime) -> Picture {
        let mut picture = Picture::black(size);
        draw(&mut picture, at);
        picture
    }

    proptest! {
        #[test]
        fn what_is_drawn_is_read(units in 0u64..1 << 48, w in 64usize..700, h in 96usize..200) {
            let size = Size::new(w * 2, h * 2).unwrap();
            let at = WallTime::from_micros(units * UNIT);
            prop_assert_eq!(read(&marked(size, at).luma()), Some(at));
        }

        #[test]
        fn one_wrong_cell_is_no_mark(units in 0u64..1 << 48, cell in 0usize..64) {
            let mut picture = marked(Size::default(), WallTime::from_micros(units * UNIT));
            let (x, y) = (cell % 32 * CELL, cell / 32 * CELL);
            let white = picture.luma().mean(x, y, CELL, CELL) == Some(235);
            picture.fill_grey(x, y, CELL, CELL, if white { 16 } else { 235 });
            prop_assert_eq!(read(&picture.luma()), None);
        }

        #[test]
        fn noise_is_no_mark_and_no_panic(data in proptest::collection::vec(any::<u8>(), 128 * 128)) {
            let luma = Luma::new(&data, 128, 128, 128).unwrap();
            prop_assert_eq!(read(&luma), None);
        }
    }

    #[test]
    fn one_colour_is_no_mark() {
        for grey in [0, 16, 128, 235, 255] {
            let data = vec![grey; 640 * 360];
            assert_eq!(read(&Luma::new(&data, 640, 640, 360).unwrap()), None);
        }
    }

    #[test]
    fn a_picture_too_small_is_no_mark() {
        let data = vec![235; 100];
        assert_eq!(read(&Luma::new(&data, 10, 10, 10).unwrap()), None);
    }

    #[test]
    fn a_scaled_half_is_read_with_the_width_it_was_drawn_at() {
        let at = WallTime::from_micros(1_790_000_000_123_400);
        let full = marked(Size::default(), at);
        let mut half = Vec::new();
        for y in 0..180 {
            half.extend((0..320).map(|x| full.luma().mean(x * 2, y * 2, 2, 2).unwrap()));
        }
        let luma = Luma::new(&half, 320, 320, 180).unwrap();
        assert_eq!(read_scaled(&luma, 640), Some(at));
        assert_eq!(read(&luma), None);
    }
}
