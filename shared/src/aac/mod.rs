//! AAC: its configuration, and the ADTS header for those who want sound without a container.
//!
//! | item | where it is specified |
//! |---|---|
//! | [`AudioSpecificConfig`] | ISO/IEC 14496-3 §1.6.2.1, §4.4.1 |
//! | [`AdtsHeader`] | ISO/IEC 13818-7 §6.2 |

mod adts;
mod config;
mod error;

#[cfg(test)]
mod tests;

pub use adts::AdtsHeader;
pub use config::{AudioSpecificConfig, Sbr};
pub use error::AacError;
