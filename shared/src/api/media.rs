//! The URLs of one stream in every form a client may want.

use crate::grant::Act;
use crate::id::{NodeId, StreamId};
use serde::{Deserialize, Serialize};

/// One grant as URLs. All forms carry the same grant; the QUIC and the WebTransport form share one
/// label, so one of the two connects once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaUrls {
    /// Publish or play.
    pub act: Act,
    /// The stream.
    pub stream: StreamId,
    /// The node that serves it.
    pub node: NodeId,
    /// Until when a connection may begin, in UNIX milliseconds.
    pub expires_at: u64,
    /// `rtmp://HOST:PORT/live/STREAM?grant=JWT`
    pub rtmp: String,
    /// `rtmps://HOST:PORT/live/STREAM?grant=JWT`, where the node has a certificate that clients know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rtmps: Option<String>,
    /// `http://HOST:PORT/live/STREAM.flv?grant=JWT`, `https` where the node has such a certificate; only to play.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flv: Option<String>,
    /// `quic://LABEL.HOST:PORT/live/STREAM?grant=JWT#sha256=HEX`
    pub quic: String,
    /// `https://LABEL.HOST:PORT/rtmp/live/STREAM?grant=JWT#sha256=HEX`
    pub webtransport: String,
    /// Whether the certificate behind the hash is used for one connection only. False where the node
    /// has no wildcard name: then it is the node's certificate of the day.
    pub one_time: bool,
}

/// What a party needs for his half of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyUrls {
    /// To publish his own stream.
    pub publish: MediaUrls,
    /// To play his own stream, as the other party does.
    pub play: MediaUrls,
}
