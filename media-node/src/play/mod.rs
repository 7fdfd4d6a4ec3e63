//! The readers' side of each carrier: how frames leave, and finished files.

pub(crate) mod file;
pub(crate) mod flv;
pub(crate) mod pace;
mod page;
pub(crate) mod quic;
pub(crate) mod range;
mod way;
