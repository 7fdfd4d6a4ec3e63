//! The Durable Object of a desk.
//!
//! # Atomicity
//! `Shell::turn` reads the machine from memory (or from its rows), decides, writes letters, changed rows
//! and what is remembered, sends, and sets the alarm, all without an await: no other event comes between,
//! the writes are one commit, and the platform holds every message back until that commit is on disk.
//! Deliveries follow. When a write fails, the machine in memory is dropped and the next event starts from
//! what is on disk.

use super::board::{self, Board};
use super::core::{Core, answer, request};
use super::{now, socket};
use crate::desk::{Desk as Machine, Input, Output, id_of};
use crate::http::parse_message;
use crate::link::DeskRequest;
use counterpart_shared::api::{ByeReason, DeskCommand, DeskMessage};
use counterpart_shared::id::{RoomId, UserId};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use worker::{
    DurableObject, Env, Error, Request, Response, Result, State, WebSocket,
    WebSocketIncomingMessage, durable_object, wasm_bindgen,
};

/// One desk.
#[durable_object]
pub struct Desk {
    core: Rc<Core>,
    machine: RefCell<Option<Machine>>,
    board: Board,
}

impl DurableObject for Desk {
    fn new(state: State, env: Env) -> Self {
        Self {
            core: Core::new(state, env),
            machine: RefCell::new(None),
            board: Board::default(),
        }
    }

