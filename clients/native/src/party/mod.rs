//! One party of a call, scripted: the seven steps, then texts and media for a while, then the end.
//!
//! | step | caller | callee |
//! |---|---|---|
//! | 1 | `urls` | |
//! | 2 | `publish` | |
//! | 3 | `stream.begin` (1002) | |
//! | 4 | `request` | `request` heard |
//! | 5 | `accept` heard | `accept`, then `play` |
//! | 6 | | `urls`, then `publish` |
//! | 7 | `play` | `stream.begin` (1002) |
//!
//! Each row's `play` and `publish` are told when the first picture was decoded or sent. An agent at a desk accepts on
//! his room's socket ([`Agent`]) and goes on as a callee.

mod agent;
mod error;
mod event;
mod heard;
mod media;
mod options;
mod participant;
mod quality;
mod report;
mod script;
mod talk;

pub use agent::{Agent, Offer};
pub use error::{PartyError, PartyFailure};
pub use event::{PartyEvent, Remote, Step};
pub use options::{Carrier, PartyOptions};
pub use participant::Participant;
pub use report::PartyReport;
