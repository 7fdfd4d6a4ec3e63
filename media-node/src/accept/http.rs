//! HTTP: live FLV for players, `/healthz` and `/metrics` for operators.

use crate::door::Place;
use crate::gate::Wish;
use crate::metrics::Carrier;
use crate::play::flv::FlvBody;
use crate::refusal::Refusal;
use crate::shell::{Allowed, Shell};
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::serve::ListenerExt;
use counterpart_shared::api::{ApiError, ErrorCode};
use counterpart_shared::grant::Act;
use socket2::SockRef;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// See [`super::rtmp`].
const UNSENT: u32 = 32 * 1024;

/// Any page may read: the grant in the URL is what decides.
const ANYBODY: (HeaderName, HeaderValue) =
    (ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));

/// Accepts until it is dropped.
pub async fn accept(shell: Arc<Shell>, listener: TcpListener) {
    let idle = shell.config.timing.idle;
    let stop = shell.stop.clone();
    let app = Router::new()
        .route("/live/{file}", get(live))
        .route("/healthz", get(healthz))
        .route("/metrics", get(metrics))
        .fallback(nothing)
        .method_not_allowed_fallback(wrong_method)
        .with_state(shell);
    let tune = move |socket: &mut TcpStream| {
        let tuned = socket.set_nodelay(true).and_then(|()| {
            let socket = SockRef::from(&*socket);
            socket.set_tcp_notsent_lowat(UNSENT)?;
            socket.set_tcp_user_timeout(Some(idle))
        });
        if let Err(error) = tuned {
            tracing::debug!(%error, "a connection could not be tuned");
        }
    };
    let serve = axum::serve(listener.tap_io(tune), app);
    let stopped = async move { stop.wished().await };
    if let Err(error) = serve.with_graceful_shutdown(stopped).await {
        tracing::error!(%error, "HTTP has stopped");
    }
}

async fn live(
    State(shell): State<Arc<Shell>>,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(place) = shell.door.enter(Carrier::Flv) else {
        return refused(&Refusal::ConnectionLimit(shell.config.max_connections));
    };
    let outcome = play(&shell, place, &file, query.as_deref()).await;
    outcome.unwrap_or_else(|refusal| refused(&refusal))
}

async fn play(
    shell: &Arc<Shell>,
    place: Place,
    file: &str,
    query: Option<&str>,
) -> Result<Response, Refusal> {
    let stream = file.strip_suffix(".flv").ok_or(Refusal::NotLive)?;
    let wish = Wish {
        act: Act::Play,
        app: crate::gate::APP,
        stream,
        token: query.and_then(grant_of),
    };
    let Allowed::Play(reader) = shell.admit(&place, wish)? else {
        return Err(Refusal::NotLive);
    };
    // The file's header says which tracks there are, so it waits until they are known.
    let patience = shell.config.timing.grace;
    let begun = timeout(patience, reader.begun()).await;
    if !matches!(begun, Ok(Ok(()))) {
        shell.metrics.refused(Refusal::NotLive.reason());
        return Err(Refusal::NotLive);
    }
    let body = FlvBody::new(shell.clone(), reader, place);
    let headers = [
        ANYBODY,
        (CONTENT_TYPE, HeaderValue::from_static("video/x-flv")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, Body::from_stream(body.into_stream())).into_response())
}

fn grant_of(query: &str) -> Option<&str> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .find(|(key, _)| *key == "grant")
        .map(|(_, token)| token)
}

fn refused(refusal: &Refusal) -> Response {
    error(refusal.error_code(), refusal.to_string())
}

fn error(code: ErrorCode, detail: String) -> Response {
    let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let body = serde_json::to_string(&ApiError::new(code, detail)).unwrap_or_default();
    let mut headers = HeaderMap::from_iter([ANYBODY]);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    (status, headers, body).into_response()
}

async fn healthz(State(shell): State<Arc<Shell>>) -> Response {
    match shell.stop.is_wished() {
        true => error(ErrorCode::NoNode, Refusal::Stopping.to_string()),
        false => "ok\n".into_response(),
    }
}

async fn metrics(State(shell): State<Arc<Shell>>) -> Response {
    let kind = HeaderValue::from_static("text/plain; version=0.0.4");
    ([(CONTENT_TYPE, kind)], shell.metrics.render()).into_response()
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
        "only GET is served here".to_owned(),
    )
}
