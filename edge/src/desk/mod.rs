//! One desk: its rooms and its waiting line.
//!
//! # Driving contract
//! [`Desk::handle`] takes one [`Input`] and the time and returns [`Output`]s, which are to be performed
//! in order. Before the first of them leaves the object, [`Desk::changes`] and every
//! [`Output::Remember`] must be stored together. [`Desk::due`] says when [`Input::Alarm`] is wanted;
//! earlier or more often is harmless.
//!
//! After every input: a room has at most one call and a call at most one room; a closed room rings for
//! nobody; no room is idle, with its agent there, while a caller waits whom he can serve; callers are
//! taken by priority and then in the order in which they came, and one whose offer failed keeps his place.

mod board;
mod hours;
mod input;
mod line;
mod offer;
mod pace;
mod presence;
mod room;
mod settings;
mod state;
mod today;
mod turn;

#[cfg(test)]
mod tests;

pub use hours::is_open;
pub use input::{Input, Output, Refused};
pub use room::{Place, RoomRow};
pub use settings::{check_settings, check_skills};
pub use state::{Desk, Waiting};
pub use turn::id_of;
