//! Counterpart's native client: publishes, plays and measures a stream, and takes part in a call.
//!
//! What it publishes can be measured: each picture carries its capture instant as a [mark](picture::mark), and
//! a flash and a beep begin each whole second together. So whoever plays the stream on the same machine knows
//! the delay of each picture and the step between picture and sound.

pub mod carry;
pub mod decode;
pub mod encode;
mod end;
pub mod party;
pub mod picture;
pub mod play;
pub mod publish;
pub mod signal;
mod stop;
mod walltime;

pub use end::End;
pub use play::{PlayOptions, PlayReport, play};
pub use publish::{PublishOptions, PublishReport, publish};
pub use stop::Stop;
pub use walltime::WallTime;
