//! The Durable Object of the fleet.
//!
//! # Atomicity
//! `turn` reads the machine from memory (or from its rows), decides, writes letters and changed rows, and
//! sends, all without an await: no other event comes between, the writes are one commit, and the platform
//! holds every message back until that commit is on disk; so an event is acknowledged and a key given out
//! only when that is stored. Deliveries follow. When a write fails, the machine in memory is dropped and
//! the next event starts from what is on disk.

use super::core::{Core, answer, request};
use super::{internal, now, socket};
use crate::fleet::{Fleet as Machine, Input, Output};
use crate::http::parse_message;
use crate::link::{FleetRequest, Lease};
use counterpart_shared::api::{ApiError, FromNode, ToNode};
use counterpart_shared::id::NodeId;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use worker::{
    DurableObject, Env, Error, Request, Response, Result, State, WebSocket,
    WebSocketIncomingMessage, durable_object, wasm_bindgen,
};

/// All links carry one tag; whose one is stands in its attachment, once the node has said so.
const TAG: &str = "node";

/// The node cannot be understood (RFC 6455 §7.4.1).
const PROTOCOL_ERROR: usize = 1002;

/// The other end is not there any more (RFC 6455 §7.4.1).
const GOING_AWAY: usize = 1001;

/// The media nodes.
#[durable_object]
pub struct Fleet {
    core: Rc<Core>,
    machine: RefCell<Option<Machine>>,
}

impl DurableObject for Fleet {
    fn new(state: State, env: Env) -> Self {
        Self {
            core: Core::new(state, env),
            machine: RefCell::new(None),
        }
    }

    async fn fetch(&self, mut incoming: Request) -> Result<Response> {
        let asked = request(&mut incoming).await?;
        self.ready()?;
        match asked {
            FleetRequest::Board => {
                let machine = self.machine.borrow();
                answer(Ok(machine.as_ref().map(Machine::board).unwrap_or_default()))
            }
            FleetRequest::Reach { nodes } => {
                let machine = self.machine.borrow();
                let reach = |fleet: &Machine| fleet.reach(&nodes);
                answer(Ok(machine.as_ref().map(reach).unwrap_or_default()))
            }
            FleetRequest::Socket => Ok(socket::accept(&self.core, &incoming, TAG)?.1),
            FleetRequest::Allocate {
                call,
                count,
                at,
                until,
            } => {
                let wish = Input::Allocate {
                    call,
                    count,
                    at,
                    until,
                };
                let lease = self.turn(wish, None)?;
                answer(lease.unwrap_or_else(|| Err(internal("the fleet gave no answer"))))
            }
            FleetRequest::Letter(post) => {
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
        let text = socket::text(message).unwrap_or_default();
        match parse_message::<FromNode>(&text) {
            Ok(message) => {
                let from = node_of(&socket);
                self.turn(Input::Message { from, message }, Some(&socket))?;
            }
            Err((_, error)) => {
                socket::send(&socket, &ToNode::Error(error));
                socket::close(&socket, PROTOCOL_ERROR);
                self.closed(&socket)?;
            }
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
        self.turn(Input::Alarm, None)?;
        self.core.store.forget(now())?;
        self.core.deliver_soon();
        Response::empty()
    }
}

type Leased = Option<std::result::Result<Lease, ApiError>>;

impl Fleet {
    fn ready(&self) -> Result<()> {
        if self.machine.borrow().is_some() {
            return Ok(());
        }
        self.core.store.create()?;
        let loaded = Machine::load(&self.core.store.rows()?).map_err(|error| error.to_string())?;
        *self.machine.borrow_mut() = Some(loaded);
        let links = self.links();
        let present: BTreeSet<NodeId> = links.iter().filter_map(node_of).collect();
        self.turn(Input::Loaded { present }, None)?;
        self.core.deliver_soon();
        Ok(())
    }

    fn turn(&self, input: Input, from: Option<&WebSocket>) -> Result<Leased> {
        let keys = &self.core.config()?.public_keys;
        let mut fleet = self.machine.take().ok_or("the fleet is not loaded")?;
        let outputs = fleet.handle(input, keys, now());
        for output in &outputs {
            if let Output::Letter(letter) = output {
                self.core.post(letter)?;
            }
        }
        self.core.store.write(fleet.changes())?;
        self.core.arm(fleet.due(now()))?;
        *self.machine.borrow_mut() = Some(fleet);
        let mut leased = None;
        for output in outputs {
            match output {
                Output::Leased(lease) => leased = Some(lease),
                Output::Letter(_) => self.core.deliver_soon(),
                Output::Send(node, message) => self.send(&node, &message),
                Output::Drop(node) => self.drop_links(&node)?,
                other => self.to_socket(other, from)?,
            }
        }
        Ok(leased)
    }

    fn to_socket(&self, output: Output, from: Option<&WebSocket>) -> Result<()> {
        let Some(socket) = from else {
            return Ok(());
        };
        match output {
            Output::Join(node) => self.join(socket, &node)?,
            Output::Reply(message) => socket::send(socket, &message),
            Output::HangUp => socket::close(socket, PROTOCOL_ERROR),
            Output::Leased(_) | Output::Letter(_) | Output::Send(..) | Output::Drop(_) => {}
        }
        Ok(())
    }

    /// A link that a node has left behind no longer speaks for it.
    fn join(&self, socket: &WebSocket, node: &NodeId) -> Result<()> {
        for old in self.links() {
            if old != *socket && node_of(&old).as_ref() == Some(node) {
                old.serialize_attachment("")?;
                socket::close(&old, 1000);
            }
        }
        socket.serialize_attachment(node.as_str())
    }

    /// What still comes from there is nobody's word any more; a node that is there after all dials again.
    fn drop_links(&self, node: &NodeId) -> Result<()> {
        for link in self.links() {
            if node_of(&link).as_ref() == Some(node) {
                link.serialize_attachment("")?;
                socket::close(&link, GOING_AWAY);
            }
        }
        Ok(())
    }

    fn send(&self, node: &NodeId, message: &ToNode) {
        let links = self.links();
        let of_node = |link: &&WebSocket| node_of(link).as_ref() == Some(node);
        links
            .iter()
            .filter(of_node)
            .for_each(|link| socket::send(link, message));
    }

    fn closed(&self, socket: &WebSocket) -> Result<()> {
        self.ready()?;
        if let Some(node) = node_of(socket) {
            self.turn(Input::Closed(node), None)?;
        }
        Ok(())
    }

    fn links(&self) -> Vec<WebSocket> {
        socket::tagged(&self.core.state, TAG)
    }
}

fn node_of(socket: &WebSocket) -> Option<NodeId> {
    let node: String = socket.deserialize_attachment().ok()??;
    node.parse().ok()
}
