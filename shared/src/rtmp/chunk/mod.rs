//! Chunks (§5.3): messages cut into pieces so that a long one does not hold up a short one.
//!
//! | section | here |
//! |---|---|
//! | §5.3.1.1 basic header, §5.3.1.2 message header, §5.3.1.3 extended timestamp | `header` |
//! | reading, §5.4.1 Set Chunk Size, §5.4.2 Abort, §5.4.3 Acknowledgement | [`ChunkReader`] |
//! | writing | [`ChunkWriter`] |

mod assembly;
mod error;
pub(crate) mod header;
mod reader;
mod writer;

#[cfg(test)]
mod tests;

pub(crate) use assembly::ChunkStream;
pub use error::ChunkError;
pub use reader::{ChunkLimits, ChunkReader};
pub(crate) use writer::write_chunks;
pub use writer::{ChunkWriter, Chunks};
