//! What the node makes from a call's recording once it is sealed: the stereo sound `call.wav` and the
//! composite `call.mp4`, sealed in their turn as the next part of the call's manifest.
//!
//! | file | what |
//! |---|---|
//! | `worker` | one thread of low priority, one call after the other |
//! | `source` | which files of which party lie where on the call's one time line |
//! | `voice` | a party's sound on that time line, silence where nothing came |
//! | `stereo` | both voices as one WAV file: customer left, agent right |
//! | `composite` | both parties side by side, both voices, a watermark |

mod composite;
mod error;
mod source;
mod stereo;
mod voice;
mod worker;

pub use composite::{Settings, composite};
pub use error::DeriveError;
pub use source::Source;
pub use stereo::stereo;
pub use worker::{Deriver, Told, WORK};
