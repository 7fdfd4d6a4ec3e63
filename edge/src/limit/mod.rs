//! How much one may ask for: a token bucket for each address, user or key.

mod buckets;
mod rate;

pub use buckets::{Buckets, MAX_BUCKETS};
pub use rate::{Rate, RateError};
