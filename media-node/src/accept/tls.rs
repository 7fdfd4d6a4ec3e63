//! TLS and transport of QUIC connections.

use crate::config::Config;
use crate::keys::{Keys, Resolver};
use counterpart_transport::Congestion;
use quinn::crypto::rustls::QuicServerConfig;
use quinn::{IdleTimeout, TransportConfig, VarInt};
use rustls::crypto::CryptoProvider;
use rustls::server::NoServerSessionStorage;
use std::sync::Arc;
use std::time::Duration;

/// Our own protocol on bare QUIC.
pub(super) const ALPN_RAW: &[u8] = b"counterpart/1";
/// WebTransport's.
pub(super) const ALPN_H3: &[u8] = b"h3";

/// A client that sends one picture per QUIC stream opens some 30 a second; this many may be unread.
const MAX_UNI_STREAMS: u32 = 1024;
/// Commands, and HTTP/3's own.
const MAX_BIDI_STREAMS: u32 = 8;
/// The largest picture that is taken, and then some.
const STREAM_WINDOW: u32 = 4 << 20;
/// All that one client can make us hold.
const CONNECTION_WINDOW: u32 = 16 << 20;
/// Sound and parity that came and wait to be read.
const SOUND_IN: usize = 128 * 1024;
/// Sound and parity that wait to be sent. Parity leaves room for sound.
const SOUND_OUT: usize = 32 * 1024;

/// A packet is not lost because so few later ones have come, only when it is late: radio links and two ways at once change
/// the order, and a conversation sends so little that counting finds out no sooner.
const OVERTAKEN: u32 = 64;

/// Makes the configuration of each connection.
#[derive(Debug)]
pub(super) struct Tls {
    provider: Arc<CryptoProvider>,
    transport: Arc<TransportConfig>,
}

impl Tls {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            provider: Arc::new(rustls::crypto::ring::default_provider()),
            transport: Arc::new(transport(config.timing.idle, config.congestion)),
        }
    }

    /// For one connection: its own resolver, so that a one-time key serves it alone. Nothing of a
    /// connection helps to resume another: no tickets, no cache, no early data.
    pub(super) fn for_connection(
        &self,
        keys: &Arc<Keys>,
    ) -> anyhow::Result<(Arc<quinn::ServerConfig>, Arc<Resolver>)> {
        let resolver = Arc::new(Resolver::new(keys.clone()));
        let builder = rustls::ServerConfig::builder_with_provider(self.provider.clone());
        let mut tls = builder
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_no_client_auth()
            .with_cert_resolver(resolver.clone());
        tls.alpn_protocols = vec![ALPN_RAW.to_vec(), ALPN_H3.to_vec()];
        tls.session_storage = Arc::new(NoServerSessionStorage {});
        tls.send_tls13_tickets = 0;
        tls.max_early_data_size = 0;
        let crypto = Arc::new(QuicServerConfig::try_from(tls)?);
        let mut server = quinn::ServerConfig::with_crypto(crypto);
        server.transport_config(self.transport.clone());
        Ok((Arc::new(server), resolver))
    }
}

fn transport(idle: Duration, congestion: Congestion) -> TransportConfig {
    let mut transport = TransportConfig::default();
    let idle_timeout = IdleTimeout::try_from(idle).unwrap_or(VarInt::from_u32(10_000).into());
    transport
        .max_idle_timeout(Some(idle_timeout))
        .keep_alive_interval(Some(idle / 4))
        .max_concurrent_uni_streams(MAX_UNI_STREAMS.into())
        .max_concurrent_bidi_streams(MAX_BIDI_STREAMS.into())
        .stream_receive_window(STREAM_WINDOW.into())
        .receive_window(CONNECTION_WINDOW.into())
        .datagram_receive_buffer_size(Some(SOUND_IN))
        .datagram_send_buffer_size(SOUND_OUT)
        .packet_threshold(OVERTAKEN)
        // Pictures of the same priority go one after the other: half of two pictures shows nothing.
        .send_fairness(false);
    congestion.apply(&mut transport);
    transport
}
