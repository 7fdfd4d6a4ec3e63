//! H.264: just enough to carry it between RTMP, browsers and files.
//!
//! | item | where it is specified |
//! |---|---|
//! | [`Nal`], [`NalType`] | H.264 §7.3.1, table 7-1 |
//! | [`annex_b_units`], [`to_annex_b`] | H.264 annex B |
//! | [`nal_units`], [`to_avcc`], [`DecoderConfig`] | ISO/IEC 14496-15 §5.3 |
//! | [`Sps`] | H.264 §7.3.2.1.1, annex E |
//! | [`unescape`], [`escape`] | H.264 §7.4.1.1 |

mod annexb;
mod avcc;
pub(crate) mod bits;
mod config;
mod emulation;
mod error;
mod nal;
mod sps;

#[cfg(test)]
mod tests;

pub use annexb::{annex_b_to_avcc, annex_b_units, to_annex_b};
pub use avcc::{avcc_to_annex_b, nal_units, to_avcc};
pub use config::{DecoderConfig, HighProfile};
pub use emulation::{escape, unescape};
pub use error::H264Error;
pub use nal::{Nal, NalType};
pub use sps::Sps;
