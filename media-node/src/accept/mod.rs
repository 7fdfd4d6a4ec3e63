//! Where clients come in, one file for each way.
//!
//! | file | what |
//! |---|---|
//! | `listen` | opens the sockets |
//! | `rtmp` | RTMP over TCP |
//! | `http` | HTTP-FLV, `/healthz`, `/metrics` |
//! | `udp`, `tls` | QUIC connections, each with its certificate |
//! | `quic` | one QUIC or WebTransport session |
//! | `uplink` | the media of a publisher on QUIC |
//! | `client` | what a client does, the same on every carrier |
//! | `talk` | his commands as bytes |
//! | `fault` | why a connection ends |

mod client;
mod fault;
pub mod http;
mod listen;
pub(crate) mod quic;
pub mod rtmp;
mod talk;
mod tls;
pub mod udp;
mod uplink;

pub use fault::Fault;
pub use listen::{Listeners, server_config};
