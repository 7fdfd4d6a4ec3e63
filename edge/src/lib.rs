//! Counterpart's edge: who talks to whom, and where their pictures go.
//!
//! Five objects, each one atomicity domain: a [`desk`] (rooms and the waiting line), a [`call`] (two
//! parties and their log), the [`fleet`] (media nodes), the [`account`] (the business server's keys) and the
//! [`archive`] (calls that are over). Each is a pure machine: an input and the time
//! go in, outputs come out as plain values, and what must be kept is asked for afterwards. The private
//! module `worker` is the shell around them: it exists for wasm only, and is all that knows Cloudflare.
//!
//! Messages between the objects are typed in [`link`]; [`http`] and [`token`] decide what a request is
//! and who may make it.

pub mod account;
pub mod archive;
pub mod call;
pub mod desk;
pub mod fleet;
pub mod http;
pub mod limit;
pub mod link;
pub mod login;
pub mod picture;
pub mod stream;
pub mod table;
pub mod token;
pub mod webhook;

mod hex;

#[cfg(test)]
mod chance;
#[cfg(test)]
mod together;

#[cfg(target_arch = "wasm32")]
mod worker;
