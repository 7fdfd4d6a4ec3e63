//! The readers' side of each carrier: how frames leave.

pub(crate) mod flv;
pub(crate) mod quic;
