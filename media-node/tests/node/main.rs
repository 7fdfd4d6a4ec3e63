//! The node from outside: real sockets on the loopback, a fake edge, clients that speak the session.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod control;
mod crash;
mod death;
mod encrypted;
mod expiry;
mod ffmpeg;
mod flv;
mod garbage;
mod keys;
mod live;
mod load;
mod program;
mod quic;
mod refusals;
mod review;
mod rtmp;
mod secure;
mod slow;
mod space;
mod still;
mod support;
mod takeover;
mod transcode;
mod webtransport;
