//! QUIC: one connection, commands on its first bidirectional stream.

use super::connection::{Parts, Way, new_session};
use super::control::{self, Control};
use super::resolve::resolve;
use super::{CarryError, pin, quic_receive, quic_send};
use counterpart_shared::grant::Act;
use counterpart_shared::session::MediaUrl;
use counterpart_transport::Congestion;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use quinn::crypto::rustls::QuicClientConfig;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// The application protocol (RFC 7301).
const ALPN: &[u8] = b"counterpart/1";

/// From one address to the next, when the first does not answer.
const STAGGER: Duration = Duration::from_millis(100);

/// How long the other addresses have when one of them has said no.
const REST: Duration = Duration::from_secs(1);

/// After so long without a packet the node is gone.
const IDLE: Duration = Duration::from_secs(10);

/// How long the node has to acknowledge what was said last.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Pictures that may be on their way at a time, each on its own stream.
const MAX_STREAMS: u32 = 256;

/// Sound and parity that wait to be sent. Parity leaves room for sound.
const DATAGRAM_BUFFER: usize = 32 * 1024;

/// A packet is not lost because so few later ones have come, only when it is late: radio links and two ways at once change
/// the order, and a conversation sends so little that counting finds out no sooner.
const OVERTAKEN: u32 = 64;

/// Connects and starts the session and the media.
pub(super) async fn open(
    url: &MediaUrl,
    act: Act,
    way: &Way,
    parts: Parts,
) -> Result<JoinSet<()>, CarryError> {
    let connection = connect(url, way).await?;
    let (mut writer, reader) = connection.open_bi().await?;
    let mut tasks = parts.tasks;
    let control = Control::new(
        new_session(url, act),
        parts.replies,
        parts.events.clone(),
        parts.ready,
    )
    .advise(connection.clone());
    // Media goes its own ways, so the control stream's writer gets none.
    let (_, no_media) = mpsc::channel(1);
    let held = connection.clone();
    tasks.spawn(async move {
        control::write(&mut writer, parts.to_write, no_media).await;
        // Closing the connection would overtake the last words.
        let _ = tokio::time::timeout(LAST_WORDS, writer.stopped()).await;
        drop(held);
    });
    tasks.spawn(control.run(reader, parts.wishes));
    match act {
        Act::Publish => tasks.spawn(quic_send::run(
            connection,
            parts.media,
            parts.events,
            parts.room,
            parts.wisher,
        )),
        Act::Play | Act::Review => {
            tasks.spawn(quic_receive::run(connection, parts.events, parts.wisher))
        }
    };
    Ok(tasks)
}

/// The first of the name's addresses that answers, each given a head start over the next.
async fn connect(url: &MediaUrl, way: &Way) -> Result<quinn::Connection, CarryError> {
    let config = config(url.sha256.ok_or(CarryError::NoPin)?, way.congestion);
    let addresses = resolve(&url.host, url.port).await?;
    let mut attempts: FuturesUnordered<_> = (0u32..)
        .zip(addresses)
        .map(|(place, address)| {
            let config = config.clone();
            async move {
                tokio::time::sleep(STAGGER * place).await;
                connect_to(address, &url.host, way, config).await
            }
        })
        .collect();
    let mut failure = CarryError::NoAddress(url.host.clone());
    let mut deadline = None;
    loop {
        let next = attempts.next();
        let attempt = match deadline {
            Some(deadline) => tokio::time::timeout_at(deadline, next)
                .await
                .unwrap_or(None),
            None => next.await,
        };
        match attempt {
            Some(Ok(connection)) => return Ok(connection),
            Some(Err(error)) => failure = error,
            None => return Err(failure),
        }
        deadline = deadline.or(Some(Instant::now() + REST));
    }
}

async fn connect_to(
    address: SocketAddr,
    name: &str,
    way: &Way,
    config: quinn::ClientConfig,
) -> Result<quinn::Connection, CarryError> {
    let endpoint = match &way.endpoint {
        Some(endpoint) => endpoint.clone(),
        None => endpoint_for(address)?,
    };
    endpoint
        .connect_with(config, address, name)?
        .await
        .map_err(|source| CarryError::ConnectQuic {
            address,
            name: name.to_owned(),
            source,
        })
}

fn endpoint_for(address: SocketAddr) -> Result<quinn::Endpoint, CarryError> {
    let any: SocketAddr = match address {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    quinn::Endpoint::client(any).map_err(|source| CarryError::Connect { address, source })
}

fn config(sha256: [u8; 32], congestion: Congestion) -> quinn::ClientConfig {
    let tls = QuicClientConfig::try_from(pin::client_config(sha256, ALPN))
        .expect("TLS 1.3 has the cipher suite that QUIC begins with");
    let mut transport = quinn::TransportConfig::default();
    transport
        .max_idle_timeout(Some(IDLE.try_into().expect("ten seconds fit")))
        .keep_alive_interval(Some(IDLE / 4))
        .initial_rtt(Duration::from_millis(60))
        .max_concurrent_uni_streams(MAX_STREAMS.into())
        .datagram_send_buffer_size(DATAGRAM_BUFFER)
        .packet_threshold(OVERTAKEN)
        // An older picture goes before a newer one, which needs it.
        .send_fairness(false);
    congestion.apply(&mut transport);
    let mut config = quinn::ClientConfig::new(Arc::new(tls));
    config.transport_config(Arc::new(transport));
    config
}
