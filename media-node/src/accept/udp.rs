//! QUIC connections: the certificate, the protocol, the session.

use super::Fault;
use super::gather::Pieces;
use super::quic;
use super::subflow;
use super::tls::{ALPN_H3, Tls};
use crate::door::Place;
use crate::keys::{Asked, Resolver};
use crate::metrics::Carrier;
use crate::shell::Shell;
use quinn::crypto::rustls::HandshakeData;
use quinn::{Endpoint, Incoming};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use tracing::Instrument;
use web_transport_quinn::http::StatusCode;
use web_transport_quinn::{Request, Session};

/// The path of WebTransport sessions; what stands behind it in a URL names the stream for the commands.
const PATH: &str = "/rtmp";

/// How long a refused client may take to close.
const GOODBYE: Duration = Duration::from_millis(500);

/// Accepts until it is dropped.
pub async fn accept(shell: Arc<Shell>, endpoint: Endpoint) {
    let tls = Tls::new(&shell.config);
    while let Some(incoming) = endpoint.accept().await {
        let Some(place) = shell.door.enter(Carrier::Quic) else {
            incoming.refuse();
            continue;
        };
        let (config, resolver) = match tls.for_connection(&shell.keys) {
            Ok(made) => made,
            Err(error) => {
                tracing::error!(%error, "TLS cannot be set up");
                incoming.refuse();
                continue;
            }
        };
        let span = tracing::info_span!("quic", connection = rand::random::<u32>());
        let peer = incoming.remote_address();
        span.in_scope(|| tracing::debug!(%peer, "connecting"));
        let serve = serve(shell.clone(), incoming, config, resolver, place);
        tokio::spawn(serve.instrument(span));
    }
}

async fn serve(
    shell: Arc<Shell>,
    incoming: Incoming,
    config: Arc<quinn::ServerConfig>,
    resolver: Arc<Resolver>,
    place: Place,
) {
    let fault = match open(&shell, incoming, config, &resolver, place).await {
        Ok(Opened::Session(session, place)) => quic::serve(&shell, session, place).await,
        Ok(Opened::Subflow(session, _place, media)) => subflow::serve(session, media).await,
        Err(fault) => fault,
    };
    tracing::info!(reason = fault.reason(), %fault, "closed");
    if fault.is_protocol() || matches!(fault, Fault::Slow { .. }) {
        shell.metrics.refused(fault.reason());
    }
}

/// A session that stands.
enum Opened {
    /// Of a client who will say what he wants.
    Session(Session, Place),
    /// Of one whose media belongs to another session.
    Subflow(Session, Place, Pieces),
}

/// From the first packet to a session of either kind.
async fn open(
    shell: &Shell,
    incoming: Incoming,
    config: Arc<quinn::ServerConfig>,
    resolver: &Resolver,
    place: Place,
) -> Result<Opened, Fault> {
    let patience = shell.config.timing.handshake;
    let slow = |what| Fault::Slow {
        what,
        after: patience,
    };
    // TLS may say no to the first packet already, or later.
    let connected = async { incoming.accept_with(config)?.await };
    let connected = timeout(patience, connected).await;
    resolver.forget();
    if resolver.asked() == Asked::UnknownLabel {
        shell.metrics.refused("unknown_label");
        return Err(Fault::Refused("unknown_label"));
    }
    let connection = connected.map_err(|_| slow("no whole handshake"))?;
    let connection = connection.map_err(|error| Fault::Lost(error.to_string()))?;
    if !is_h3(&connection) {
        return Ok(Opened::Session(Session::raw(connection), place));
    }
    let place = place.changed_to(Carrier::WebTransport);
    let request = timeout(patience, Request::accept(connection)).await;
    let request = request.map_err(|_| slow("no WebTransport request"))?;
    let request = request.map_err(|error| Fault::Lost(error.to_string()))?;
    let path = request.url.path();
    let rest = path
        .strip_prefix(PATH)
        .filter(|rest| rest.is_empty() || rest.starts_with('/'));
    let media = rest.and_then(|rest| shell.subflows.take(rest));
    let refusal = match rest {
        None => Some(Fault::Path),
        Some(rest) if subflow::is_subflow(rest) && media.is_none() => {
            shell.metrics.refused("unknown_ticket");
            Some(Fault::Refused("unknown_ticket"))
        }
        Some(_) if media.is_some() && place.check().is_err() => {
            shell.metrics.refused("no_place");
            Some(Fault::Refused("no_place"))
        }
        Some(_) => None,
    };
    if let Some(fault) = refusal {
        reject(request).await;
        return Err(fault);
    }
    let session = timeout(patience, request.ok()).await;
    let session = session.map_err(|_| slow("the answer was not taken"))?;
    let session = session.map_err(|error| Fault::Lost(error.to_string()))?;
    Ok(match media {
        Some(media) => Opened::Subflow(session, place, media),
        None => Opened::Session(session, place),
    })
}

/// Says no, and waits for the client to close: dropping the connection would overtake the answer.
async fn reject(request: Request) {
    let connection = request.conn().clone();
    let told = async {
        let _ = request.reject(StatusCode::NOT_FOUND).await;
        connection.closed().await;
    };
    let _ = timeout(GOODBYE, told).await;
}

fn is_h3(connection: &quinn::Connection) -> bool {
    let data = connection.handshake_data();
    let data = data.and_then(|data| data.downcast::<HandshakeData>().ok());
    data.and_then(|data| data.protocol).as_deref() == Some(ALPN_H3)
}
