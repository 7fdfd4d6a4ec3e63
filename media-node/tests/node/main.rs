//! The node from outside: real sockets on the loopback, a fake edge, clients that speak the session.

mod control;
mod flv;
mod garbage;
mod keys;
mod quic;
mod refusals;
mod rtmp;
mod slow;
mod support;
mod takeover;
mod webtransport;
