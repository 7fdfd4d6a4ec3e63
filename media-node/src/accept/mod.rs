//! Where clients come in, one file for each way.
//!
//! | file | what |
//! |---|---|
//! | `listen` | opens the sockets |
//! | `rtmp` | RTMP over TCP |
//! | `http` | HTTP-FLV, `/healthz`, `/metrics` |
//! | `review` | recordings over HTTP |
//! | `line`, `secure` | TCP with or without TLS, and the operator's certificate |
//! | `udp`, `tls` | QUIC connections, each with its certificate |
//! | `quic` | one QUIC or WebTransport session |
//! | `gather` | the media of a page that publishes, from all its sessions |
//! | `subflow` | further connections of a page that publishes |
//! | `uplink` | the media of a publisher on QUIC |
//! | `client` | what a client does, the same on every carrier |
//! | `talk` | his commands as bytes |
//! | `fault` | why a connection ends |

mod client;
mod fault;
mod gather;
pub mod http;
mod line;
mod listen;
pub(crate) mod quic;
mod review;
pub mod rtmp;
mod secure;
mod subflow;
mod talk;
mod tls;
pub mod udp;
mod uplink;

pub use fault::Fault;
pub use listen::{Listeners, server_config};
pub use secure::{CertFiles, Secure, SecureError};
pub use subflow::Subflows;
