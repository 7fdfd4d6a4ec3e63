//! Why bytes are not AMF0.

/// A fault in AMF0 bytes; offsets count from the start of what was given to the reader.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Amf0Error {
    /// The bytes end inside a value.
    #[error("AMF0 ends at byte {offset}: {needed} more bytes are needed, {left} are left")]
    Truncated {
        /// Where the missing part begins.
        offset: usize,
        /// How long it is.
        needed: usize,
        /// How much of it is there.
        left: usize,
    },
    /// A type that does not occur in RTMP (movie clip, reference, record set, AMF3) or none at all.
    #[error("AMF0 marker {marker:#04x} at byte {offset} is not supported")]
    Marker {
        /// The marker.
        marker: u8,
        /// Where it stands.
        offset: usize,
    },
    /// Objects inside objects beyond the limit.
    #[error("AMF0 nests deeper than {max} at byte {offset}")]
    TooDeep {
        /// The limit.
        max: usize,
        /// Where it was passed.
        offset: usize,
    },
    /// More values than the limit.
    #[error("AMF0 holds more than {max} values, at byte {offset}")]
    TooMany {
        /// The limit.
        max: usize,
        /// Where it was passed.
        offset: usize,
    },
}
