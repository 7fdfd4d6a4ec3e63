//! How one object, or the Worker, reaches another object: one typed request, one JSON answer.

use crate::link::Address;
use crate::table::to_json;
use counterpart_shared::api::{ApiError, ErrorCode, SUBPROTOCOL};
use serde::Serialize;
use serde::de::DeserializeOwned;
use worker::{Env, Headers, Method, Request, RequestInit, Response, Stub};

/// Objects look at the request's content only; a URL must be there all the same.
const URL: &str = "http://object/";

/// The header that carries the request of a WebSocket, which has no body.
pub(super) const HEADER: &str = "counterpart-request";

/// Asks and reads the answer.
pub(super) async fn ask<T: DeserializeOwned>(
    env: &Env,
    to: &Address,
    request: &impl Serialize,
) -> Result<T, ApiError> {
    let text = text(env, to, to_json(request)).await?;
    serde_json::from_str(&text).map_err(super::internal)
}

/// What does not depend on the types, so that it is there once.
async fn text(env: &Env, to: &Address, request: String) -> Result<String, ApiError> {
    let mut answer = whole(env, to, request).await?;
    answer.text().await.map_err(super::internal)
}

/// Asks, in JSON; the answer is the object's own, and no refusal.
pub(super) async fn whole(env: &Env, to: &Address, request: String) -> Result<Response, ApiError> {
    let mut init = RequestInit::new();
    init.with_method(Method::Post)
        .with_body(Some(request.into()));
    let answer = send(env, to, &init).await.map_err(super::internal)?;
    accepted(answer).await
}

/// Hands a WebSocket over: the answer is the object's own.
pub(super) async fn socket(
    env: &Env,
    to: &Address,
    request: &impl Serialize,
    subprotocol: bool,
) -> Result<Response, ApiError> {
    let answer = upgrade(env, to, request, subprotocol).await;
    accepted(answer.map_err(super::internal)?).await
}

async fn accepted(mut answer: Response) -> Result<Response, ApiError> {
    if answer.status_code() < 400 {
        return Ok(answer);
    }
    let text = answer.text().await.map_err(super::internal)?;
    Err(refused(&text))
}

async fn upgrade(
    env: &Env,
    to: &Address,
    request: &impl Serialize,
    subprotocol: bool,
) -> worker::Result<Response> {
    let headers = Headers::new();
    headers.set("Upgrade", "websocket")?;
    headers.set(HEADER, &to_json(request))?;
    if subprotocol {
        headers.set("Sec-WebSocket-Protocol", SUBPROTOCOL)?;
    }
    let mut init = RequestInit::new();
    init.with_headers(headers);
    send(env, to, &init).await
}

async fn send(env: &Env, to: &Address, init: &RequestInit) -> worker::Result<Response> {
    let request = Request::new_with_init(URL, init)?;
    stub(env, to)?.fetch_with_request(request).await
}

fn stub(env: &Env, to: &Address) -> worker::Result<Stub> {
    let binding = match to {
        Address::Call(_) => "CALL",
        Address::Desk(_) => "DESK",
        Address::Fleet => "FLEET",
        Address::Account => "ACCOUNT",
        Address::Archive => "ARCHIVE",
    };
    env.durable_object(binding)?.get_by_name(to.name())
}

fn refused(text: &str) -> ApiError {
    serde_json::from_str(text)
        .unwrap_or_else(|_| ApiError::new(ErrorCode::Internal, "an object gave no readable answer"))
}
