//! How to play.

use super::report::PlayProgress;
use crate::stop::Stop;
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::watch;

/// What to keep of what is played, and until when.
#[derive(Debug, Clone)]
pub struct PlayOptions {
    /// A folder for PNG files of what was seen.
    pub png_dir: Option<PathBuf>,
    /// From one PNG to the next.
    pub png_every: Duration,
    /// An FLV file for all that came.
    pub dump: Option<PathBuf>,
    /// Ends it.
    pub stop: Stop,
    /// Tells how far it is.
    pub progress: watch::Sender<PlayProgress>,
}

/// Keeps nothing.
impl Default for PlayOptions {
    fn default() -> Self {
        Self {
            png_dir: None,
            png_every: Duration::from_secs(1),
            dump: None,
            stop: Stop::default(),
            progress: watch::Sender::default(),
        }
    }
}
