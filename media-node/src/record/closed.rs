//! A file of a recorder that is closed.

use super::file::{FinishedFile, Origin};
use super::gaps::Watch;

/// What a closed file was. When its beginning was is known at the end of the recording only, of all its
/// files by the same frame: so they lie beside each other as exactly as their frames do.
pub(crate) struct Closed {
    pub(crate) name: String,
    pub(crate) codecs: Vec<String>,
    pub(crate) duration_ms: u64,
    /// Where its 0 lies on the recording's time line.
    pub(super) origin: i64,
    pub(super) last_at: u64,
    pub(super) watches: Vec<Watch>,
    /// Whether the disk did not take all of it.
    pub(super) cut: bool,
}

impl Closed {
    /// The file as it is listed, with its beginning in UNIX milliseconds, its size and its hash.
    pub(super) fn finished(self, first_at: u64, (bytes, sha256): (u64, String)) -> FinishedFile {
        let first_at = first_at.min(self.last_at);
        let watches = self.watches.iter();
        let gaps = watches.flat_map(|watch| watch.gaps(first_at, self.duration_ms));
        FinishedFile {
            gaps: gaps.collect(),
            name: self.name,
            bytes,
            sha256,
            codecs: self.codecs,
            duration_ms: self.duration_ms,
            first_at,
            last_at: self.last_at,
            cut: self.cut,
            origin: Origin::Received,
            encrypted: None,
        }
    }
}
