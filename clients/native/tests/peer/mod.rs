//! A node of a few lines: one stream, forwarded from its publisher to all players, on TCP and QUIC.

#![allow(dead_code, unused_imports, reason = "each test file uses a part")]

mod hub;
mod lossy;
mod quic;
mod tcp;

pub(crate) use hub::{Hub, Order};
pub(crate) use lossy::lossy_path;

use counterpart_shared::session::MediaUrl;
use std::net::SocketAddr;
use std::sync::Arc;

/// The node, until it is dropped.
pub(crate) struct Peer {
    /// What it holds.
    pub(crate) hub: Arc<Hub>,
    rtmp: SocketAddr,
    quic: SocketAddr,
    sha256: String,
    tasks: tokio::task::JoinSet<()>,
}

impl Peer {
    pub(crate) async fn start() -> Self {
        let hub = Arc::new(Hub::new());
        let mut tasks = tokio::task::JoinSet::new();
        let rtmp = tcp::listen(hub.clone(), &mut tasks).await;
        let (quic, sha256) = quic::listen(hub.clone(), &mut tasks);
        Self {
            hub,
            rtmp,
            quic,
            sha256,
            tasks,
        }
    }

    pub(crate) fn url(&self, scheme: &str, name: &str) -> MediaUrl {
        let url = match scheme {
            "rtmp" => format!("rtmp://{}/live/{name}?grant=g", self.rtmp),
            _ => {
                let (port, sha256) = (self.quic.port(), &self.sha256);
                format!("quic://abc.localhost:{port}/live/{name}?grant=g#sha256={sha256}")
            }
        };
        url.parse().unwrap()
    }

    /// The QUIC URL through another port, such as a proxy's.
    pub(crate) fn quic_at(&self, port: u16) -> MediaUrl {
        let mut url = self.url("quic", "s");
        url.port = port;
        url
    }

    pub(crate) fn quic_address(&self) -> SocketAddr {
        self.quic
    }

    /// Ends as if killed.
    pub(crate) fn kill(&mut self) {
        self.tasks.abort_all();
    }
}