    async fn fetch(&self, mut incoming: Request) -> Result<Response> {
        let asked = request(&mut incoming).await?;
        self.ready()?;
        match asked {
            DeskRequest::Admission => answer(self.with(|desk| desk.admission(now()))?),
            DeskRequest::Settings => answer(Ok(self.with(|desk| desk.settings().clone())?)),
            DeskRequest::Configure { desk, settings } => {
                let now_so = settings.clone();
                self.turn(Input::Configure { desk, settings }, None)?;
                answer(Ok(now_so))
            }
            DeskRequest::HandOver { to } => {
                answer(self.with(|desk| desk.hand_over(to.as_ref(), now()))?)
            }
            DeskRequest::Board => answer(Ok(self.with(|desk| desk.board(now()))?)),
            DeskRequest::BoardSocket => self.watch(&incoming),
            DeskRequest::Socket { room, agent } => self.seat(&incoming, room, agent),
            DeskRequest::Letter(post) => {
                if let Some(letter) = self.core.accept(post, now())? {
                    self.turn(Input::Letter(letter), None)?;
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
        self.ready()?;
        if !socket::is_open(&socket) {
            return Ok(());
        }
        let text = socket::text(message).unwrap_or_default();
        match parse_message::<DeskCommand>(&text) {
            Ok(command) => self.command(&socket, command)?,
            Err((id, error)) => socket::send(&socket, &DeskMessage::Error { id, error }),
        }
        Ok(())
    }

    async fn websocket_close(
        &self,
        socket: WebSocket,
        code: usize,
        _reason: String,
        _clean: bool,
    ) -> Result<()> {
        socket::close(&socket, code);
        self.closed(&socket)
    }

    async fn websocket_error(&self, socket: WebSocket, _error: Error) -> Result<()> {
        self.closed(&socket)
    }

    async fn alarm(&self) -> Result<Response> {
        self.core.disarm();
        self.ready()?;
        self.check()?;
        self.core.store.forget(now())?;
        Response::empty()
    }
}

impl Desk {
    fn ready(&self) -> Result<()> {
        if self.machine.borrow().is_some() {
            return Ok(());
        }
        self.core.store.create()?;
        let loaded = Machine::load(&self.core.store.rows()?).map_err(|error| error.to_string())?;
        *self.machine.borrow_mut() = Some(loaded);
        self.check()
    }

    /// Looks at the machine.
    fn with<T>(&self, look: impl FnOnce(&Machine) -> T) -> Result<T> {
        let machine = self.machine.borrow();
        Ok(look(machine.as_ref().ok_or("the desk is not loaded")?))
    }

    /// Time has passed: for the machine and for letters.
    fn check(&self) -> Result<()> {
        socket::close_silent(&self.core.state, now());
        let sockets = self.core.state.get_websockets().into_iter();
        let present: BTreeSet<RoomId> = sockets
            .filter(socket::is_open)
            .filter_map(|socket| room_of(&socket))
            .collect();
        self.turn(Input::Alarm { present }, None)?;
        self.core.deliver_soon();
        Ok(())
    }

    fn turn(&self, input: Input, from: Option<&WebSocket>) -> Result<()> {
        let mut desk = self.machine.take().ok_or("the desk is not loaded")?;
        let outputs = desk.handle(input, now());
        self.store(&mut desk, &outputs)?;
        for output in outputs {
            self.perform(output, from);
        }
        self.core.arm(desk.due())?;
        self.core.arm(self.board.show(&self.core, &desk))?;
        *self.machine.borrow_mut() = Some(desk);
        Ok(())
    }

    fn store(&self, desk: &mut Machine, outputs: &[Output]) -> Result<()> {
        let store = &self.core.store;
        for output in outputs {
            match output {
                Output::Letter(letter) => self.core.post(letter)?,
                Output::Remember(room, id) => {
                    store.remember(room.as_str(), id.as_str(), None, now())?;
                }
                Output::Reply(_) | Output::Send(..) => {}
            }
        }
        store.write(desk.changes())
    }

    fn perform(&self, output: Output, from: Option<&WebSocket>) {
        match output {
            Output::Remember(..) => {}
            Output::Reply(message) => from
                .iter()
                .for_each(|socket| socket::send(socket, &message)),
            Output::Send(room, message) => {
                let sockets = socket::tagged(&self.core.state, room.as_str());
                sockets
                    .iter()
                    .for_each(|socket| socket::send(socket, &message));
            }
            Output::Letter(_) => self.core.deliver_soon(),
        }
    }

    fn seat(&self, request: &Request, room: RoomId, agent: UserId) -> Result<Response> {
        let admitted = match self.machine.borrow().as_ref() {
            Some(desk) => desk.admit(&room, &agent),
            None => Ok(()),
        };
        if let Err(refused) = admitted {
            return answer::<()>(Err(refused.into()));
        }
        let reason = ByeReason::Replaced;
        for older in socket::tagged(&self.core.state, room.as_str()) {
            socket::dismiss(&older, &DeskMessage::Bye { reason }, reason);
        }
        let (socket, response) = socket::accept(&self.core, request, room.as_str())?;
        socket.serialize_attachment(room.as_str())?;
        self.turn(Input::Connected { room, agent }, Some(&socket))?;
        Ok(response)
    }

    fn watch(&self, request: &Request) -> Result<Response> {
        let (socket, response) = board::accept(&self.core, request)?;
        self.board.forget();
        socket::send(&socket, &self.with(|desk| desk.board(now()))?);
        Ok(response)
    }

    fn command(&self, socket: &WebSocket, command: DeskCommand) -> Result<()> {
        let id = id_of(&command);
        let Some(room) = room_of(socket) else {
            let (id, error) = (Some(id.clone()), board::only_shows());
            socket::send(socket, &DeskMessage::Error { id, error });
            return Ok(());
        };
        let id = id.as_str();
        let earlier = self.core.store.recall(room.as_str(), id)?.is_some();
        let input = Input::Command {
            room,
            command,
            earlier,
        };
        self.turn(input, Some(socket))
    }

    fn closed(&self, socket: &WebSocket) -> Result<()> {
        self.ready()?;
        let Some(room) = room_of(socket) else {
            return Ok(());
        };
        let sockets = socket::tagged(&self.core.state, room.as_str());
        let others = socket::others(&sockets, socket);
        self.turn(Input::Closed { room, others }, None)
    }
}

fn room_of(socket: &WebSocket) -> Option<RoomId> {
    let room: String = socket.deserialize_attachment().ok()??;
    room.parse().ok()
}
