//! The archive: the finished calls of the whole deployment, found by whoever may see them, and forgotten
//! when their time is over.
//!
//! The calls themselves are rows of a table with columns and indices, for there may be millions: the shell
//! keeps it, and does what [`Search::sql`] says. In memory lies what is small: how long the calls of each
//! desk are kept ([`Archive`]).
//!
//! # Driving contract
//! A call that is over goes into the table together with the rows of [`Archive::changes`], after
//! [`Archive::meet`]. What [`Archive::overdue`] names goes out of it, each call together with a letter that
//! tells it so. Both are harmless to repeat.

mod csv;
mod cursor;
mod search;
mod state;

pub use csv::{CSV_HEAD, csv_line};
pub use cursor::{Cursor, CursorError};
pub use search::{Search, Value, reason_word};
pub use state::{Archive, DaysError, Keep, Overdue, SWEEP, SWEEP_AGAIN, SWEEP_EVERY, days};
