//! The Worker and its one class of objects.

use worker::{
    Context, DurableObject, Env, Request, Response, Result, SqlStorage, State, WebSocket,
    WebSocketIncomingMessage, WebSocketPair, durable_object, event, wasm_bindgen,
};

#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    let path = request.path();
    match path.trim_start_matches('/') {
        "" => Response::ok("hello"),
        name => {
            let object = env.durable_object("BARE")?.get_by_name(name)?;
            object.fetch_with_request(request).await
        }
    }
}

/// What the sender of a text gets.
const ACK: &str = "ack";

/// Two sockets that hear each other.
#[durable_object]
pub struct Bare {
    state: State,
    sql: SqlStorage,
}

impl DurableObject for Bare {
    fn new(state: State, _env: Env) -> Self {
        let sql = state.storage().sql();
        Self { state, sql }
    }

    async fn fetch(&self, _request: Request) -> Result<Response> {
        let table = "CREATE TABLE IF NOT EXISTS texts (id INTEGER PRIMARY KEY, text TEXT)";
        self.sql.exec(table, None)?;
        let pair = WebSocketPair::new()?;
        self.state.accept_web_socket(&pair.server);
        Response::from_websocket(pair.client)
    }

    /// One turn without an await: the platform holds what is sent back until the row is on disk.
    async fn websocket_message(
        &self,
        socket: WebSocket,
        message: WebSocketIncomingMessage,
    ) -> Result<()> {
        let WebSocketIncomingMessage::String(text) = message else {
            return Ok(());
        };
        let row = vec![text.as_str().into()];
        self.sql.exec("INSERT INTO texts (text) VALUES (?)", row)?;
        socket.send_with_str(ACK)?;
        for other in self.state.get_websockets() {
            if other != socket {
                other.send_with_str(&text)?;
            }
        }
        Ok(())
    }

    async fn websocket_close(
        &self,
        _socket: WebSocket,
        _code: usize,
        _reason: String,
        _clean: bool,
    ) -> Result<()> {
        Ok(())
    }
}
