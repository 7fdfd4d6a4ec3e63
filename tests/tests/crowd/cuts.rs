//! Which connections are cut, and when.

use super::chance::Chance;
use super::plan::CUT;
use super::seen::Book;

/// The latest moment at which a connection is cut, in events on it.
const LATEST: u64 = 8;

/// The connections of one socket, one after the other.
pub(super) struct Cuts {
    chance: Chance,
    /// Events until the present one is cut, if it is.
    left: Option<u64>,
}

impl Cuts {
    pub(super) fn new(chance: Chance) -> Self {
        Self { chance, left: None }
    }

    /// A connection opened.
    pub(super) fn opened(&mut self, book: &Book) {
        book.write().connections += 1;
        self.draw();
    }

    /// A long-lived connection begins something new, and may be cut as if it were new itself.
    pub(super) fn draw(&mut self) {
        let cut = self.chance.percent(CUT);
        let when = 1 + self.chance.below(LATEST);
        self.left = cut.then_some(when);
    }

    /// Something was said on it, either way. Whether that was the last.
    pub(super) fn event(&mut self, book: &Book) -> bool {
        let Some(left) = &mut self.left else {
            return false;
        };
        *left -= 1;
        if *left > 0 {
            return false;
        }
        self.left = None;
        book.write().cuts += 1;
        true
    }
}
