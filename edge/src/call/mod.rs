//! One call: two parties, one log, the URLs of their streams.
//!
//! # Driving contract
//! [`Call::handle`] takes one [`Input`] and the time and returns [`Output`]s, which are to be performed
//! in order. Before the first of them leaves the object, [`Call::changes`], every [`Output::Append`] and
//! every [`Output::Remember`] must be stored together. An [`Output::Ask`] is answered by
//! [`Input::Leased`] and an [`Output::AskDesk`] by [`Input::Admitted`], however late, and whatever happened in between. [`Call::due`] says when
//! [`Input::Alarm`] is wanted; earlier or more often is harmless. An [`Input::Deed`] is answered by an [`Output::Settled`].
//!
//! The log's rows and the bytes of pictures lie outside: the machine only numbers and names them.

mod command;
mod course;
mod deletion;
mod handover;
mod input;
mod least;
mod letter;
mod limits;
mod media;
mod pictures;
mod presence;
mod prompt;
mod recording;
mod remark;
mod review;
mod says;
mod seat;
mod state;
mod still;
mod turn;
mod urls;
mod watch;
mod who;

#[cfg(test)]
mod tests;

pub use course::Course;
pub use input::{Ask, AskKind, Deed, Done, HandOver, Input, Output};
pub use least::Least;
pub use limits::{
    AWAY_AFTER, CHECK_EVERY, CHECK_WAITING, GRANT_LIFE, HOLD, LEASE, NEW_LEASE, REVIEW_LIFE,
};
pub use media::media_urls;
pub use recording::log_letters;
pub use review::{Recorded, no_party};
pub use seat::{Delivery, Seat};
pub use state::{Call, PartyState};
pub use who::Who;
