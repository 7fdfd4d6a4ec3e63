//! What every part of Counterpart agrees on: the wire formats of the media session, the grants that
//! a URL carries, and the JSON between edge, clients and nodes.
//!
//! Nothing here knows a clock, a socket or a runtime: bytes and times are arguments, results are
//! values. It compiles for wasm as it does natively.

pub mod aac;
pub mod amf0;
pub mod api;
pub mod flv;
pub mod grant;
pub mod h264;
pub mod id;
pub mod opus;
pub mod quic;
pub mod rtmp;
pub mod session;
