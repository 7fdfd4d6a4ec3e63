//! A desk's board sockets: each gets the board at once, and after every change, but not more often than people can
//! look.

use super::core::Core;
use super::{now, socket};
use crate::desk::Desk;
use counterpart_shared::api::{ApiError, DeskBoard, ErrorCode};
use std::cell::{Cell, RefCell};
use worker::{Request, Response, Result, WebSocket};

/// No room can have this name.
const TAG: &str = "*board";

/// The least pause between two boards, in milliseconds.
const PAUSE: u64 = 500;

#[derive(Default)]
pub(super) struct Board {
    shown_at: Cell<u64>,
    shown: RefCell<Option<DeskBoard>>,
}

pub(super) fn accept(core: &Core, request: &Request) -> Result<(WebSocket, Response)> {
    socket::accept(core, request, TAG)
}

pub(super) fn only_shows() -> ApiError {
    ApiError::new(ErrorCode::Forbidden, "a board only shows")
}

impl Board {
    /// Somebody comes who has seen nothing of what was shown.
    pub(super) fn forget(&self) {
        *self.shown.borrow_mut() = None;
    }

    /// Shows the desk to whoever watches, if it looks different; when it is to be asked again.
    pub(super) fn show(&self, core: &Core, desk: &Desk) -> Option<u64> {
        let watchers = socket::tagged(&core.state, TAG);
        if watchers.is_empty() {
            return None;
        }
        let now = now();
        let board = desk.board(now);
        if self.shown.borrow().as_ref() == Some(&board) {
            return None;
        }
        let next = self.shown_at.get() + PAUSE;
        if now < next {
            return Some(next);
        }
        for watcher in &watchers {
            socket::send(watcher, &board);
        }
        self.shown_at.set(now);
        *self.shown.borrow_mut() = Some(board);
        None
    }
}
