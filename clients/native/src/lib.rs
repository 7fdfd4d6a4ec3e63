//! Counterpart's native client: publishes, plays and measures a stream, and takes part in a call.
//!
//! What it publishes can be measured: each picture carries its capture instant as a [mark](picture::mark), and
//! a flash and a beep begin each whole second together. So whoever plays the stream on the same machine knows
//! the delay of each picture and the step between picture and sound.

pub mod carry;
pub mod decode;
pub mod encode;
pub mod picture;
pub mod signal;
mod stop;
mod walltime;

pub use stop::Stop;
pub use walltime::WallTime;
