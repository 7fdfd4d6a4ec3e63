//! Digits for people.

use super::yuv::Picture;

/// Columns of a character without its gap.
const WIDTH: usize = 5;

/// Rows of a character.
const HEIGHT: usize = 7;

/// Writes digits, `:` and `.` white on black, centred on the picture; other characters are gaps. `dot` is the edge of
/// one dot in samples, even.
pub(super) fn draw(picture: &mut Picture, text: &str, dot: usize) {
    let width = text.len() * (WIDTH + 1) * dot;
    let height = (HEIGHT + 2) * dot;
    let size = picture.size();
    let (Some(x), Some(y)) = (
        size.width().checked_sub(width),
        size.height().checked_sub(height),
    ) else {
        return;
    };
    let (x, y) = (x / 4 * 2, y / 4 * 2);
    picture.fill_grey(x, y, width, height, 16);
    for (index, byte) in text.bytes().enumerate() {
        let at = (x + index * (WIDTH + 1) * dot, y + dot);
        draw_glyph(picture, glyph(byte), at, dot);
    }
}

fn draw_glyph(picture: &mut Picture, rows: [u8; HEIGHT], at: (usize, usize), dot: usize) {
    for (row, bits) in rows.into_iter().enumerate() {
        for column in (0..WIDTH).filter(|column| bits >> (WIDTH - 1 - column) & 1 == 1) {
            picture.fill_grey(at.0 + column * dot, at.1 + row * dot, dot, dot, 235);
        }
    }
}

/// Rows from the top, bit 4 is the left column.
fn glyph(byte: u8) -> [u8; HEIGHT] {
    match byte {
        b'0' => [14, 17, 19, 21, 25, 17, 14],
        b'1' => [4, 12, 4, 4, 4, 4, 14],
        b'2' => [14, 17, 1, 2, 4, 8, 31],
        b'3' => [31, 2, 4, 2, 1, 17, 14],
        b'4' => [2, 6, 10, 18, 31, 2, 2],
        b'5' => [31, 16, 30, 1, 1, 17, 14],
        b'6' => [6, 8, 16, 30, 17, 17, 14],
        b'7' => [31, 1, 2, 4, 8, 8, 8],
        b'8' => [14, 17, 17, 14, 17, 17, 14],
        b'9' => [14, 17, 17, 15, 1, 2, 12],
        b':' => [0, 12, 12, 0, 12, 12, 0],
        b'.' => [0, 0, 0, 0, 0, 12, 12],
        _ => [0; HEIGHT],
    }
}
