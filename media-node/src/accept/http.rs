//! HTTP: live FLV for players, recordings for reviewers, `/healthz` and `/metrics` for operators.

use super::line::Line;
use super::review;
use super::rtmp::UNSENT;
use super::secure::Secure;
use crate::door::Place;
use crate::gate::Wish;
use crate::hub::Taste;
use crate::metrics::Carrier;
use crate::play::flv::FlvBody;
use crate::refusal::Refusal;
use crate::shell::{Allowed, Shell};
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use counterpart_shared::api::{ApiError, ErrorCode};
use counterpart_shared::grant::Act;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use socket2::SockRef;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tracing::Instrument;

/// Bytes that may wait for the kernel: what has left the player's queue can neither be left out nor overtaken.
const UNWRITTEN: usize = 8 * 1024;

/// Any page may read: the grant in the URL is what decides.
pub(super) const ANYBODY: (HeaderName, HeaderValue) =
    (ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));

/// What a handler knows: the node, and the place of the connection it answers on.
#[derive(Clone)]
pub(super) struct Site {
    pub(super) shell: Arc<Shell>,
    pub(super) place: Arc<Place>,
}

/// Accepts until it is dropped.
pub async fn accept(shell: Arc<Shell>, listener: TcpListener, secure: Option<Secure>) {
    loop {
        match listener.accept().await {
            Ok((socket, peer)) => {
                let Some(place) = shell.door.enter(Carrier::Flv) else {
                    continue;
                };
                let span = tracing::info_span!("http", connection = rand::random::<u32>());
                span.in_scope(|| tracing::debug!(%peer, "connected"));
                let serve = serve(shell.clone(), socket, secure.clone(), place);
                tokio::spawn(serve.instrument(span));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn serve(shell: Arc<Shell>, socket: TcpStream, secure: Option<Secure>, place: Place) {
    let timing = shell.config.timing.clone();
    if let Err(error) = tune(&socket, timing.idle) {
        tracing::debug!(%error, "a connection could not be tuned");
    }
    let line = match Line::open(socket, secure.as_ref(), timing.handshake).await {
        Ok(line) => line,
        Err(error) => {
            tracing::debug!(%error, "closed");
            return;
        }
    };
    let place = Arc::new(place);
    let service = TowerToHyperService::new(routes(Site { shell, place }));
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(timing.handshake)
        .max_buf_size(UNWRITTEN)
        .serve_connection(TokioIo::new(line), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "closed");
    }
}

fn tune(socket: &TcpStream, idle: Duration) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let socket = SockRef::from(socket);
    socket.set_tcp_notsent_lowat(UNSENT)?;
    socket.set_tcp_user_timeout(Some(idle))
}

fn routes(site: Site) -> Router {
    Router::new()
        .route("/live/{file}", get(live))
        .route(
            "/recordings/{call}/{file}",
            get(review::review).options(review::preflight),
        )
        .route("/healthz", get(healthz))
        .route("/metrics", get(metrics))
        .fallback(nothing)
        .method_not_allowed_fallback(wrong_method)
        .with_state(site)
}

async fn live(
    State(site): State<Site>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let outcome = play(&site, &file, query.as_deref()).await;
    outcome.unwrap_or_else(|refusal| refused(&refusal))
}

async fn play(site: &Site, file: &str, query: Option<&str>) -> Result<Response, Refusal> {
    let shell = &site.shell;
    let stream = file.strip_suffix(".flv").ok_or(Refusal::NotLive)?;
    let wish = Wish {
        act: Act::Play,
        app: crate::gate::APP,
        stream,
        token: query.and_then(grant_of),
    };
    let Allowed::Play(reader) = shell.admit(&site.place, wish, Taste::Aac)? else {
        return Err(Refusal::NotLive);
    };
    // The file's header says which tracks there are, so it waits until they are known.
    let patience = shell.config.timing.grace;
    let begun = timeout(patience, reader.begun()).await;
    if !matches!(begun, Ok(Ok(()))) {
        shell.metrics.refused(Refusal::NotLive.reason());
        return Err(Refusal::NotLive);
    }
    let body = FlvBody::new(shell.clone(), reader);
    let headers = [
        ANYBODY,
        (CONTENT_TYPE, HeaderValue::from_static("video/x-flv")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, Body::from_stream(body.into_stream())).into_response())
}

/// The token in a query.
pub(super) fn grant_of(query: &str) -> Option<&str> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .find(|(key, _)| *key == "grant")
        .map(|(_, token)| token)
}

/// A refusal as JSON.
pub(super) fn refused(refusal: &Refusal) -> Response {
    error(refusal.error_code(), refusal.to_string())
}

fn error(code: ErrorCode, detail: String) -> Response {
    let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let body = serde_json::to_string(&ApiError::new(code, detail)).unwrap_or_default();
    let mut headers = HeaderMap::from_iter([ANYBODY]);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    (status, headers, body).into_response()
}

async fn healthz(State(site): State<Site>) -> Response {
    match site.shell.stop.is_wished() {
        true => error(ErrorCode::NoNode, Refusal::Stopping.to_string()),
        false => "ok\n".into_response(),
    }
}

async fn metrics(State(site): State<Site>) -> Response {
    let kind = HeaderValue::from_static("text/plain; version=0.0.4");
    ([(CONTENT_TYPE, kind)], site.shell.metrics.render()).into_response()
}

async fn nothing() -> Response {
    error(
        ErrorCode::NotFound,
        "there is nothing at this path".to_owned(),
    )
}

async fn wrong_method() -> Response {
    error(
        ErrorCode::MethodNotAllowed,
        "only GET and HEAD are served here".to_owned(),
    )
}
