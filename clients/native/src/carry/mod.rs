//! How messages travel between this client and a node.
//!
//! | file | what it does |
//! |---|---|
//! | `connection` | the one way in: connects by the URL's scheme, opens the session, hands messages over |
//! | `rtmp` | TCP: handshake, then commands and media in one byte stream |
//! | `quic` | QUIC: commands on the first bidirectional stream |
//! | `quic_send`, `quic_receive` | media on QUIC: a stream per picture, sound as datagrams |
//! | `valve` | what a publisher's own link takes |
//! | `control` | the session on a byte stream, the same for both |
//! | `pin` | the certificate of a QUIC connection is the one whose hash the URL names, and no other |
//! | `resolve` | names to addresses; `*.localhost` is this machine without asking anyone |

mod connection;
mod control;
mod error;
mod event;
mod gauge;
mod pin;
mod quic;
mod quic_receive;
mod quic_send;
mod resolve;
mod rtmp;
mod valve;

pub use connection::{Connection, MediaSender, NotSent, Way};
pub use error::CarryError;
pub use event::Event;
