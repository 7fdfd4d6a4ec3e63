//! The files of a call as a composer or listener finds them: all there, or growing.

use super::samples::Samples;
use crate::record::Growth;
use counterpart_shared::id::Party;
use mp4_atom::Codec;
use std::io;

/// A file of a party on the call's time line.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// Name within the folder of the call.
    pub(super) name: String,
    /// Where it begins, in milliseconds.
    pub(super) begin: u64,
    /// How far it is, if it grows.
    pub(super) growth: Option<Growth>,
}

/// Where the files are.
pub(super) trait Parts {
    /// A party's MP4 of this number, from 0 in the order of time, if there is one by now.
    fn part(&self, party: Party, number: usize) -> Option<Part>;

    /// A track of a file, and how it is coded; nothing if the file does not have it or cannot be read.
    fn open(&self, part: &Part, track: u32) -> Option<(Samples, Codec)>;

    /// Something came to be known when its place on the time line was long passed, by so many milliseconds.
    fn late(&self, _ms: u64) {}

    /// The file of this name cannot be read to its end; what is behind is missing.
    fn fault(&self, _name: &str, _error: &io::Error) {}
}
