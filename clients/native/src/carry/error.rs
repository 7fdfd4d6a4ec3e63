//! Why a connection failed.

use counterpart_shared::quic::QuicError;
use counterpart_shared::rtmp::Status;
use counterpart_shared::rtmp::chunk::ChunkError;
use counterpart_shared::rtmp::handshake::HandshakeError;
use counterpart_shared::session::{Scheme, SessionError};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

/// What went wrong between here and the node.
#[derive(Debug, thiserror::Error)]
pub enum CarryError {
    /// The URL's scheme is for other clients.
    #[error("{0:?} URLs are not carried by this client, only rtmp:// and quic://")]
    Scheme(Scheme),
    /// A `quic://` URL without the hash of the certificate to expect.
    #[error("the quic:// URL names no certificate (#sha256=…)")]
    NoPin,
    /// The name leads nowhere.
    #[error("cannot find the address of {host}")]
    Resolve {
        /// The name.
        host: String,
        /// Why.
        source: io::Error,
    },
    /// The name has no addresses.
    #[error("{0} has no address")]
    NoAddress(String),
    /// No connection.
    #[error("cannot connect to {address}")]
    Connect {
        /// The address that was tried last.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// No QUIC connection.
    #[error("cannot connect to {address} as {name}")]
    ConnectQuic {
        /// The address that was tried last.
        address: SocketAddr,
        /// The name that was asked for.
        name: String,
        /// Why.
        source: quinn::ConnectionError,
    },
    /// The name cannot be asked for.
    #[error("cannot begin a QUIC connection")]
    Quic(#[from] quinn::ConnectError),
    /// The connection is lost.
    #[error("the connection is lost")]
    Lost(#[from] io::Error),
    /// The QUIC connection is lost.
    #[error("the connection is lost")]
    LostQuic(#[from] quinn::ConnectionError),
    /// The node closed without a word.
    #[error("the node closed the connection")]
    Eof,
    /// The node does not speak RTMP.
    #[error("the handshake failed")]
    Handshake(#[from] HandshakeError),
    /// What came are no chunks.
    #[error("the node sent what are no chunks")]
    Chunk(#[from] ChunkError),
    /// What came is no session.
    #[error("the node broke the session")]
    Session(#[from] SessionError),
    /// What came is no media.
    #[error("the node sent what is no media stream")]
    Media(#[from] QuicError),
    /// The node said no.
    #[error("the node refused: {} ({})", .0.code, .0.description)]
    Refused(Status),
    /// Nothing came in time.
    #[error("no {step} within {} s", .waited.as_secs())]
    Late {
        /// What was waited for.
        step: &'static str,
        /// How long.
        waited: Duration,
    },
}
