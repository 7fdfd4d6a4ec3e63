//! Why bytes are not H.264 as it is carried here.

/// A fault in H.264 bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum H264Error {
    /// A length prefix points behind the end, or is cut itself.
    #[error("NAL unit of {len} bytes does not fit into the {left} bytes left")]
    NalLength {
        /// What the prefix says.
        len: usize,
        /// What is there.
        left: usize,
    },
    /// A NAL unit without its header byte.
    #[error("empty NAL unit")]
    EmptyNal,
    /// A NAL unit that is too long for its length prefix or its place.
    #[error("NAL unit of {len} bytes is over the limit of {limit}")]
    TooLarge {
        /// Length of the NAL unit.
        len: usize,
        /// Longest allowed.
        limit: usize,
    },
    /// Length prefixes are 1, 2 or 4 bytes.
    #[error("length prefix of {0} bytes does not exist")]
    LengthSize(u8),
    /// A configuration record of a version other than 1.
    #[error("configuration version {0} is not 1")]
    Version(u8),
    /// The bits end before the structure does.
    #[error("ends inside {0}")]
    Truncated(&'static str),
    /// A value outside what the standard allows.
    #[error("{what} {value} is out of bounds")]
    OutOfBounds {
        /// Name of the syntax element.
        what: &'static str,
        /// Its value.
        value: u64,
    },
    /// Not the NAL unit that was expected.
    #[error("NAL unit type {0} where a parameter set was expected")]
    NotParameterSet(u8),
    /// More parameter sets than a configuration record can hold.
    #[error("{0} parameter sets do not fit into one record")]
    TooManySets(usize),
}
