//! Opus: its identification header, and how long a packet sounds.
//!
//! | item | where it is specified |
//! |---|---|
//! | [`OpusHead`] | RFC 7845 §5.1 |
//! | [`packet_samples`] | RFC 6716 §3.1, §3.2 |

mod head;
mod packet;

#[cfg(test)]
mod tests;

pub use head::{ChannelMapping, OpusHead};
pub use packet::packet_samples;

/// Opus always counts time in samples of 48 kHz.
pub const CLOCK: u32 = 48_000;

/// A fault in Opus bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpusError {
    /// The bytes end before the structure does.
    #[error("ends inside {0}")]
    Truncated(&'static str),
    /// No "OpusHead" at the beginning.
    #[error("no OpusHead")]
    NoMagic,
    /// A version whose upper half is not 0.
    #[error("OpusHead version {0} is not supported")]
    Version(u8),
    /// Channels that the mapping does not allow.
    #[error("{channels} channels with mapping family {family}")]
    Channels {
        /// Number of channels.
        channels: u8,
        /// Mapping family.
        family: u8,
    },
    /// A packet over 120 ms, or of no frames.
    #[error("packet of {frames} frames of {samples} samples is out of bounds")]
    Duration {
        /// Frames in the packet.
        frames: u32,
        /// Samples of each at 48 kHz.
        samples: u32,
    },
}
