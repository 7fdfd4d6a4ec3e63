//! What the objects say to each other: one typed enum per receiver, in two manners.
//!
//! A *letter* is stored in the sender's outbox together with the decision that caused it, and delivered
//! until the receiver has answered; the receiver acts once. A *request* is asked and answered at once, and
//! is lost when either side dies: it must be harmless to lose and to repeat.

mod address;
mod letter;
mod outbox;
mod request;

pub use address::{ACCOUNT, ARCHIVE, Address, AddressError, FLEET};
pub use letter::{HandedOn, Letter, Listing, Needs, ToAccount, ToArchive, ToCall, ToDesk, ToFleet};
pub use outbox::{MAX_BACKOFF, backoff};
pub use request::{
    AccountRequest, Admission, ArchiveRequest, CallRequest, CreatedBy, DeskRequest, FleetBoard,
    FleetRequest, Lease, Post, Terms, Visitor, Wanted,
};
