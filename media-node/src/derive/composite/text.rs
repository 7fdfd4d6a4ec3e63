//! Letters: points of 8×16, Chinese ones of 16×16.
//!
//! `letters.txt` has one a line, its points as hex digits row by row: ASCII and the Chinese words of the
//! watermark and the notice, rendered from DejaVu Sans Mono and WenQuanYi Micro Hei.

use super::panel::Plane;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Height of a letter.
pub(super) const HEIGHT: usize = 16;
static LETTERS: LazyLock<HashMap<char, Letter>> = LazyLock::new(|| {
    let lines = include_str!("letters.txt").lines();
    lines.filter_map(Letter::parse).collect()
});

struct Letter {
    width: usize,
    rows: Vec<u16>,
}

impl Letter {
    fn parse(line: &str) -> Option<(char, Self)> {
        let mut chars = line.chars();
        let letter = chars.next()?;
        let points = chars.as_str().trim_start();
        let digits = points.len() / HEIGHT;
        let row = |row: usize| {
            u16::from_str_radix(points.get(row * digits..(row + 1) * digits)?, 16).ok()
        };
        let rows: Option<Vec<u16>> = (0..HEIGHT).map(row).collect();
        let width = digits * 4;
        Some((letter, Self { width, rows: rows? }))
    }

    fn is_set(&self, x: usize, y: usize) -> bool {
        let row = self.rows.get(y).copied().unwrap_or(0);
        row >> (self.width - 1 - x.min(self.width - 1)) & 1 == 1
    }
}

/// How wide a text is. Letters that are not there are left out.
pub(super) fn width(text: &str) -> usize {
    letters(text).map(|letter| letter.width).sum()
}

/// Puts a text's points into a plane, each `size` pixels wide and high; what does not fit is left out.
pub(super) fn draw(to: &mut Plane, (x, y): (usize, usize), text: &str, size: usize, value: u8) {
    let mut left = x;
    for letter in letters(text) {
        for row in 0..HEIGHT * size {
            let start = (y + row) * to.width;
            for column in 0..letter.width * size {
                let inside = left + column < to.width;
                if inside
                    && letter.is_set(column / size, row / size)
                    && let Some(pixel) = to.bytes.get_mut(start + left + column)
                {
                    *pixel = value;
                }
            }
        }
        left += letter.width * size;
    }
}

fn letters(text: &str) -> impl Iterator<Item = &'static Letter> {
    text.chars().filter_map(|letter| LETTERS.get(&letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_letters_that_are_written_are_there() {
        assert_eq!(LETTERS.len(), 95 + 9);
        assert_eq!(width("无画面 no"), 3 * 16 + 3 * 8);
        assert_eq!(width("客户坐席通话"), 6 * 16);
    }

    #[test]
    fn letters_are_drawn_and_cut_at_the_edges() {
        let mut plane = Plane::new(64, 16, 0);
        draw(&mut plane, (0, 0), "无画", 1, 9);
        let points = plane.bytes.iter().filter(|byte| **byte == 9).count();
        assert!((60..300).contains(&points), "{points}");
        draw(&mut plane, (60, 10), "面", 2, 9);
    }
}
