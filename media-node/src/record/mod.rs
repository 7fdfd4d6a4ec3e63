//! Recording: a reader of the hub like any other, whose screen is the disk.
//!
//! Life of a frame:
//!
//! 1. At the next beat of all [`Recorders`] it is taken, with all that came since the last one, from the hub's bounded queue;
//!    nothing that happens here is felt by the forwarder.
//! 2. [`PartyRecorder`] reads the FLV body and gives it a place on the file's time line ([`clock`]).
//! 3. Pictures and sound as received go into fragmented MP4 (`mp4`), a fragment at each beat.
//! 4. At the end each file is closed and hashed, and `open.json` lists it ([`open`]) until the call is
//!    sealed ([`evidence`](crate::evidence)).
//!
//! [`Finished`] reads them again. A killed process loses at most the last second; [`recover`] closes what it left behind.

mod claim;
pub mod clock;
mod close;
pub(crate) mod closed;
pub(crate) mod drift;
mod error;
pub(crate) mod file;
pub mod finished;
mod gaps;
mod lateness;
pub mod log;
pub(crate) mod mp4;
pub mod open;
mod party;
mod progress;
mod recorder;
mod recorders;
pub mod recover;
pub mod store;
pub mod task;
pub(crate) mod track;
mod turn;
mod wall;

pub use claim::{Claim, ClaimError};
pub use error::RecordError;
pub use file::{Encrypted, FinishedFile, Origin};
pub use finished::Finished;
pub use gaps::{Gap, Track};
pub use party::{PartyRecorder, RecordStats};
pub use progress::{GrowingFile, Growth, Progress, Reach};
pub use recorder::Outcome;
pub use recorders::Recorders;
pub use store::{CallFolder, Folder, Store};
pub use wall::WallClock;
