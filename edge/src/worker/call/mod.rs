//! The Durable Object of a call.
//!
//! # Atomicity
//! `Shell::turn` reads the machine from memory (or from its row), decides, writes entries, letters, the
//! machine's row and what is remembered, sends, and sets the alarm, all without an await: no other event
//! comes between, the writes are one commit, and the platform holds every message back until that commit
//! is on disk. Questions to the fleet and deliveries follow, and each comes back as a turn of its own.
//! When a write fails, the machine in memory is dropped and the next event starts from what is on disk.

mod party;
mod pictures;
mod remarks;
mod seats;
mod shell;

use self::shell::Shell;
use super::core::{answer, request};
use super::{internal, now, socket};
use crate::call::{Call as Machine, Deed, Input};
use crate::link::{CallRequest, ToCall};
use counterpart_shared::api::{ApiError, ErrorCode};
use std::rc::Rc;
use worker::{
    DurableObject, Env, Error, Request, Response, Result, State, WebSocket,
    WebSocketIncomingMessage, durable_object, wasm_bindgen,
};

/// One call.
#[durable_object]
pub struct Call {
    /// The name it was asked for by, which is the call's id.
    name: Option<String>,
    shell: Rc<Shell>,
}

impl DurableObject for Call {
    fn new(state: State, env: Env) -> Self {
        let name = state.id().name();
        let shell = Rc::new(Shell::new(state, env));
        Self { name, shell }
    }

    async fn fetch(&self, mut incoming: Request) -> Result<Response> {
        let asked = request(&mut incoming).await?;
        let known = self.shell.ready()?;
        match asked {
            CallRequest::Create { .. } if known => answer::<()>(Err(exists())),
            CallRequest::Create {
                call,
                caller,
                to,
                record,
                terms,
            } => {
                let call = Machine::create(call, caller, to, record, terms, now());
                answer(self.shell.create(call).map_err(internal))
            }
            // A call that never was has nothing to do: its sender need not try again.
            CallRequest::Letter(_) if !known => answer(Ok(())),
            _ if !known => answer::<()>(Err(self.unknown())),
            CallRequest::View { user, after } => answer(self.shell.view(&user, after)),
            CallRequest::Review { desk, after } => answer(self.shell.review(desk.as_ref(), after)),
            CallRequest::Upload { user, image } => {
                let bytes = incoming.bytes().await?;
                answer(self.shell.upload(user, image, bytes))
            }
            CallRequest::Picture { visitor, id } => self.shell.picture(visitor.as_ref(), &id),
            CallRequest::Rate { user, rating } => answer(self.shell.deed(user, Deed::Rate(rating))),
            CallRequest::Note { user, text } => answer(self.shell.deed(user, Deed::Note(text))),
            CallRequest::Recordings { visitor } => {
                answer(self.shell.recordings(visitor.as_ref()).await)
            }
            CallRequest::DeleteRecordings { by } => answer(self.shell.delete_recordings(by).await),
            CallRequest::Urls { user } => answer(self.shell.urls(&user).await),
            CallRequest::Socket { visitor } => {
                self.shell.await_party(&visitor).await;
                self.shell.connect(&incoming, &visitor)
            }
            CallRequest::Letter(post)
                if post.letter == ToCall::Forget && self.shell.is_owing()? =>
            {
                answer::<()>(Err(owing()))
            }
            CallRequest::Letter(post) => {
                if let Some(letter) = self.shell.core.accept(post, now())? {
                    self.shell.act(Input::Letter(letter), None)?;
                }
                answer(Ok(()))
            }
        }
    }

    async fn websocket_message(
        &self,
        socket: WebSocket,
        message: WebSocketIncomingMessage,
    ) -> Result<()> {
        self.shell.ready()?;
        self.shell.message(&socket, message)
    }

    async fn websocket_close(
        &self,
        socket: WebSocket,
        code: usize,
        _reason: String,
        _clean: bool,
    ) -> Result<()> {
        socket::close(&socket, code);
        self.shell.closed(&socket)
    }

    async fn websocket_error(&self, socket: WebSocket, _error: Error) -> Result<()> {
        self.shell.closed(&socket)
    }

    async fn alarm(&self) -> Result<Response> {
        self.shell.core.disarm();
        if self.shell.ready()? {
            self.shell.alarm()?;
        }
        Response::empty()
    }
}

fn exists() -> ApiError {
    ApiError::new(ErrorCode::Conflict, "the call exists already")
}

fn owing() -> ApiError {
    let detail = "what the call has to tell is not delivered yet";
    ApiError::new(ErrorCode::Conflict, detail)
}

/// A socket or an alarm of a call that never was made: only the name that a request came by would say which.
fn unknown() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "there is no such call")
}

impl Call {
    fn unknown(&self) -> ApiError {
        let name = self.name.as_deref().unwrap_or_default();
        ApiError::new(ErrorCode::NotFound, format!("there is no call '{name}'"))
    }
}
