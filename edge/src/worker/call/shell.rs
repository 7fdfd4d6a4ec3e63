//! One turn of a call: decide, store, send; what must wait comes afterwards.

use super::super::ask::ask;
use super::super::core::Core;
use super::super::{now, socket};
use super::seats;
use crate::call::{Ask, Call, HandOver, Input, Output, Seat, log_letters};
use crate::link::{Address, Admission, DeskRequest, FleetRequest, Lease};
use counterpart_shared::api::{ApiError, Entry, PartyUrls};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use worker::{Env, Result, State, WebSocket};

pub(super) struct Shell {
    pub(super) core: Rc<Core>,
    pub(super) machine: RefCell<Option<Call>>,
    /// Whether every socket is known to have all entries: most of the time, and then none of them is asked.
    pub(super) calm: Cell<bool>,
}

/// What a turn leaves to be done.
#[derive(Default)]
pub(super) struct Rest {
    pub(super) asks: Vec<Ask>,
    wishes: Vec<HandOver>,
    pub(super) answer: Option<std::result::Result<PartyUrls, ApiError>>,
    pub(super) settled: Option<std::result::Result<(), ApiError>>,
    forgotten: bool,
}

impl Shell {
    pub(super) fn new(state: State, env: Env) -> Self {
        Self {
            core: Core::new(state, env),
            machine: RefCell::new(None),
            calm: Cell::new(false),
        }
    }

    /// Loads the machine if need be; false when the call was never created.
    pub(super) fn ready(self: &Rc<Self>) -> Result<bool> {
        if self.machine.borrow().is_some() {
            return Ok(true);
        }
        if !self.core.store.exists()? {
            return Ok(false);
        }
        self.core.store.create()?;
        let loaded = Call::load(&self.core.store.rows()?).map_err(|error| error.to_string())?;
        let found = loaded.is_some();
        *self.machine.borrow_mut() = loaded;
        if found {
            self.alarm()?;
        }
        Ok(found)
    }

    pub(super) fn create(&self, mut call: Call) -> Result<()> {
        self.core.store.create()?;
        self.core.store.write(call.changes())?;
        self.core.arm(call.due(now()))?;
        *self.machine.borrow_mut() = Some(call);
        Ok(())
    }

    /// Time has passed: for the machine, for sockets that are held, for letters.
    pub(super) fn alarm(self: &Rc<Self>) -> Result<()> {
        socket::close_silent(&self.core.state, now());
        let (present, watching) = seats::present(&self.core);
        self.act(Input::Alarm { present, watching }, None)?;
        if let Some(call) = self.machine.borrow().as_ref() {
            self.broadcast(call, &[])?;
        }
        self.core.deliver_soon();
        Ok(())
    }

    /// A turn, and in the background what it leaves to be done.
    pub(super) fn act(self: &Rc<Self>, input: Input, from: Option<&WebSocket>) -> Result<()> {
        let rest = self.turn(input, from)?;
        for ask in rest.asks {
            let shell = self.clone();
            let answer = async move {
                let lease = shell.lease(&ask).await;
                Input::Leased { ask, lease }
            };
            self.inquire(answer, from);
        }
        for wish in rest.wishes {
            let shell = self.clone();
            let answer = async move {
                let admission = shell.admission(&wish).await;
                Input::Admitted { wish, admission }
            };
            self.inquire(answer, from);
        }
        Ok(())
    }

    /// Another object's answer is a turn of its own.
    fn inquire(
        self: &Rc<Self>,
        answer: impl Future<Output = Input> + 'static,
        from: Option<&WebSocket>,
    ) {
        let (shell, from) = (self.clone(), from.cloned());
        self.core.spawn(async move {
            if let Err(error) = shell.act(answer.await, from.as_ref()) {
                worker::console_error!("call: {error}");
            }
        });
    }

    async fn admission(&self, wish: &HandOver) -> std::result::Result<Admission, ApiError> {
        let to = wish.room.clone();
        let desk = Address::Desk(wish.desk.clone());
        ask(&self.core.env, &desk, &DeskRequest::HandOver { to }).await
    }

    pub(super) async fn lease(&self, wanted: &Ask) -> std::result::Result<Lease, ApiError> {
        let call = self.machine.borrow().as_ref().map(|call| call.id.clone());
        let request = FleetRequest::Allocate {
            call: call.ok_or_else(super::unknown)?,
            count: wanted.keys(),
            at: wanted.node().cloned(),
            until: None,
        };
        ask(&self.core.env, &Address::Fleet, &request).await
    }

