//! The readers' side of each carrier: how frames leave, and finished files.

pub(crate) mod file;
pub(crate) mod flv;
mod page;
pub(crate) mod quic;
pub(crate) mod range;
mod way;
