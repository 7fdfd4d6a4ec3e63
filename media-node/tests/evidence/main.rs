//! Whatever is done to sealed recordings is found and named.

#![allow(clippy::unwrap_used, reason = "what a helper cannot do fails its test")]

mod chain;
mod encrypted;
mod program;
mod seal;
mod support;
mod tamper;