    pub(super) fn turn(&self, input: Input, from: Option<&WebSocket>) -> Result<Rest> {
        let signer = &self.core.config()?.signer;
        let mut call = self.machine.take().ok_or("the call is not loaded")?;
        let outputs = call.handle(input, signer, now());
        self.store(&mut call, &outputs)?;
        let rest = self.perform(&call, outputs, from)?;
        if rest.forgotten {
            return Ok(rest);
        }
        self.core.arm(call.due(now()))?;
        self.calm_down(&call)?;
        self.core.hook_soon();
        *self.machine.borrow_mut() = Some(call);
        Ok(rest)
    }

    fn store(&self, call: &mut Call, outputs: &[Output]) -> Result<()> {
        let store = &self.core.store;
        for output in outputs {
            match output {
                Output::Append(entry) => {
                    store.append(entry)?;
                    self.core.hook(call, entry)?;
                }
                Output::Letter(letter) => self.core.post(letter)?,
                Output::HandInLog => {
                    for letter in log_letters(&call.id, store.entries(0)?) {
                        self.core.post(&letter)?;
                    }
                }
                Output::Remember { party, id, seq } => {
                    store.remember(&call.owner(*party), id.as_str(), *seq, now())?;
                }
                _ => {}
            }
        }
        store.write(call.changes())
    }

    fn perform(&self, call: &Call, outputs: Vec<Output>, from: Option<&WebSocket>) -> Result<Rest> {
        let entries: Vec<Entry> = outputs.iter().filter_map(appended).collect();
        let mut rest = Rest::default();
        for output in outputs {
            match output {
                Output::Append(entry) if entry.seq == entries[0].seq => {
                    self.broadcast(call, &entries)?;
                }
                Output::Append(_) | Output::Remember { .. } => {}
                Output::Reply(message) => {
                    if let Some(socket) = from {
                        socket::send(socket, &message);
                    }
                }
                Output::Send(who, message) => seats::send(&self.core, call, &who, &message)?,
                Output::Dismiss(who, reason) => {
                    for socket in seats::of(&self.core, &who) {
                        socket::close(&socket, reason.close_code().into());
                    }
                }
                Output::Resume(after) => {
                    if let Some(socket) = from {
                        self.resume(call, socket, after)?;
                    }
                }
                Output::Ask(ask) => rest.asks.push(ask),
                Output::AskDesk(wish) => rest.wishes.push(wish),
                Output::Answer(answer) => rest.answer = Some(*answer),
                Output::Settled(outcome) => rest.settled = Some(outcome),
                Output::Letter(_) | Output::HandInLog => self.deliver_soon(),
                Output::Forget => {
                    self.vanish()?;
                    rest.forgotten = true;
                }
            }
        }
        Ok(rest)
    }

    fn broadcast(&self, call: &Call, entries: &[Entry]) -> Result<()> {
        if self.calm.get() {
            seats::tell_all(&self.core, entries);
            return Ok(());
        }
        seats::broadcast(&self.core, call, entries)
    }

    /// Sees to those sockets that are still held.
    fn calm_down(&self, call: &Call) -> Result<()> {
        if self.calm.get() {
            return Ok(());
        }
        let (held, due) = seats::held(&self.core, call);
        self.calm.set(!held);
        self.core.arm(due)
    }

    /// Whether letters or events of the call are still to be delivered.
    pub(super) fn is_owing(&self) -> Result<bool> {
        Ok(self.core.store.letters()? > 0 || self.core.has_hooks())
    }

    /// Deletes everything, the alarm included; not awaited, so that the answer waits for it as for any commit.
    fn vanish(&self) -> Result<()> {
        for socket in self.core.state.get_websockets() {
            socket::close(&socket, 1000);
        }
        let _deleted = self.core.state.storage().as_raw().delete_all()?;
        Ok(())
    }

    fn deliver_soon(&self) {
        self.core.clone().deliver_soon();
    }

    fn resume(&self, call: &Call, socket: &WebSocket, after: u64) -> Result<()> {
        seats::with_seat(&self.core, socket, |seat: &mut Seat| {
            let visible = call.sees_log(&seat.who);
            seat.resumes(after, visible)
        })
    }
}

fn appended(output: &Output) -> Option<Entry> {
    match output {
        Output::Append(entry) => Some(entry.clone()),
        _ => None,
    }
}
