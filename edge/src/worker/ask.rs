//! How one object, or the Worker, reaches another object: one typed request, one JSON answer.

use crate::link::Address;
use crate::table::to_json;
use counterpart_shared::api::{ApiError, ErrorCode, SUBPROTOCOL};
use serde::Serialize;
use serde::de::DeserializeOwned;
use worker::js_sys::futures::JsFuture;
use worker::js_sys::{Promise, Uint8Array};
use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::wasm_bindgen::{self, JsCast, JsValue};
use worker::worker_sys::web_sys;
use worker::{Env, Headers, Method, Request, RequestInit, Response, Stub};

/// Objects look at the request's content only; a URL must be there all the same.
const URL: &str = "http://object/";

#[wasm_bindgen]
extern "C" {
    /// A stub, as the platform has it.
    type Object;

    #[wasm_bindgen(method, catch)]
    fn fetch(this: &Object, url: &str, init: &web_sys::RequestInit) -> Result<Promise, JsValue>;
}

/// The header that carries the request of a WebSocket, which has no body.
pub(super) const HEADER: &str = "counterpart-request";

/// Asks and reads the answer.
pub(super) async fn ask<T: DeserializeOwned>(
    env: &Env,
    to: &Address,
    request: &impl Serialize,
) -> Result<T, ApiError> {
    let answer = whole(env, to, to_json(request)).await?;
    let text = text(&answer).await.map_err(super::internal)?;
    serde_json::from_str(&text).map_err(super::internal)
}

/// Asks with bytes that belong to what is asked; the answer says no more than that it is done.
pub(super) async fn ask_with(
    env: &Env,
    to: &Address,
    request: &impl Serialize,
    bytes: &[u8],
) -> Result<(), ApiError> {
    let headers = Headers::new();
    let said = headers.set(HEADER, &to_json(request));
    said.map_err(super::internal)?;
    let mut init = RequestInit::new();
    init.with_method(Method::Post)
        .with_headers(headers)
        .with_body(Some(Uint8Array::from(bytes).into()));
    let answer = fetch(env, to, &init).await.map_err(super::internal)?;
    accepted(answer).await.map(|_| ())
}

/// Asks, in JSON; the answer is the object's own, and no refusal.
pub(super) async fn whole(
    env: &Env,
    to: &Address,
    request: String,
) -> Result<web_sys::Response, ApiError> {
    let mut init = RequestInit::new();
    init.with_method(Method::Post)
        .with_body(Some(request.into()));
    let answer = fetch(env, to, &init).await.map_err(super::internal)?;
    accepted(answer).await
}

/// The platform's own answer: what `worker` makes of one is a stream to be read piece by piece.
async fn fetch(env: &Env, to: &Address, init: &RequestInit) -> worker::Result<web_sys::Response> {
    let object: Object = stub(env, to)?.into_rpc();
    let answer = JsFuture::from(object.fetch(URL, &init.into())?).await?;
    Ok(answer.unchecked_into())
}

async fn text(answer: &web_sys::Response) -> worker::Result<String> {
    let text = JsFuture::from(answer.text()?).await?.as_string();
    Ok(text.ok_or("an answer without a text")?)
}

/// Hands a WebSocket over: the answer is the object's own.
pub(super) async fn socket(
    env: &Env,
    to: &Address,
    request: &impl Serialize,
    subprotocol: bool,
) -> Result<Response, ApiError> {
    let answer = upgrade(env, to, request, subprotocol).await;
    let answer = answer.map_err(super::internal)?;
    if answer.status_code() < 400 {
        return Ok(answer);
    }
    accepted(answer.into()).await.map(Into::into)
}

async fn accepted(answer: web_sys::Response) -> Result<web_sys::Response, ApiError> {
    if answer.status() < 400 {
        return Ok(answer);
    }
    let text = text(&answer).await.map_err(super::internal)?;
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
