//! Copies of sealed recordings, in a real S3-compatible store that has its bad days.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod copying;
mod retention;
mod space;
mod store;
mod support;
