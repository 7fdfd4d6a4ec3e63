//! WebSockets of objects: they hibernate, and know by their tag or attachment whose they are.

use super::core::Core;
use crate::table::to_json;
use counterpart_shared::api::{ByeReason, PING, PING_EVERY_S, PONG, SUBPROTOCOL};
use serde::Serialize;
use worker::js_sys::Date;
use worker::wasm_bindgen::prelude::wasm_bindgen;
use worker::wasm_bindgen::{self, JsCast, JsValue};
use worker::worker_sys::{WebSocketRequestResponsePair, web_sys};
use worker::{
    Headers, Request, Response, Result, State, WebSocket, WebSocketIncomingMessage, WebSocketPair,
};

/// The close code of an endpoint that goes away (RFC 6455 §7.4.1).
const GOING_AWAY: usize = 1001;

/// `WebSocket.OPEN` (WHATWG WebSockets §3.1)
const OPEN: u16 = 1;

/// After so long, in milliseconds, without the next ping a client is gone: three are missing.
const SILENT: u64 = 3 * 1000 * PING_EVERY_S;

#[wasm_bindgen]
extern "C" {
    /// An object's state, as the platform has it.
    type RawState;

    /// When the platform answered a ping of this socket last.
    #[wasm_bindgen(method, catch, js_name = getWebSocketAutoResponseTimestamp)]
    fn pinged(this: &RawState, socket: &web_sys::WebSocket) -> Result<Option<Date>, JsValue>;
}

/// Has the platform answer pings by itself, for which no object wakes.
fn answer_pings(state: &State) -> Result<()> {
    let pair = WebSocketRequestResponsePair::new(PING, PONG)?;
    state.set_websocket_auto_response(&pair);
    Ok(())
}

/// Closes the sockets whose clients have pinged and ceased to: the network took them without a word, which TCP
/// notices many minutes later.
pub(super) fn close_silent(state: &State, now: u64) {
    let raw: &RawState = state.as_raw().unchecked_ref();
    for socket in state.get_websockets() {
        let last = raw.pinged(socket.as_ref()).ok().flatten();
        let silent = |at: Date| at.get_time() + (SILENT as f64) < now as f64;
        if is_open(&socket) && last.is_some_and(silent) {
            close(&socket, GOING_AWAY);
        }
    }
}

/// Takes a socket under a tag; the object's half, and the answer for the client.
pub(super) fn accept(core: &Core, request: &Request, tag: &str) -> Result<(WebSocket, Response)> {
    let pair = WebSocketPair::new()?;
    answer_pings(&core.state)?;
    core.state.accept_websocket_with_tags(&pair.server, &[tag]);
    let headers = Headers::new();
    if request.headers().has("Sec-WebSocket-Protocol")? {
        headers.set("Sec-WebSocket-Protocol", SUBPROTOCOL)?;
    }
    let response = Response::from_websocket(pair.client)?.with_headers(headers);
    Ok((pair.server, response))
}

/// Best effort: a socket that is closing learns the rest when it comes back.
pub(super) fn send<T: Serialize>(socket: &WebSocket, message: &T) {
    send_text(socket, &to_json(message));
}

/// The same, for what is JSON already.
pub(super) fn send_text(socket: &WebSocket, text: &str) {
    let _ = socket.send_with_str(text);
}

pub(super) fn is_open(socket: &WebSocket) -> bool {
    socket.as_ref().ready_state() == OPEN
}

/// The open sockets under a tag.
pub(super) fn tagged(state: &State, tag: &str) -> Vec<WebSocket> {
    let mut sockets = state.get_websockets_with_tag(tag);
    sockets.retain(is_open);
    sockets
}

/// Whether there are open ones besides `socket`.
pub(super) fn others(sockets: &[WebSocket], socket: &WebSocket) -> bool {
    sockets
        .iter()
        .any(|other| other != socket && is_open(other))
}

/// Tells a socket why it is closed, and closes it.
pub(super) fn dismiss<T: Serialize>(socket: &WebSocket, message: &T, reason: ByeReason) {
    send(socket, message);
    close(socket, reason.close_code().into());
}

/// Completes the closing handshake (RFC 6455 §7.1.2); codes that may not be sent become 1000 (§7.4.1).
pub(super) fn close(socket: &WebSocket, code: usize) {
    let code = u16::try_from(code).ok();
    let code =
        code.filter(|code| (1000..5000).contains(code) && !matches!(code, 1004..=1006 | 1015));
    let _ = socket.close(Some(code.unwrap_or(1000)), Some(""));
}

/// The text of a message; binary ones have no meaning here.
pub(super) fn text(message: WebSocketIncomingMessage) -> Option<String> {
    match message {
        WebSocketIncomingMessage::String(text) => Some(text),
        WebSocketIncomingMessage::Binary(_) => None,
    }
}
