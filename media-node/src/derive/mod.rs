//! What the node makes from a call's recording once it is sealed: the decoded sound (`caller.wav`, `callee.wav`, and
//! `call.wav` of both) and the composite `call.mp4`, sealed in their turn as the next part of the call's manifest.
//! Nothing is decoded while the call lasts, for then processors have better things to do; but the composite where its
//! desk wants it at once.
//!
//! | file | what |
//! |---|---|
//! | `worker` | one thread of low priority, one call after the other |
//! | `source` | which files of which party lie where on the call's one time line |
//! | `parts` | the same as a composer finds it, be the call over or not |
//! | `samples` | the coded pictures or sound of a file |
//! | `decode` | from packets of sound to samples |
//! | `voice` | a party's sound on that time line, silence where nothing came |
//! | `sounds` | each voice as a WAV file, and both as one: customer left, agent right |
//! | `listing` | into the folder of the call |
//! | `composite` | both parties side by side, both voices, a watermark |
//! | `live` | the same while the call goes on |

mod composite;
mod decode;
mod error;
mod listing;
pub mod live;
mod parts;
mod samples;
mod sounds;
mod source;
mod voice;
mod worker;

pub use composite::{Settings, composite};
pub use error::DeriveError;
pub use live::Live;
pub use sounds::{Heard, sounds};
pub use source::Source;
pub use worker::{Deriver, Told, WORK};
